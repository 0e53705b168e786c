/* judged.c - plays a range of an archive into a recording, and analyses it. */
#include "look/judged.h"

#include "base/text.h"
#include "look/ageing.h"
#include "look/history.h"
#include "look/machine_changes.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static void judged_note_host(void *self, const struct index_session *s)
{
    struct report_host *out = self;
    if (*out->os)
        return; /* that of a newer one */
    text_copy(out->hardware_id, sizeof out->hardware_id, s->hardware_id);
    text_copy(out->os, sizeof out->os, s->os);
    text_copy(out->cpu, sizeof out->cpu, s->cpu);
    out->cores = s->cores;
    out->memory_bytes = s->memory_bytes > 0 ? (double)s->memory_bytes : NAN;
}

void judged_host(struct look *l, const char *session, struct report_host *out)
{
    struct index_session s;
    struct index_filter newest = INDEX_ALL;
    newest.newest_first = true;
    *out = (struct report_host){ .memory_bytes = NAN };
    if (session && index_session(l->index, session, &s) == 0)
        judged_note_host(out, &s);
    else if (!session)
        index_sessions(l->index, &newest, judged_note_host, out);
    if (!*out->hardware_id)
        text_copy(out->hardware_id_reason, sizeof out->hardware_id_reason, "the archive does not name its machine");
}

int judged_recording(struct look *l, const char *session, int64_t from_ms, int64_t to_ms, size_t max_bytes,
                     tape_wants *wants, struct recording **out)
{
    const char *pair[2];
    int rc = look_files(l);
    if (rc < 0)
        return rc;
    if (!session && archive_overlap(l->files, from_ms, to_ms, pair))
        return -ENOTUNIQ;
    rc = archive_recording(l->files, session, from_ms, to_ms, max_bytes, wants, out);
    if (rc == 0 && session)
        text_copy((*out)->session, sizeof (*out)->session, session);
    return rc;
}

int judged_range(struct look *l, const char *session, int64_t from_ms, int64_t to_ms,
                 const struct analyze_options *how, size_t max_bytes, struct judged *out)
{
    struct recording *rec;
    struct history history = { 0 };
    struct machine_changes changes = { 0 };
    struct look_ageing ageing = { 0 };
    struct analyze_options options = *how;
    int rc = judged_recording(l, session, from_ms, to_ms, max_bytes, NULL, &rec);
    if (rc < 0)
        return rc;
    if (options.forecast_steps && rec->n)
        options.history = history_of(l->index, rec->wall_ms[0], &history);
    if (rec->n)
        machine_changes_read(l->index, rec->wall_ms[0] - BEFORE_MS, rec->wall_ms[rec->n - 1], &changes);
    options.changes = changes.event;
    options.n_changes = changes.n;
    if (to_ms - from_ms >= AGEING_MS && look_ageing(l->files, session, from_ms, to_ms, &ageing) == 0)
        options.ageing = &ageing.of;
    *out = (struct judged){ .rec = rec, .report = analyze_run(rec, &options) };
    history_done(&history);
    machine_changes_done(&changes);
    look_ageing_done(&ageing);
    judged_host(l, session, &out->report->host);
    out->report->cpu_us_per_sample = out->report->rss_bytes = out->report->written_bytes = NAN;
    return 0;
}

void judged_done(struct judged *j)
{
    report_free(j->report);
    recording_free(j->rec);
    *j = (struct judged){ 0 };
}
