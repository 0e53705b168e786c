/* trial.c - one trial: the processes of a scenario, from their start to their end. */
#include "app/policy/bench/bench.h"
#include "app/policy/bench/group.h"
#include "app/policy/bench/stage.h"

#include "base/auto.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WORDS 64 /* of a command line */
#define TRIAL_S 120.0 /* then it is ended, and has failed */
#define LEARN_S 3600.0
#define NICE_ARM -10

struct words {
    char *word[WORDS + 1];
    size_t n;
};

static void words_put(struct words *w, const char *text)
{
    if (w->n < WORDS)
        w->word[w->n++] = mem_dup(text);
}

/* Those between blanks. */
static void words_split(struct words *w, const char *text)
{
    for (const char *p = text + strspn(text, " "); *p; p += strspn(p, " ")) {
        char one[256];
        size_t n = strcspn(p, " ");
        text_copy(one, n < sizeof one ? n + 1 : sizeof one, p);
        words_put(w, one);
        p += n;
    }
}

static void words_done(struct words *w)
{
    for (size_t i = 0; i < w->n; i++)
        mem_free(w->word[i]);
    *w = (struct words){ 0 };
}

static const char *const *words_of(const struct words *w)
{
    return (const char *const *)w->word;
}

#define auto_words __attribute__((cleanup(words_done)))

/* ---- what is run ---- */

static const char *trial_user(const struct bench_scenario *s)
{
    return s->ordinary_user ? "nobody" : "home";
}

static void trial_home(const struct bench *b, const struct bench_scenario *s, char out[static OS_PATH_MAX])
{
    snprintf(out, OS_PATH_MAX, "%.4000s/%s", b->dir, trial_user(s));
}

static void trial_socket(const struct bench *b, const struct bench_scenario *s, char out[static OS_PATH_MAX])
{
    snprintf(out, OS_PATH_MAX, "%.4000s/%s/redis", b->dir, trial_user(s));
}

static void words_put_load(struct words *w, const struct bench *b, const struct bench_workload *l)
{
    words_put(w, l->openmp ? b->load_openmp : b->load);
    words_split(w, b->quick ? l->quick : l->words);
    words_put(w, "--json");
}

static void words_put_redis(struct words *w, const struct bench *b, const struct bench_scenario *s)
{
    char home[OS_PATH_MAX], socket[OS_PATH_MAX];
    trial_home(b, s, home);
    trial_socket(b, s, socket);
    static const char *const fixed[] = { "redis-server", "--save", "", "--appendonly", "no", "--daemonize", "no",
                                         "--port", "0", "--loglevel", "warning" };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        words_put(w, fixed[i]);
    words_put(w, "--dir");
    words_put(w, home);
    words_put(w, "--unixsocket");
    words_put(w, socket);
}

static void words_put_base(struct words *w, const struct bench *b, const struct bench_scenario *s)
{
    if (s->workload->server)
        words_put_redis(w, b, s);
    else
        words_put_load(w, b, s->workload);
}

/* Our own command, as a user would call it, up to its program. */
static void words_put_self(struct words *w, const struct bench *b, const struct bench_scenario *s, const char *verb,
                           const char *option, const char *value)
{
    char home[OS_PATH_MAX];
    trial_home(b, s, home);
    words_put(w, b->self);
    words_split(w, verb);
    words_put(w, option);
    words_put(w, value);
    words_put(w, "--data");
    words_put(w, home);
}

/* The program of an arm, with what stands before it. Where default was kept, nothing does. */
static void words_put_arm(struct words *w, const struct bench *b, const struct bench_scenario *s,
                          const struct bench_arm *arm, const char *how)
{
    if (arm->kind == ARM_INTENT)
        words_put_self(w, b, s, "run", "--intent", arm->words);
    else if (arm->kind == ARM_KNOBS)
        words_put_self(w, b, s, "run --system", "--set", arm->words);
    else if (arm->kind == ARM_LEARNED && *arm->words)
        words_put_self(w, b, s, "run", "--set", arm->words);
    else if (arm->kind == ARM_WORDS)
        words_split(w, arm->words);
    if (arm->kind != ARM_WORDS && w->n) {
        words_split(w, how);
        words_put(w, "--");
    }
    words_put_base(w, b, s);
}

static void words_put_neighbours(struct words *w, const struct bench *b, const struct bench_scenario *s)
{
    char n[16];
    snprintf(n, sizeof n, "%d", s->neighbours * b->busy);
    words_split(w, b->stress_ng ? "stress-ng --quiet --cpu" : "");
    if (!b->stress_ng) {
        words_put(w, b->load);
        words_split(w, "hog --seconds 3600 --processes");
    }
    words_put(w, n);
}

