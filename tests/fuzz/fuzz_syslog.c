/* fuzz_syslog.c - lines of logs: of files, of the kernel; their templates and weights; counts that were saved. */
#include "analyze/logs/kernel_line.h"
#include "analyze/logs/log_counts.h"
#include "analyze/logs/log_template.h"
#include "analyze/logs/log_weight.h"
#include "analyze/logs/syslog_line.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define NOON INT64_C(1795780800000) /* 2026-11-27 12:00 UTC */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int zone_s(int64_t wall_ms)
{
    return wall_ms % 2 ? 3600 : -18000;
}

static void check(const struct log_line *l)
{
    char template[LOG_TEMPLATE_MAX];
    assert(text_is_plain(l->text) && *l->text && text_is_plain(l->ident) && l->priority >= -1 && l->priority < 8);
    assert(strlen(log_template_text(l->text, template)) < LOG_TEMPLATE_MAX && log_template(l));
    double weight = log_weight(l);
    assert(weight > 0 && weight <= 1);
}

/* A stamp without a year is of the last year in which it is not after all; what is read is plain. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 8192)
        return 0;
    char *copy = mem_new(n + 1); /* of just this size, so that a read beyond is found */
    memcpy(copy, data, n);
    struct syslog_clock c = { NOON, zone_s };
    struct log_line l = { 0 };
    uint64_t number;
    int64_t ms;
    if (syslog_line(copy, n, &c, &l)) {
        check(&l);
        assert(syslog_line_time(copy, n, &c, &ms) && ms == l.wall_ms);
    }
    if (kernel_line(copy, n, NOON, &number, &l))
        check(&l);
    struct log_counts *counts = log_counts_new();
    if (log_counts_load(counts, copy)) {
        log_counts_add(counts, 1, NOON);
        assert(log_counts_of(counts, 1) >= 1);
    }
    log_counts_free(counts);
    mem_free(copy);
    return 0;
}
