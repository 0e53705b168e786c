/* The part of the report that says where the numbers stand: each now, and against what is usual. */
#ifndef OUTPUT_REPORT_NOW_H
#define OUTPUT_REPORT_NOW_H

#include "core/frame.h"
#include "core/recording.h"
#include "output/screen.h"

/* One line for each known quantity of the recording;
 * of a file with other names, its first metrics. */
void report_now(struct buf *out, const struct recording *rec, const struct screen *s);

#define REPORT_LIVE 5

/* "cpu 23.1 %  mem 61.0 %  disk 1.20 MB/s ...": the first `most` of REPORT_LIVE quantities of one
 * frame, in steady columns; what is not known is left out. */
void report_live(struct buf *out, const struct schema *schema, const struct frame *f, int most);

#endif
