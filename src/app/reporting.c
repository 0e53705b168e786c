/* reporting.c - analyses a recording and says what was found. */
#include "app/reporting.h"

#include "analyze/states/state_book.h"
#include "app/categories.h"
#include "app/archived.h"
#include "app/identity.h"
#include "app/logs_report.h"
#include "app/models.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "core/config.h"
#include "look/ageing.h"
#include "look/history.h"
#include "look/machine_changes.h"
#include "os/os.h"
#include "output/report_json.h"
#include "output/report_text.h"
#include "store/tape_feed.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A file of samples does not say on which machine it was made. */
static void reporting_host(const struct args *a, const char *root, struct report_host *out)
{
    if (!root) {
        text_copy(out->hardware_id_reason, sizeof out->hardware_id_reason,
                  "the file does not name its machine");
        return;
    }
    struct os_host h;
    os_host(root, &h);
    struct hardware_id_options options = identity_options(args_config(a));
    hardware_id(&h, &options, out->hardware_id, out->hardware_id_reason,
                sizeof out->hardware_id_reason);
    text_copy(out->os, sizeof out->os, h.os);
    text_copy(out->cpu, sizeof out->cpu, h.cpu);
    auto_buf struct buf board = { 0 };
    buf_printf(&board, "%s%s%s", h.board_maker, *h.board_maker ? " " : "", h.board_product);
    text_copy(out->board, sizeof out->board, buf_text(&board));
    out->cores = h.cores;
    out->threads = h.cpus;
    out->memory_bytes = h.memory_bytes;
}

/* Pids are given out again, so the name has to be the same. */
static bool reporting_runs(const struct suspect *p)
{
    char path[32], name[PROC_NAME_MAX + 1];
    snprintf(path, sizeof path, "/proc/%d/comm", (int)p->pid);
    if (os_read_text("", path, name, sizeof name) <= 0)
        return false;
    name[strcspn(name, "\n")] = '\0';
    return strcmp(name, p->name) == 0;
}

static void reporting_print(const struct args *a, const struct report *r, bool live)
{
    auto_buf struct buf out = { 0 };
    struct screen screen = screen_of(fileno(stdout), args_flag(a, "no-color"));
    if (args_flag(a, "json"))
        report_json(&out, r);
    else
        report_text(&out, r, &screen, &(struct report_text_options){
            .forecast = args_flag(a, "predict"), .runs = live ? reporting_runs : NULL });
    fwrite(out.p, 1, out.n, stdout);
}

#define STATES "states" /* in DIR/models */

/* A book that is damaged is begun anew; one that may only be read learns nothing. */
static void reporting_states(const char *dir, const struct recording *rec, struct states *s)
{
    auto_buf struct buf text = { 0 };
    struct state_book *b = state_book_new();
    int rc = models_read(dir, STATES, &text);
    rc = rc < 0 ? rc : state_book_read(b, buf_text(&text));
    if (rc < 0 && rc != -ENOENT)
        log_warn(0, "%s/models/" STATES " cannot be used: states get new numbers from now on", dir);
    state_book_recognise(b, rec, s);
    buf_clear(&text);
    state_book_put(b, &text);
    rc = models_write(dir, NULL, STATES, &text);
    if (rc < 0)
        log_info("%s does not learn of the states that were found (%d)", dir, -rc);
    state_book_free(b);
}

/* What the archive knows of the time before; where there is none, nothing. */
static void reporting_before(const struct args *a, const struct recording *rec, struct history *h,
                             struct machine_changes *changes, struct look_ageing *ageing,
                             struct analyze_options *options)
{
    auto_buf struct buf dir = { 0 };
    struct index *x;
    struct archive *files;
    if (!args_has(a, "data") || !rec->n || archived_put_dir(a, &dir) < 0 || index_open_read(dir.p, &x) < 0)
        return;
    if (options->forecast_steps)
        options->history = history_of(x, rec->wall_ms[0], h);
    machine_changes_read(x, rec->wall_ms[0] - BEFORE_MS, rec->wall_ms[rec->n - 1], changes);
    options->changes = changes->event;
    options->n_changes = changes->n;
    index_close(x);
    if (rec->wall_ms[rec->n - 1] - rec->wall_ms[0] < AGEING_MS || archive_open(dir.p, &files) < 0)
        return;
    const char *session = *rec->session ? rec->session : NULL;
    if (look_ageing(files, session, rec->wall_ms[0], rec->wall_ms[rec->n - 1], ageing) == 0)
        options->ageing = &ageing->of;
    archive_free(files);
}

