/*
 * trial.c - one run of a command under an arm.
 *
 * The command has our descriptors, so they are put aside while it starts. Its output goes to files without a name: a
 * pipe would have to be read while we wait. What a run that is ended has started comes to us when its parent is gone
 * (prctl(2), PR_SET_CHILD_SUBREAPER), and is ended, too: else it would be in the way of the next.
 */
#include "policy/learn/trial.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/launch.h"
#include "policy/tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_NS 500000000 /* between asking a run to end and ending it */

struct trying {
    struct trial *t;
    struct launch launch;
    double bound_s;
    int64_t asked_ns; /* when it was asked to end; 0: it was not */
    FILE *out, *err;
};

/* ---- descriptors ---- */

static int trial_redirect(struct trying *w, int kept[static 3])
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC), to[3] = { null, fileno(w->out), fileno(w->err) };
    for (int i = 0; i < 3; i++)
        kept[i] = fcntl(i, F_DUPFD_CLOEXEC, 3);
    fflush(NULL);
    int rc = null < 0 ? -errno : 0;
    for (int i = 0; i < 3 && rc == 0; i++)
        rc = dup2(to[i], i) < 0 ? -errno : 0;
    os_close(null);
    return rc;
}

static void trial_restore(const int kept[static 3])
{
    for (int i = 0; i < 3; i++) {
        if (kept[i] >= 0)
            dup2(kept[i], i);
        os_close(kept[i]);
    }
}

/* What is at the end of a file, NUL-terminated. */
static char *trial_read(FILE *f, size_t most)
{
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : 0;
    size_t n = size > 0 ? (size_t)size : 0;
    n = n < most ? n : most;
    char *text = mem_new(n + 1);
    if (n && fseek(f, size - (long)n, SEEK_SET) == 0)
        n = fread(text, 1, n, f);
    text[n] = '\0';
    for (size_t i = 0; i < n; i++)
        text[i] = text[i] ? text[i] : '?'; /* a number may stand behind a NUL */
    return text;
}

/* ---- ending it ---- */

/* Children that we have since the first run, by "children" of proc(5): who became us by exec(3) may have had others
 * before. False: there are none that are left. */
static bool trial_end_children(uint64_t since)
{
    char path[64], text[4096];
    int32_t pid = os_pid();
    struct task t;
    bool any = false;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    if (os_read_text("", path, text, sizeof text) < 0)
        return false;
    char *rest = text, *word;
    while ((word = strsep(&rest, " ")) != NULL) {
        int child = atoi(word);
        if (child > 0 && task_look("", child, &t) == 0 && t.start >= since) {
            kill(child, SIGKILL);
            waitpid(child, NULL, 0);
            any = true;
        }
    }
    return any;
}

static void trial_tick(void *self)
{
    struct trying *w = self;
    int64_t now_ns = os_mono_ns();
    if (1e-9 * (double)(now_ns - w->launch.begun_ns) < w->bound_s)
        return;
    int32_t to = w->launch.own_session ? -w->launch.pid : w->launch.pid;
    if (!w->asked_ns)
        kill(to, SIGTERM);
    else if (now_ns - w->asked_ns > GRACE_NS)
        kill(to, SIGKILL);
    w->asked_ns = w->asked_ns ? w->asked_ns : now_ns;
}

/* ---- knobs that do not end with the program ---- */

/* An arm whose knob does not take would be measured under a wrong name. */
static int trial_refuse(struct trial *t, const struct step *s)
{
    snprintf(t->why, sizeof t->why, "%s=%.40s: %.120s", s->knob->name, s->value,
             *s->note ? s->note : "there is no journal to keep it in");
    return -ECANCELED;
}

static int trial_apply(struct trial *t, struct plan *p, struct transaction **out)
{
    int rc = 0;
    for (size_t i = 0; i < p->n && rc == 0; i++) {
        struct step *s = &p->step[i];
        if (step_is_left(s) || (step_is_shared(s) && !t->journal))
            return trial_refuse(t, s);
        if (!step_is_shared(s))
            continue;
        if (!*out)
            rc = transaction_begin(t->journal, &(struct transaction_about){ .command = "learn", .what = "a trial",
                                                                            .goal = -1 }, out);
        rc = rc < 0 ? rc : transaction_apply(*out, s);
        if (rc == 0 && s->state != STEP_DONE && s->state != STEP_SAME)
            return trial_refuse(t, s);
    }
    return rc;
}

/* ---- the run ---- */

static int trial_say_launch(struct trial *t, const struct plan *p, int rc)
{
    for (size_t i = 0; i < p->n && rc == -ECANCELED; i++)
        if (p->step[i].state == STEP_REFUSED)
            return trial_refuse(t, &p->step[i]);
    snprintf(t->why, sizeof t->why, "it cannot be started: %s", strerror(-rc));
    return rc;
}