/* ---- its stages ---- */

struct trial {
    const struct bench *bench;
    const struct bench_scenario *scenario;
    const struct bench_arm *arm;
    struct bench_trial *out;
    char home[OS_PATH_MAX], errors[OS_PATH_MAX], group[OS_PATH_MAX]; /* group "": none */
    bool made;                                                      /* that group was made for this trial */
    struct stage noise, program, asker;
    struct stage_end end;
    struct buf said;
};

/* What went wrong: the first line that a program complained of, else our own words. */
static int trial_fail(struct trial *t, int rc, const char *what)
{
    char text[4096], why[BENCH_WHY * 2];
    int n = os_read_text("", t->errors, text, sizeof text);
    text[n < 0 ? 0 : (int)strcspn(text, "\n")] = '\0';
    snprintf(why, sizeof why, "%s: %.240s", what, *text ? text : rc < 0 ? strerror(-rc) : "it said nothing");
    text_copy(t->out->why, sizeof t->out->why, why);
    return rc < 0 ? rc : -EBADMSG;
}

static struct stage_about trial_about(const struct trial *t)
{
    return (struct stage_about){ .group = *t->group ? t->group : NULL, .ordinary = t->scenario->ordinary_user,
                                 .dir = t->home, .errors = t->errors };
}

/* Where we may not go to the group at the top, trials run where we are. */
static int trial_enter_group(struct trial *t)
{
    char procs[OS_PATH_MAX];
    if (t->scenario->grouped) {
        int rc = group_make(t->group);
        t->made = rc == 0;
        return rc < 0 ? trial_fail(t, rc, "a control group cannot be made") : 0;
    }
    if (group_top(t->group) < 0 || snprintf(procs, sizeof procs, "%s/cgroup.procs", t->group) >= (int)sizeof procs ||
        os_may_write("", procs) < 0)
        *t->group = '\0';
    return 0;
}

/* Noise and program, in one session or in two. */
static int trial_start(struct trial *t, const struct words *program, int nice)
{
    const struct bench_scenario *s = t->scenario;
    auto_words struct words busy = { 0 };
    struct stage_about about = trial_about(t);
    int rc = 0;
    if (s->neighbours) {
        words_put_neighbours(&busy, t->bench, s);
        about.noise = words_of(&busy);
    }
    if (s->neighbours && !s->one_session) {
        rc = stage_start(&about, &t->noise);
        about.noise = NULL;
        os_sleep_until(os_mono_ns() + 300000000); /* until all of it runs */
    }
    about.program = words_of(program);
    about.nice = nice;
    if (rc == 0)
        rc = stage_start(&about, &t->program);
    return rc < 0 ? trial_fail(t, rc, "no further process") : 0;
}

/* Until the server listens; one that has ended will not. */
static int trial_listens(struct trial *t, const char *socket)
{
    int64_t until = os_mono_ns() + (int64_t)(TRIAL_S * 1e9);
    while (!os_exists("", socket)) {
        int rc = stage_wait(&t->program, 0.01, &t->end);
        if (rc != -ETIMEDOUT)
            return rc < 0 ? rc : t->end.status < 0 ? t->end.status : -ENOENT;
        if (os_mono_ns() > until)
            return rc;
    }
    return 0;
}

/* Who asks the server is none of the scenario: in a session of its own, with the rights that there are. */
static int trial_ask(struct trial *t)
{
    auto_words struct words w = { 0 };
    char socket[OS_PATH_MAX];
    trial_socket(t->bench, t->scenario, socket);
    int rc = trial_listens(t, socket);
    if (rc < 0)
        return trial_fail(t, rc == -ENOENT ? 0 : rc, rc == -ENOENT ? "redis-server ended" : "redis-server");
    words_put_load(&w, t->bench, t->scenario->workload);
    words_put(&w, "--fifo");
    words_put(&w, "--socket");
    words_put(&w, socket);
    struct stage_about about = trial_about(t);
    about.ordinary = false;
    about.group = t->made ? NULL : about.group;
    about.program = words_of(&w);
    rc = stage_start(&about, &t->asker);
    if (rc == 0)
        rc = stage_hear(&t->asker, TRIAL_S, &t->said);
    if (rc == 0)
        rc = stage_wait(&t->asker, TRIAL_S, &t->end);
    return rc < 0 || t->end.status ? trial_fail(t, rc, "redis could not be asked") : 0;
}

