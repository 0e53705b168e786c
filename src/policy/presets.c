/*
 * presets.c - goals as knobs. The figures are those of docs/POLICY.md, from machines of ours.
 *
 * What helps most is priority by session: a terminal's programs share one weight (autogroup, sched(7)), within which
 * nice counts, and across which it does not. So a program gets a session of its own, and that session the weight; where
 * autogroup does not count, because we are in a control group, a group of its own with a weight does the same.
 */
#include "policy/presets.h"

#include "policy/learn/signature.h"

#include "base/text.h"
#include "os/os.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct making {
    struct plan *plan;
    const struct plan_options *o;
    const struct machine *m;
};

static void make_add(const struct making *g, const char *knob, const char *value, enum evidence e, const char *why)
{
    const struct knob *k = knob_find(knob);
    assert(k);
    if (k->class == KNOB_GROUP)
        plan_add_grouped(g->plan, g->m, k, value, e, why);
    else
        plan_add(g->plan, k, value, e, why);
}

/* Every instance of a knob there is: of cpufreq all policies. */
struct every {
    const struct making *g;
    const struct knob *knob;
    const char *value, *why;
};

static void every_one(void *self, const char *inst)
{
    const struct every *x = self;
    struct step *s = plan_add(x->g->plan, x->knob, x->value, EVIDENCE_PRINCIPLE, x->why);
    text_copy(s->place.inst, sizeof s->place.inst, inst);
}

static void make_every(const struct making *g, const char *knob, const char *value, const char *why)
{
    struct every x = { g, knob_find(knob), value, why };
    assert(x.knob && x.knob->list);
    x.knob->list(x.knob, g->m->root, every_one, &x);
}

/* ---- parts of several goals ---- */

/* A tree that runs already has its session, and perhaps others in it; one that is about to start gets its own. */
static void make_session(const struct making *g)
{
    if (!g->o->pid)
        make_add(g, "session", "own", EVIDENCE_MEASURED,
                 "programs of one session share one weight: in its own it need not share with its neighbours");
}

static bool make_has_scopes(const struct making *g)
{
    const struct knob *k = knob_find("scope.weight");
    char why[KNOB_WHY];
    return k && k->probe(k, &(struct place){ .root = g->m->root }, why) == 0;
}

/* The first of these that counts here: autogroup does not inside a control group, nice does only within a session. */
static void make_weight(const struct making *g)
{
    bool starts = !g->o->pid;
    make_session(g);
    if (g->m->autogroup)
        make_add(g, "autogroup", "-10", EVIDENCE_MEASURED,
                 "its session weighs 9 times another; p99 beside 4 busy programs was 19 times better");
    else if (g->m->group_writable && starts)
        make_add(g, "cpu.weight", "1000", EVIDENCE_MEASURED,
                 "its group weighs 10 times another; p99 beside 4 busy programs was 23 times better");
    else if (starts && make_has_scopes(g))
        make_add(g, "scope.weight", "1000", EVIDENCE_PRINCIPLE, "its scope weighs 10 times another group");
    else
        make_add(g, "nice", "-10", EVIDENCE_PRINCIPLE, "without a group of its own, nice is what counts");
}

/*
 * The threads of libgomp spin for milliseconds at a barrier, where the one that they wait for may not even run. Looking
 * 10,000 times, a tenth of a millisecond, is enough for one that runs: as fast as ever on processors at rest, where
 * passive waiting took 5 times as long.
 */
static void make_spin(const struct making *g)
{
    make_add(g, "omp.spin", "10000", EVIDENCE_MEASURED,
             "a thread that waits longer lets the one that it waits for have the processor");
}

static void make_threads(const struct making *g)
{
    char n[16];
    if (g->m->threads_useful >= g->m->cpus_online)
        return;
    snprintf(n, sizeof n, "%d", g->m->threads_useful);
    make_add(g, "omp.threads", n, EVIDENCE_PRINCIPLE, "that many processors may be used here");
    make_add(g, "openblas.threads", n, EVIDENCE_PRINCIPLE, "that many processors may be used here");
}

/* ---- the goals ---- */

static void make_latency(const struct making *g)
{
    make_weight(g);
    make_add(g, "timer.slack", "1000", EVIDENCE_PRINCIPLE, "its timers end when they should, not up to 50 us later");
    make_spin(g);
    make_add(g, "pm.qos", "20", EVIDENCE_PRINCIPLE, "the processor does not sleep so deep that waking takes longer");
    make_add(g, "power.profile", "performance", EVIDENCE_PRINCIPLE, "held while it runs");
    make_every(g, "cpufreq.governor", "performance", "the clock does not wait for load to rise");
}

