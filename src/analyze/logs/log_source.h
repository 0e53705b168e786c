/*
 * Where lines come from: a journal, a file, the ring of the kernel. The one who reads them knows functions only; whoever
 * opens a source (app) fills them in.
 */
#ifndef ANALYZE_LOGS_LOG_SOURCE_H
#define ANALYZE_LOGS_LOG_SOURCE_H

#include "analyze/logs/log_line.h"
#include "base/buf.h"

struct log_source {
    const char *name;  /* "journal", "/var/log/syslog": lines carry it as their log; borrowed from self */
    int delay_ms;      /* how much coarser its stamps are than those of a journal: of two copies of a line the one of
                          the source with less stays */

    int (*next)(void *self, struct log_line *out); /* 1; 0: that is all for now; or an error */
    int (*seek)(void *self, const char *cursor);   /* behind the line of a cursor; -ENOENT: it is not known any more */
    int (*seek_time)(void *self, int64_t wall_ms); /* before the first line of then or later */
    int (*cursor)(void *self, struct buf *out);    /* of the last line; a word without blanks */
    void (*close)(void *self);
    void *self;
};

#endif