static int trial_wait(struct trial *t, double seconds)
{
    int rc = stage_hear(&t->program, seconds, &t->said);
    if (rc == 0)
        rc = stage_wait(&t->program, seconds, &t->end);
    if (rc == 0 && t->end.status < 0)
        rc = t->end.status;
    return rc < 0 || t->end.status ? trial_fail(t, rc, t->scenario->workload->name) : 0;
}

static void trial_read(struct trial *t)
{
    const struct bench_metric *m = t->scenario->workload->metric;
    const char *said = buf_text(&t->said);
    for (int i = 0; i < BENCH_METRICS && m[i].name; i++)
        t->out->value[i] = strcmp(m[i].key, "command_s") == 0       ? t->end.wall_s
                           : strcmp(m[i].key, "command_cpu_s") == 0 ? t->end.cpu_s
                                                                    : bench_read_number(said, m[i].key);
    bench_read_text(said, "bits", t->out->bits, sizeof t->out->bits);
    t->out->ok = isfinite(t->out->value[0]);
    if (!t->out->ok)
        trial_fail(t, -EBADMSG, "the load said something else");
}

static void trial_init(struct trial *t)
{
    char socket[OS_PATH_MAX];
    trial_home(t->bench, t->scenario, t->home);
    trial_socket(t->bench, t->scenario, socket);
    snprintf(t->errors, sizeof t->errors, "%.4000s/errors", t->bench->dir);
    unlink(t->errors);
    unlink(socket); /* of a server that was killed */
    for (int i = 0; i < BENCH_METRICS; i++)
        t->out->value[i] = NAN;
}

static void trial_end(struct trial *t)
{
    stage_stop(&t->asker);
    stage_stop(&t->program);
    stage_stop(&t->noise);
    stage_sweep();
    if (t->made)
        group_remove(t->group);
}

void bench_try(const struct bench *b, const struct bench_scenario *s, const struct bench_arm *arm,
               struct bench_trial *out)
{
    struct trial t = { .bench = b, .scenario = s, .arm = arm, .out = out };
    auto_words struct words program = { 0 };
    trial_init(&t);
    words_put_arm(&program, b, s, arm, "--quiet");
    int rc = trial_enter_group(&t);
    if (rc == 0)
        rc = trial_start(&t, &program, arm->kind == ARM_NICE ? NICE_ARM : 0);
    if (rc == 0)
        rc = s->workload->server ? trial_ask(&t) : trial_wait(&t, TRIAL_S);
    trial_end(&t);
    if (rc == 0)
        trial_read(&t);
    buf_done(&t.said);
}

void bench_learn(const struct bench *b, const struct bench_scenario *s, struct bench_result *r)
{
    struct bench_trial none = { 0 };
    struct trial t = { .bench = b, .scenario = s, .out = &none };
    auto_words struct words w = { 0 };
    trial_init(&t);
    words_put_self(&w, b, s, "policy learn --max-regret 200 --json", "--intent", s->goal);
    words_put(&w, "--metric");
    words_put(&w, s->measure);
    words_split(&w, b->quick ? "--budget 14 --pairs 7 --" : "--");
    words_put_base(&w, b, s);
    int rc = trial_enter_group(&t);
    if (rc == 0)
        rc = trial_start(&t, &w, 0);
    if (rc == 0)
        rc = trial_wait(&t, LEARN_S);
    trial_end(&t);
    const char *said = buf_text(&t.said);
    if (!bench_read_text(said, "verdict", r->verdict, sizeof r->verdict)) {
        text_copy(r->verdict, sizeof r->verdict, "failed");
        text_copy(r->reason, sizeof r->reason, rc < 0 ? none.why : "it said nothing");
    } else {
        bench_read_text(said, "reason", r->reason, sizeof r->reason);
        bench_read_text(said, "arm", r->learned, sizeof r->learned);
    }
    buf_done(&t.said);
}

double bench_announced(const struct bench *b, const struct bench_scenario *s, const struct bench_arm *arm)
{
    struct bench_trial none = { 0 };
    struct trial t = { .bench = b, .scenario = s, .arm = arm, .out = &none };
    auto_words struct words w = { 0 };
    trial_init(&t);
    words_put_arm(&w, b, s, arm, "--dry-run --json");
    struct stage_about about = trial_about(&t);
    about.program = words_of(&w);
    double factor = NAN;
    if (stage_start(&about, &t.program) == 0 && stage_hear(&t.program, TRIAL_S, &t.said) == 0)
        factor = bench_read_number(buf_text(&t.said), "cost_factor");
    stage_stop(&t.program);
    buf_done(&t.said);
    return isfinite(factor) && factor > 0 ? factor : 1;
}
