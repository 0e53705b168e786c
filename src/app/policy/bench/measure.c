/* measure.c - what is there to measure with, and the rounds of a scenario. */
#include "app/policy/bench/bench.h"
#include "app/policy/bench/group.h"
#include "app/policy/bench/stage.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUICK_ROUNDS 2

/* ---- what is there ---- */

/* Beside the program, as in a build folder, or where it is installed. */
static void measure_find_load(const char *self, const char *name, char out[static OS_PATH_MAX])
{
    static const char *const places[] = { "", "/../lib/sonde" };
    int folder = (int)(strrchr(self, '/') - self);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int n = snprintf(out, OS_PATH_MAX, "%.*s%s/%s", folder, self, places[i], name);
        if (n < OS_PATH_MAX && os_is_program(out))
            return;
    }
    *out = '\0';
}

static bool measure_has(const char *name)
{
    char file[OS_PATH_MAX];
    return os_find_program(name, file) == 0;
}

/* "home" in it is of trials with our rights, "nobody" of those without. */
static int measure_make_dir(struct bench *b)
{
    char home[OS_PATH_MAX], nobody[OS_PATH_MAX];
    int rc = os_make_temp_dir(true, b->dir, sizeof b->dir);
    if (rc < 0)
        return rc;
    snprintf(home, sizeof home, "%.4000s/home", b->dir);
    snprintf(nobody, sizeof nobody, "%.4000s/nobody", b->dir);
    rc = os_make_dir(home);
    if (rc == 0)
        rc = os_make_dir(nobody);
    if (rc == 0 && os_is_root() && (chmod(b->dir, 0711) < 0 || chmod(nobody, 0777) < 0))
        rc = -errno;
    return rc;
}

int bench_open(struct bench *b)
{
    int rc = os_self_path(b->self);
    if (rc < 0)
        return rc;
    measure_find_load(b->self, "sonde-load", b->load);
    measure_find_load(b->self, "sonde-load-openmp", b->load_openmp);
    b->stress_ng = measure_has("stress-ng");
    b->redis = measure_has("redis-server");
    stage_prepare();
    return measure_make_dir(b);
}

/* What a trial that was ended by force left set: its journal is in our folder, and goes with it. */
static void measure_revert(const struct bench *b)
{
    char home[OS_PATH_MAX], path[OS_PATH_MAX];
    snprintf(home, sizeof home, "%.4000s/home", b->dir);
    snprintf(path, sizeof path, "%.4000s/policy/journal", home);
    if (!os_exists("", path))
        return;
    const char *const words[] = { b->self, "policy", "revert", "--all", "--quiet", "--data", home, NULL };
    struct stage s = { 0 };
    struct stage_end end;
    snprintf(path, sizeof path, "%.4000s/errors", b->dir);
    struct stage_about about = { .dir = home, .errors = path, .program = words };
    if (stage_start(&about, &s) == 0)
        stage_finish(&s, &end);
    stage_stop(&s);
}

void bench_close(struct bench *b)
{
    stage_sweep();
    measure_revert(b);
    if (*b->dir)
        os_remove_dir(b->dir);
}

void bench_missing(const struct bench *b, const struct bench_scenario *s, char why[static BENCH_WHY])
{
    char top[OS_PATH_MAX];
    *why = '\0';
    if (!*b->load)
        snprintf(why, BENCH_WHY, "sonde-load is not there: it is built with Sonde, and installed in lib/sonde");
    else if (s->workload->openmp && !*b->load_openmp)
        snprintf(why, BENCH_WHY, "sonde-load-openmp is not there: it is built where the compiler has OpenMP");
    else if (s->workload->redis && !b->redis)
        snprintf(why, BENCH_WHY, "redis-server is not there (Debian's package redis-server)");
    else if (s->grouped && group_top(top) < 0)
        snprintf(why, BENCH_WHY, "there is no control group of the processor here");
    else if (s->grouped && !os_is_root())
        snprintf(why, BENCH_WHY, "a control group takes root's rights");
}

/* ---- the arms ---- */

