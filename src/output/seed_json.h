/*
 * The file of `sonde check --save-data`: a list of samples in the shape of telemetry_data_*.json,
 * as programs for the first seed's files read it.
 *
 * Each sample has all parts (cpu, memory, disk, network, temperature, fans, battery, power,
 * processes); what is not known is null. `sonde analyze` reads the file back.
 */
#ifndef OUTPUT_SEED_JSON_H
#define OUTPUT_SEED_JSON_H

#include "base/buf.h"
#include "core/recording.h"

/* How many metrics of the recording it holds; the shape has no place for the others. */
int seed_json_metrics(const struct recording *rec);

void seed_json(struct buf *out, const struct recording *rec);

#endif
