/* learned.c - what was learned, kept and told. */
#include "policy/learn/learned.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WAITING_SHARED 0.05  /* share of the time in which something waits for a processor */
#define WAITING_CROWDED 0.5
#define LOAD_SHARED 0.5      /* running tasks for each processor */
#define LOAD_CROWDED 1.5

/* ---- what it holds for ---- */

/* The value of a line of /proc/cpuinfo, the first of that name; "" where there is none. */
static void learned_field(const char *text, const char *name, char *out, size_t cap)
{
    size_t n = strlen(name);
    *out = '\0';
    for (const char *p = text; p; p = strchr(p, '\n')) {
        p += *p == '\n';
        const char *colon = strncmp(p, name, n) == 0 && strchr(" \t:", p[n]) ? strchr(p + n, ':') : NULL;
        if (!colon)
            continue;
        colon += 1 + strspn(colon + 1, " \t");
        snprintf(out, cap, "%.*s", (int)strcspn(colon, "\r\n"), colon);
        return;
    }
}

/* Vendor, family and model as x86 has them; implementer and part of ARM. */
static void learned_cpu(const char *root, char *out, size_t cap)
{
    static const char *const sets[][3] = { { "vendor_id", "cpu family", "model" },
                                           { "CPU implementer", "CPU architecture", "CPU part" } };
    char text[8192], part[3][32];
    snprintf(out, cap, "unknown");
    if (os_read_text(root, "/proc/cpuinfo", text, sizeof text) < 0)
        return;
    for (size_t s = 0; s < 2; s++) {
        for (int i = 0; i < 3; i++)
            learned_field(text, sets[s][i], part[i], sizeof part[i]);
        if (*part[0]) {
            snprintf(out, cap, "%s/%s/%s", part[0], part[1], part[2]);
            return;
        }
    }
}

char *learned_machine(const struct machine *m, char out[static LEARNED_MACHINE_MAX])
{
    char cpu[104];
    learned_cpu(m->root, cpu, sizeof cpu);
    snprintf(out, LEARNED_MACHINE_MAX, "%s cpus=%d smt=%d llcs=%d nodes=%d%s %s %s", cpu, m->cpus_allowed, m->smt,
             m->llcs, m->nodes, m->hybrid ? " hybrid" : "", m->in_vm ? "vm" : "bare", m->on_battery ? "battery" : "ac");
    return text_clean(out);
}

const char *learned_contention(const struct machine *m)
{
    if (m->contention > WAITING_CROWDED || m->load > LOAD_CROWDED) /* NaN: no */
        return "crowded";
    return m->contention > WAITING_SHARED || m->load > LOAD_SHARED ? "shared" : "quiet";
}

void learned_key(const struct machine *m, enum goal goal, const struct signature *work, struct learned_key *out)
{
    *out = (struct learned_key){ .work = *work, .goal = goal, .contention = learned_contention(m) };
    learned_machine(m, out->machine);
}

/* ---- in the index ---- */

static void learned_take(void *self, const struct index_policy *p)
{
    struct learned *l = self;
    *l = (struct learned){ .n = p->n, .at_ms = p->at_ms, .state = p->state, .ratio = p->ratio, .lo = p->lo, .hi = p->hi,
                           .pairs = p->pairs, .won = p->won };
    if (p->state == INDEX_POLICY_LEARNED)
        text_copy(l->arm, sizeof l->arm, p->arm);
    text_copy(l->metric, sizeof l->metric, p->metric);
    text_copy(l->reason, sizeof l->reason, p->reason);
}

int learned_find(struct index *x, const struct learned_key *k, const char *metric, struct learned *out)
{
    struct index_policy key = { .machine = k->machine, .workload = k->work.hash, .goal = goal_name(k->goal),
                                .contention = k->contention, .metric = metric };
    return index_find_policy(x, &key, learned_take, out);
}