/* "chrt -b 0; taskset -c 1": each a further arm. */
static void measure_add_arms(struct bench_result *r, const char *against)
{
    for (const char *p = against; p && *p;) {
        char words[256];
        p += strspn(p, " ");
        size_t n = strcspn(p, ";");
        text_copy(words, n < sizeof words ? n + 1 : sizeof words, p);
        if (!text_is_blank(words) && r->arms == BENCH_ARMS) {
            log_warn(0, "policy bench: %d ways are compared at most; left out: %s", BENCH_ARMS, words);
        } else if (!text_is_blank(words)) {
            char *kept = mem_dup(words); /* freed by bench_result_done() */
            r->arm[r->arms++] = (struct bench_arm){ kept, ARM_WORDS, kept };
        }
        p += n + (p[n] == ';');
    }
}

/* What an arm needs is asked once, not at each of its trials. */
static bool measure_may(const struct bench_arm *arm)
{
    return arm->kind != ARM_NICE || os_is_root();
}

static void measure_begin(struct bench *b, const struct bench_scenario *s, struct bench_result *r)
{
    *r = (struct bench_result){ .scenario = s };
    bench_missing(b, s, r->skipped);
    for (int i = 0; i < BENCH_METRICS && s->workload->metric[i].name; i++)
        r->metrics++;
    for (int i = 0; i < BENCH_ARMS && s->arm[i].name; i++)
        if (measure_may(&s->arm[i]))
            r->arm[r->arms++] = s->arm[i];
    measure_add_arms(r, b->against);
    for (int i = 0; i < r->arms; i++)
        r->announced[i] = 1;
}

static void measure_learn(struct bench *b, struct bench_result *r)
{
    if (!r->scenario->goal)
        return;
    int arm = bench_arm_of(r, "learned");
    if (b->progress)
        b->progress(b->progress_self, r, arm);
    bench_learn(b, r->scenario, r);
    r->arm[arm].words = r->learned;
}

static void measure_ask_costs(struct bench *b, struct bench_result *r)
{
    for (int i = 0; i < r->arms && !os_stopping(); i++)
        if (r->arm[i].kind == ARM_INTENT)
            r->announced[i] = bench_announced(b, r->scenario, &r->arm[i]);
}

/* ---- the rounds ---- */

/* Fisher and Yates. */
static void measure_shuffle(struct rng *rng, int *order, int n)
{
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = n - 1; i > 0; i--) {
        int k = (int)rng_below(rng, (uint32_t)i + 1), kept = order[i];
        order[i] = order[k];
        order[k] = kept;
    }
}

static void measure_one(struct bench *b, struct bench_result *r, int arm)
{
    if (b->progress)
        b->progress(b->progress_self, r, arm);
    r->trial = mem_grow(r->trial, r->n, &r->cap, sizeof *r->trial);
    struct bench_trial *t = &r->trial[r->n];
    *t = (struct bench_trial){ .round = r->rounds - 1, .arm = arm };
    bench_try(b, r->scenario, &r->arm[arm], t);
    r->n += !os_stopping() || t->ok; /* one that was broken off says nothing */
}

void bench_measure(struct bench *b, const struct bench_scenario *s, struct bench_result *r)
{
    int order[BENCH_ARMS], rounds = b->quick ? QUICK_ROUNDS : s->rounds > b->pairs ? s->rounds : b->pairs;
    measure_begin(b, s, r);
    if (*r->skipped)
        return;
    measure_learn(b, r);
    measure_ask_costs(b, r);
    while (r->rounds < rounds && !os_stopping()) {
        r->rounds++;
        measure_shuffle(&b->rng, order, r->arms);
        for (int i = 0; i < r->arms && !os_stopping(); i++)
            if (r->arm[order[i]].kind != ARM_LEARNED || !bench_is_default(r, order[i]))
                measure_one(b, r, order[i]);
    }
}

void bench_result_done(struct bench_result *r)
{
    for (int i = 0; i < r->arms; i++)
        if (r->arm[i].kind == ARM_WORDS)
            mem_free((char *)r->arm[i].words);
    mem_free(r->trial);
    *r = (struct bench_result){ 0 };
}