static int trial_launch(struct trying *w, struct plan *p)
{
    int kept[3];
    int rc = trial_redirect(w, kept);
    rc = rc < 0 ? rc : launch_start(p, w->t->argv, true, &w->launch);
    trial_restore(kept);
    if (rc < 0)
        return trial_say_launch(w->t, p, rc);
    w->launch.tick_ms = w->bound_s < 10 ? 20 + (int)(w->bound_s * 100) : 1000; /* a tenth of the bound is near enough */
    launch_wait(&w->launch, trial_tick, w);
    return 0;
}

static double trial_ask(const char *command)
{
    char text[4096];
    FILE *f = popen(command, "re");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    text[n] = '\0';
    for (char more[4096]; f && fread(more, 1, sizeof more, f) > 0;) /* who is not read to the end fails */
        continue;
    return f && pclose(f) == 0 ? measure_number(text) : (double)NAN;
}

static double trial_measure(struct trying *w)
{
    const struct measure *m = w->t->measure;
    if (m->kind == MEASURE_WALL)
        return w->launch.wall_s;
    if (m->kind == MEASURE_CPU)
        return w->launch.cpu_s;
    if (m->kind == MEASURE_COMMAND)
        return trial_ask(m->rest);
    auto_free char *output = trial_read(w->out, TRIAL_OUTPUT_MAX);
    return measure_find(m, output);
}

/* The last line that is not blank. */
static void trial_last_words(struct trying *w, char out[static KNOB_WHY])
{
    auto_free char *text = trial_read(w->err, 2000);
    const char *last = "";
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n")) != NULL)
        last = text_is_blank(line) ? last : line;
    char clean[120];
    text_copy(clean, sizeof clean, last);
    snprintf(out, KNOB_WHY, "its status is %d%s%s", w->t->status, *clean ? ": " : "", text_clean(clean));
}

/* A shell has 128 + n of what a signal ended; one of these came from a person. */
static bool trial_was_stopped(const struct trying *w)
{
    int s = w->t->status - 128;
    return os_stopping() || w->launch.told_to_end ||
           (!w->asked_ns && (s == SIGINT || s == SIGTERM || s == SIGHUP || s == SIGQUIT));
}

static int trial_judge(struct trying *w, double *value)
{
    struct trial *t = w->t;
    if (trial_was_stopped(w))
        return -EINTR;
    if (w->asked_ns)
        return -ETIMEDOUT;
    if (t->status != 0) {
        trial_last_words(w, t->why);
        return -ECHILD;
    }
    double number = trial_measure(w), v = measure_value(t->measure, number);
    if (isnan(v) && isnan(number))
        snprintf(t->why, sizeof t->why, "%.80s is not in what it printed", t->measure->text);
    else if (isnan(v))
        snprintf(t->why, sizeof t->why, "%.80s is %g, and must be above 0", t->measure->text, number);
    if (isnan(v))
        return -ENODATA;
    *value = v;
    return 0;
}

static int trial_with(struct trying *w, struct plan *p, double *value, double *wall_s)
{
    struct transaction *changed = NULL;
    int rc = trial_apply(w->t, p, &changed);
    if (rc == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        rc = trial_launch(w, p);
        for (int i = 0; w->asked_ns && i < 100 && trial_end_children(w->t->since); i++)
            continue; /* the children of those that went come next */
        prctl(PR_SET_CHILD_SUBREAPER, 0);
        w->t->status = w->launch.status;
        w->t->wall_s = *wall_s = w->launch.wall_s;
        w->t->cpu_s = w->launch.cpu_s;
        rc = rc < 0 ? rc : trial_judge(w, value);
    }
    if (changed)
        transaction_end(changed, NULL);
    return rc;
}

int trial_run(struct trial *t, const char *arm, double bound_s, double *value, double *wall_s)
{
    auto_fclose FILE *out = tmpfile(), *err = tmpfile();
    struct trying w = { .t = t, .bound_s = bound_s, .out = out, .err = err };
    struct plan_options o = { .machine = t->machine, .goal = -1, .arm = arm, .arm_evidence = EVIDENCE_LEARNED,
                              .system = t->system, .rt = t->rt };
    struct plan p;
    *t->why = '\0';
    t->since = t->since ? t->since : tasks_now();
    if (!out || !err) {
        snprintf(t->why, sizeof t->why, "no file for what it prints: %s", strerror(errno));
        return -EIO;
    }
    if (os_stopping())
        return -EINTR;
    int rc = plan_make(&o, &p, t->why);
    rc = rc < 0 ? rc : trial_with(&w, &p, value, wall_s);
    plan_done(&p);
    return rc;
}
