/* find.c - recent findings that have a remedy: of what is recorded, where somebody records; else of a short look. */
#include "app/fix/fix.h"

#include "app/archived.h"
#include "app/observer.h"
#include "app/reporting.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "look/judged.h"
#include "os/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LASTING_MS (INT64_C(600) * 1000) /* what lasts is judged over so long a time, as the page does */

void fix_findings_done(struct fix_findings *f)
{
    mem_free(f->item);
    *f = (struct fix_findings){ 0 };
}

static void find_add(struct fix_findings *f, const char *id, enum severity severity, int64_t time_ms, const char *title,
                     const struct remedy_words *remedy)
{
    if (!remedy)
        return;
    f->item = mem_grow(f->item, f->n, &f->cap, sizeof *f->item);
    struct fix_finding *x = &f->item[f->n++];
    *x = (struct fix_finding){ .severity = severity, .time_ms = time_ms, .remedy = remedy };
    text_copy(x->id, sizeof x->id, id);
    text_copy(x->title, sizeof x->title, title);
}

static void find_anomaly(void *self, const struct index_anomaly *a)
{
    find_add(self, "anomaly", a->severity, a->time_ms, a->summary, fix_of_causes(a->causes));
}

static void find_insights(struct fix_findings *f, const struct recording *rec)
{
    struct report *r = analyze_insights(rec);
    for (size_t i = 0; i < r->n_insights; i++)
        if (!r->insights[i].until_ms)
            find_add(f, r->insights[i].id, r->insights[i].severity, r->insights[i].since_ms, r->insights[i].title,
                     remedy_of_insight(r->insights[i].id));
    report_free(r);
}

static int find_order(const void *a, const void *b)
{
    const struct fix_finding *x = a, *y = b;
    return (x->time_ms > y->time_ms) - (x->time_ms < y->time_ms);
}

/* False: nobody recorded here lately, or it cannot be read. */
static bool find_archived(const struct args *a, struct fix_findings *f)
{
    struct look of;
    struct recording *rec = NULL;
    int64_t first_ms, last_ms, now_ms = os_wall_ms();
    bool there = archived_open(&of, a, false) == 0 && look_files(&of) == 0 &&
                 look_span(&of, NULL, &first_ms, &last_ms) && last_ms > now_ms - LASTING_MS;
    if (there) {
        f->archived = true;
        index_anomalies(of.index, NULL, now_ms - FIX_RECENT_MS, 0, 0, find_anomaly, f);
        if (judged_recording(&of, NULL, last_ms - LASTING_MS, last_ms, JUDGED_BYTES, NULL, &rec) == 0)
            find_insights(f, rec);
        recording_free(rec);
    }
    look_close(&of);
    return there;
}

static int find_looked(const struct args *a, struct fix_findings *f)
{
    struct observer o;
    int rc = observer_open(&o, a, 1, 0);
    if (rc < 0)
        return EXIT_FAILED;
    struct recording *rec = reporting_new(a, o.interval_s, o.feed->origin);
    if (os_is_terminal(fileno(stderr)) && !args_flag(a, "quiet"))
        log_info("fix: nobody records here, so the machine is looked at for %.0f s", FIX_LOOK_S);
    rc = recording_run(rec, o.feed, FIX_LOOK_S, NULL, NULL);
    if (rc == 0)
        find_insights(f, rec);
    recording_free(rec);
    observer_close(&o);
    return rc == 0 ? EXIT_DONE : EXIT_FAILED;
}

int fix_find(const struct args *a, struct fix_findings *out)
{
    *out = (struct fix_findings){ 0 };
    int status = find_archived(a, out) ? EXIT_DONE : find_looked(a, out);
    if (out->n)
        qsort(out->item, out->n, sizeof *out->item, find_order);
    return status;
}