static enum index_policy_state learned_state(enum learning_verdict v)
{
    return v == LEARNING_ACCEPTED ? INDEX_POLICY_LEARNED :
           v == LEARNING_STOPPED || v == LEARNING_FAILED ? INDEX_POLICY_STOPPED : INDEX_POLICY_STANDARD;
}

int64_t learned_keep(struct index *x, const struct learned_key *k, const struct measure *m,
                     const struct learning_options *o, const struct learning *l, const char *version)
{
    auto_free struct index_trial *t = mem_new((size_t)(l->trials + 1) * sizeof *t);
    for (int i = 0; i < l->trials; i++) {
        const struct learning_trial *from = &l->trial[i];
        t[i] = (struct index_trial){ .phase = learning_phase_name(from->phase), .arm = o->arm[from->arm].text,
                                     .value = from->value, .wall_s = from->wall_s, .at_ms = from->at_ms };
    }
    struct index_policy p = {
        .machine = k->machine, .workload = k->work.hash, .class = k->work.class, .name = k->work.name,
        .goal = goal_name(k->goal), .contention = k->contention, .metric = m->text, .state = learned_state(l->verdict),
        .arm = l->best ? o->arm[l->best].text : "", .reason = l->reason, .ratio = l->pairs.ratio, .lo = l->pairs.lo,
        .hi = l->pairs.hi, .p = l->pairs.p, .pairs = l->pairs.pairs, .won = l->pairs.won, .at_ms = os_wall_ms(),
        .version = version,
    };
    return index_add_policy(x, &p, t, (size_t)l->trials);
}

/* ---- for others ---- */

/* "max:stdout" of "max:stdout:p99=([0-9]+)". */
static void learned_form(const char *metric, char out[static 20])
{
    struct measure m;
    char why[MEASURE_WHY];
    if (measure_open(&m, metric, why) == 0)
        measure_form(&m, out);
    else
        snprintf(out, 20, "unknown");
    measure_done(&m);
}

/* An instance is the name of a device of this machine. */
static void learned_knobs(struct json *j, const char *arm)
{
    char text[PLAN_ARM_MAX];
    text_copy(text, sizeof text, arm);
    json_object(j, "knobs");
    char *rest = text, *word;
    const char *before = "";
    while ((word = strsep(&rest, " ")) != NULL) {
        char *value = strchr(word, '='), *at = strchr(word, '@');
        if (!value)
            continue;
        *value++ = '\0';
        if (at)
            *at = '\0';
        if (strcmp(word, before) != 0) /* of several devices the first speaks for all */
            json_string(j, word, value);
        before = word;
    }
    json_end(j);
}

static void learned_effect(struct json *j, const struct index_policy *p)
{
    json_object(j, "effect");
    json_digits(j, "ratio", p->ratio, 4);
    json_digits(j, "lo", p->lo, 4);
    json_digits(j, "hi", p->hi, 4);
    json_int(j, "pairs", p->pairs);
    json_int(j, "won", p->won);
    json_digits(j, "p", p->p, 4);
    json_end(j);
}

void learned_export(const struct index_policy *p, struct buf *out)
{
    struct json j;
    char metric[20], day[TEXT_TIME_MAX];
    learned_form(p->metric, metric);
    text_time(p->at_ms, day)[10] = '\0';
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", LEARNED_SCHEMA);
    json_string(&j, "hardware", p->machine);
    json_object(&j, "workload");
    json_string(&j, "hash", p->workload);
    json_string(&j, "class", p->class);
    json_end(&j);
    json_string(&j, "goal", p->goal);
    json_string(&j, "metric", metric);
    json_string(&j, "verdict", index_policy_state_name(p->state));
    learned_knobs(&j, p->arm);
    learned_effect(&j, p);
    json_string(&j, "contention", p->contention);
    json_string(&j, "day", day);
    json_string(&j, "version", p->version);
    json_end(&j);
    buf_putc(out, '\n');
}