int reporting_finish(const struct args *a, const struct recording *rec,
                     struct outfiles *files, const char *root, const char *dir, struct cost cost,
                     void (*found)(void *self, const struct report *r), void *self)
{
    struct analyze_options options = {
        .method = args_text(a, "method"), .seed = (uint64_t)args_number(a, "seed"),
        .budget_per_day = config_number(args_config(a), "analysis.budget_per_day"),
        .forecast_steps = args_flag(a, "predict") ? (int)args_number(a, "prediction-steps") : 0,
    };
    struct history history = { 0 };
    struct machine_changes changes = { 0 };
    struct look_ageing ageing = { 0 };
    if ((root && !*root) || *rec->session || dir)
        reporting_before(a, rec, &history, &changes, &ageing, &options);
    struct workload_set *workloads;
    categories_for_report(a, rec, &options, &workloads);
    struct report *r = analyze_run(rec, &options);
    history_done(&history);
    machine_changes_done(&changes);
    look_ageing_done(&ageing);
    workload_set_free(workloads);
    reporting_host(a, root, &r->host);
    if (dir && r->states.k)
        reporting_states(dir, rec, &r->states);
    int logs = logs_for_report(a, r, root, dir);
    r->cpu_us_per_sample = cost.cpu_us_per_sample;
    r->rss_bytes = cost.rss_bytes;
    r->written_bytes = cost.written_bytes;
    struct outfiles_result result = outfiles_write(files, rec, r);
    if (found)
        found(self, r);
    reporting_print(a, r, root && !*root);
    outfiles_tell(files, rec, a);
    report_free(r);
    return result.failed || logs < 0 ? EXIT_PART : EXIT_DONE;
}

struct recording *reporting_new(const struct args *a, double interval_s, const char *origin)
{
    struct recording *rec = recording_new();
    rec->interval_s = interval_s;
    rec->max_bytes = (size_t)(config_number(args_config(a), "performance.max_buffer_memory_mb") * 1e6);
    rec->origin = mem_dup(origin);
    return rec;
}

int reporting_play(const struct args *a, struct feed *feed, const char *origin, struct recording **out)
{
    struct recording *rec = reporting_new(a, feed->interval_s, origin);
    text_copy(rec->session, sizeof rec->session, tape_feed_about(feed)->session); /* of the first instant */
    int rc = recording_run(rec, feed, INFINITY, NULL, NULL);
    if (strcmp(rec->session, tape_feed_about(feed)->session) != 0)
        *rec->session = '\0';
    if (rc < 0)
        recording_free(rec);
    else
        *out = rec;
    return rc;
}

int reporting_on(const struct args *a, const char *path, const char *dir,
                 int (*read)(void *self, struct recording **out),
                 void (*found)(void *self, const struct report *r), void *self)
{
    struct outfiles files = { 0 };
    struct recording *rec = NULL;
    int status = EXIT_FAILED;
    if (outfiles_plan(&files, a, false, path, os_wall_ms()) < 0 || read(self, &rec) < 0)
        status = EXIT_FAILED;
    else if (schema_size(rec->schema) == 0)
        log_error(0, "%s holds times and no metric: there is nothing to report on", rec->origin);
    else if (outfiles_check_globs(&files, rec->schema) < 0)
        status = EXIT_USAGE;
    else
        status = reporting_finish(a, rec, &files, NULL, dir, (struct cost){ NAN, NAN, NAN }, found, self);
    recording_free(rec);
    outfiles_done(&files);
    return status;
}
