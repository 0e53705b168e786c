/* shown.c - one archive to be shown, a private one for a file. */
#include "app/shown.h"

#include "app/analyze_archive.h"
#include "app/categories.h"
#include "app/findings.h"
#include "app/intake.h"
#include "base/log.h"
#include "base/text.h"
#include "core/config.h"
#include "look/judged.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Its findings go into the index, as those of a session that was recorded do. */
static void shown_judge(const struct shown *s, const char *session)
{
    struct look l;
    struct judged j;
    int64_t first_ms, last_ms;
    if (look_open(&l, s->dir.p, false) == 0 && look_span(&l, session, &first_ms, &last_ms) &&
        judged_range(&l, session, first_ms, last_ms, &s->how, JUDGED_BYTES, &j) == 0) {
        findings_keep(s->dir.p, session, j.report);
        judged_done(&j);
    }
    look_close(&l);
}

/* Puts a file in, or a run. */
static int shown_take(struct shown *s, const struct args *a, const char *file, const struct recording *rec,
                      struct index_session *session)
{
    struct intake k;
    int rc = intake_open(&k, a, s->dir.p);
    text_copy(session->origin, sizeof session->origin, s->name);
    if (rc == 0 && file)
        rc = intake_keep_file(&k, file, session, NULL, NULL);
    else if (rc == 0)
        rc = intake_say(s->name, intake_keep(&k, rec, session, NULL, NULL));
    intake_close(&k);
    if (rc == 0)
        shown_judge(s, session->id);
    return rc;
}

static int shown_make_dir(struct shown *s)
{
    char dir[OS_PATH_MAX];
    os_stop_on_signal(); /* whoever ends before the time removes it, too */
    int rc = os_make_temp_dir(true, dir, sizeof dir);
    if (rc < 0) {
        log_error(rc, "no temporary folder for what is in %s can be made", s->name);
        return rc;
    }
    buf_puts(&s->dir, dir);
    s->private = true;
    return 0;
}

static int shown_file(struct shown *s, const struct args *a, const char *file)
{
    struct index_session session = { 0 };
    const char *name = strrchr(file, '/');
    if (args_given(a, "root") || args_given(a, "data")) {
        log_error(0, "%s is a file, and --%s names something else to look at; give one of them", file,
                  args_given(a, "root") ? "root" : "data");
        return -EINVAL;
    }
    text_copy(s->name, sizeof s->name, name ? name + 1 : file);
    int rc = shown_make_dir(s);
    return rc < 0 ? rc : shown_take(s, a, file, NULL, &session);
}

static int shown_archive(struct shown *s, const struct args *a, const char *word)
{
    if (archived_put_dir(a, &s->dir) < 0)
        return EXIT_USAGE;
    categories_for(a, s->dir.p, &s->how, &s->workloads);
    int rc = look_open(&s->look, s->dir.p, false);
    rc = rc < 0 ? rc : look_files(&s->look);
    if (rc < 0)
        return archived_say(s->dir.p, rc);
    return word ? archived_find(&s->look, word, s->session) : EXIT_DONE;
}

static int shown_private(struct shown *s, const struct args *a, const char *file)
{
    categories_for(a, NULL, &s->how, &s->workloads);
    if (shown_file(s, a, file) < 0)
        return EXIT_FAILED;
    int rc = look_open(&s->look, s->dir.p, false);
    rc = rc < 0 ? rc : look_files(&s->look);
    return archived_say(s->dir.p, rc);
}

static void shown_begin(struct shown *s, const struct args *a)
{
    double budget = config_number(args_config(a), "analysis.budget_per_day");
    *s = (struct shown){ .how = { .seed = 1, .budget_per_day = budget } };
}

void shown_dir(struct shown *s, const struct args *a, const char *dir)
{
    shown_begin(s, a);
    buf_puts(&s->dir, dir);
    categories_for(a, dir, &s->how, &s->workloads);
}

int shown_open(struct shown *s, const struct args *a, const char *file, const char *word)
{
    shown_begin(s, a);
    bool names_file = word && !analyze_is_session(word);
    if (file && word) {
        log_error(0, "%s and --replay %s both name what to look at; give one of them", word, file);
        return EXIT_USAGE;
    }
    return file || names_file ? shown_private(s, a, file ? file : word) : shown_archive(s, a, word);
}

int shown_run(struct shown *s, const struct args *a, const struct recording *rec, const struct report *r)
{
    struct index_session session = { .cores = r->host.cores, .memory_bytes = (int64_t)fmax(r->host.memory_bytes, 0) };
    text_copy(session.hardware_id, sizeof session.hardware_id, r->host.hardware_id);
    text_copy(session.os, sizeof session.os, r->host.os);
    text_copy(session.cpu, sizeof session.cpu, r->host.cpu);
    shown_begin(s, a);
    categories_for(a, NULL, &s->how, &s->workloads);
    text_copy(s->name, sizeof s->name, "a run of sonde");
    int rc = shown_make_dir(s);
    return rc < 0 ? rc : shown_take(s, a, NULL, rec, &session);
}

bool shown_range(struct shown *s, const struct args *a, const char *command, double hours, int64_t *from_ms,
                 int64_t *to_ms)
{
    int64_t first_ms, last_ms;
    bool all = !*s->session && !s->private;
    if (archived_runs_backwards(a, command))
        return false;
    if (!look_span(&s->look, *s->session ? s->session : NULL, &first_ms, &last_ms)) {
        log_error(0, "%s: nothing can be read there; `sonde sessions verify` says why", command);
        return false;
    }
    *to_ms = args_given(a, "to") ? args_time(a, "to") : last_ms;
    int64_t begin_ms = all ? *to_ms - (int64_t)(hours * 3600e3) : first_ms;
    *from_ms = args_given(a, "from") ? args_time(a, "from") : begin_ms > first_ms ? begin_ms : first_ms;
    if (*from_ms <= last_ms && *to_ms >= first_ms)
        return *s->session || !archived_would_mix(&s->look, command, *from_ms, *to_ms);
    log_error(0, "%s: nothing was recorded in that time; `sonde sessions list` says what there is", command);
    return false;
}

void shown_remove(struct shown *s)
{
    if (s->private)
        os_remove_dir(s->dir.p);
}

void shown_close(struct shown *s)
{
    look_close(&s->look);
    shown_remove(s);
    workload_set_free(s->workloads);
    buf_done(&s->dir);
    *s = (struct shown){ 0 };
}