static void make_throughput(const struct making *g)
{
    make_weight(g);
    make_threads(g);
    make_spin(g);
    make_add(g, "power.profile", "performance", EVIDENCE_PRINCIPLE, "held while it runs");
    make_every(g, "cpufreq.governor", "performance", "the clock does not wait for load to rise");
}

/* The newest kernel of OpenBLAS and MKL that this processor has is not what counts: that it is named, and so the same
 * on every machine that has it. */
static void make_blas_kernel(const struct making *g)
{
    char text[8192];
    bool avx2 = os_read_text(g->m->root, "/proc/cpuinfo", text, sizeof text) > 0 && strstr(text, " avx2 ");
    if (!avx2)
        return;
    make_add(g, "openblas.coretype", "Haswell", EVIDENCE_MEASURED,
             "another kernel gives other bits; this one cost nothing here");
    make_add(g, "mkl.cbwr", "AVX2", EVIDENCE_PRINCIPLE, "the same code path on every machine");
}

/*
 * What is lost with all threads but one. Few programs gain as much from each as from the first: of two, one more gained
 * 1.25 to 1.6 (barriers) and 1.75 to 2 times (a sum), so three fifths of what is missing is what is told.
 */
static void make_one_thread_cost(const struct making *g)
{
    if (g->m->threads_useful < 2 || !signature_may_thread(g->o->work))
        return;
    g->plan->cost_factor = 1 + 0.6 * (g->m->threads_useful - 1);
    snprintf(g->plan->cost, sizeof g->plan->cost,
             "what would use %d threads uses one: about %.2g times as long on a machine at rest",
             g->m->threads_useful, g->plan->cost_factor);
}

static void make_precision(const struct making *g)
{
    static const char *const one = "partial sums of several threads are added in the order in which they end";
    make_add(g, "omp.threads", "1", EVIDENCE_MEASURED, one);
    make_add(g, "omp.dynamic", "false", EVIDENCE_PRINCIPLE, "the library does not change the number of threads");
    make_add(g, "omp.schedule", "static", EVIDENCE_MEASURED, "every run deals loops out alike");
    make_add(g, "openblas.threads", "1", EVIDENCE_MEASURED, "its bits change with the number of threads");
    make_add(g, "mkl.threads", "1", EVIDENCE_PRINCIPLE, "its bits change with the number of threads");
    make_add(g, "mkl.dynamic", "false", EVIDENCE_PRINCIPLE, "the library does not change the number of threads");
    make_add(g, "blis.threads", "1", EVIDENCE_PRINCIPLE, "its bits change with the number of threads");
    make_blas_kernel(g);
    make_add(g, "gpu.tf32", "0", EVIDENCE_PRINCIPLE, "products on a GPU keep all bits of their factors");
    make_add(g, "gpu.workspace", ":4096:8", EVIDENCE_PRINCIPLE, "cuBLAS adds in one order");
    make_add(g, "gpu.deterministic", "1", EVIDENCE_PRINCIPLE, "TensorFlow takes only operations that repeat");
    make_add(g, "nccl.algo", "Ring", EVIDENCE_PRINCIPLE, "sums over several GPUs are made in one order");
    make_one_thread_cost(g);
}

static void make_stability(const struct making *g)
{
    char n[16];
    snprintf(n, sizeof n, "%d", g->m->threads_useful);
    make_weight(g);
    make_add(g, "omp.threads", n, EVIDENCE_PRINCIPLE, "every run has as many threads");
    make_add(g, "omp.dynamic", "false", EVIDENCE_PRINCIPLE, "the library does not change the number of threads");
    make_spin(g);
    make_add(g, "oom", "-500", EVIDENCE_PRINCIPLE, "when memory runs out, others go first");
    make_every(g, "cpufreq.boost", "0", "a clock that depends on heat is not the same at every run");
}

static void make_power(const struct making *g)
{
    make_session(g);
    make_add(g, "timer.slack", "300000", EVIDENCE_MEASURED,
             "timers that end within 0.3 ms wake the processor once: half as many interrupts, 8 % fewer polls");
    make_spin(g);
    make_add(g, "power.profile", "power-saver", EVIDENCE_PRINCIPLE, "held while it runs");
    make_every(g, "cpufreq.epp", "power", "the processor chooses the lower clock when in doubt");
}

void presets_add(struct plan *p, const struct plan_options *o)
{
    static void (*const make[GOALS])(const struct making *g) = {
        [GOAL_LATENCY] = make_latency, [GOAL_THROUGHPUT] = make_throughput, [GOAL_PRECISION] = make_precision,
        [GOAL_STABILITY] = make_stability, [GOAL_POWER] = make_power,
    };
    make[o->goal](&(struct making){ p, o, o->machine });
}
