/* findings.c - the verdict and the anomalies of a report as rows of the index. */
#include "app/findings.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "output/report_json.h"
#include "output/report_verdict.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A JSON array, of the caller; without the causes where they are too many for a row. */
static char *findings_causes(const struct schema *s, const struct anomaly *a)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    report_json_causes(&j, NULL, s, a);
    return mem_dup(out.n < INDEX_CAUSES_MAX ? buf_text(&out) : "[]");
}

struct index_anomaly findings_row(const struct schema *s, const struct anomaly *a)
{
    return (struct index_anomaly){
        .time_ms = a->start_ms, .end_ms = a->end_ms, .peak_ms = a->peak_ms, .score = a->score,
        .probability = a->probability, .severity = a->severity, .area = area_name(a->area), .summary = a->summary,
        .causes = findings_causes(s, a),
    };
}

static int findings_put(const char *dir, const char *session, const char *verdict, const char *workload,
                        const struct index_anomaly *row, size_t n)
{
    struct index *x;
    int rc = index_open(dir, &(struct index_options){ 0 }, &x);
    if (rc < 0)
        return rc;
    rc = index_set_findings(x, session, verdict, workload, row, n);
    index_close(x);
    return rc;
}

void findings_keep(const char *dir, const char *session, const struct report *r)
{
    struct verdict v = report_judge(r);
    auto_buf struct buf text = { 0 };
    char verdict[INDEX_VERDICT_MAX];
    struct index_anomaly *row = mem_new((r->n_anomalies + 1) * sizeof *row);
    buf_printf(&text, "%s: %s", verdict_level_name(v.level), v.text);
    text_copy(verdict, sizeof verdict, text.p);
    for (size_t i = 0; i < r->n_anomalies; i++)
        row[i] = findings_row(r->rec->schema, &r->anomalies[i]);
    int rc = findings_put(dir, session, verdict, r->workload.category, row, r->n_anomalies);
    if (rc < 0)
        log_info("the index of %s does not learn what was found in %s (%d)", dir, session, -rc);
    for (size_t i = 0; i < r->n_anomalies; i++)
        mem_free((char *)row[i].causes);
    mem_free(row);
}
