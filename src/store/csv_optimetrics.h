/*
 * The CSV logs in the layout of OptiMetrics: one folder per machine, named by its hardware id, and in it
 * one file per kind of hardware, with the names and units of that program.
 *
 * Times are those of the samples. A row in which nothing changed is left out, as there; a cell that did
 * not change is empty, which is ours (with the band off all cells are there). Graphics processors share
 * a file and are told apart by gpu_index. A kind of hardware that the machine lacks has no file; cells
 * that Sonde does not know (the driver's version) stay empty.
 */
#ifndef STORE_CSV_OPTIMETRICS_H
#define STORE_CSV_OPTIMETRICS_H

#include "core/frame.h"
#include "core/schema.h"
#include "store/csv_table.h"

struct csv_optimetrics;

/* The options but folder and stem are those of every file. hardware_id: NULL = "unknown". */
int csv_optimetrics_open(const struct csv_table_options *o, const char *hardware_id, struct space *space,
                         struct csv_optimetrics **out);
int csv_optimetrics_add(struct csv_optimetrics *l, const struct schema *s, const struct frame *f);
int csv_optimetrics_flush(struct csv_optimetrics *l);
int csv_optimetrics_tidy(struct csv_optimetrics *l, int64_t wall_ms);
int csv_optimetrics_expire(struct csv_optimetrics *l, double keep_days, int64_t now_ms);
void csv_optimetrics_close(struct csv_optimetrics *l);

#endif
