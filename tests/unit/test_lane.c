/*
 * Adapters that are kept apart: in the ordinary case they look like all others; one that hangs costs
 * its own values and nobody else's, is left alone, and comes back.
 */
#include "test.h"

#include "core/sampler.h"
#include "os/os.h"

#include <errno.h>

/* What hangs waits here until the test lets it go. */
static struct os_lock *gate;
static bool shut;
static int closed;

static void gate_pass(void)
{
    os_lock(gate);
    os_wake(gate);
    while (shut)
        os_wait(gate, INT64_MAX);
    os_unlock(gate);
}

static void gate_set(bool s)
{
    os_lock(gate);
    shut = s;
    os_wake(gate);
    os_unlock(gate);
}

struct thing {
    const struct adapter_env *env;
    int slot, ratio, late, readings;
    int64_t wall_ms, mono_ns; /* of the last reading */
};

static struct thing things[2];

static int thing_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct thing *t = &things[env->of != NULL];
    *t = (struct thing){ .env = env, .late = -1 };
    t->slot = schema_add(s, &(struct metric){
        .name = env->of ? env->of : "thing.count", .kind = KIND_COUNTER, .unit = UNIT_BYTE });
    t->ratio = schema_add(s, &(struct metric){
        .name = env->of ? "other.share" : "thing.share", .kind = KIND_RATIO, .num = t->slot, .den = SCHEMA_TIME,
        .scale = 2 });
    env->explain(env, "half of it is missing");
    *self = t;
    return 0;
}

static void thing_sample(void *self, struct frame *f)
{
    struct thing *t = self;
    t->readings++;
    t->wall_ms = f->wall_ms;
    t->mono_ns = f->mono_ns;
    frame_set(f, t->slot, 10.0 * t->readings);
    frame_set(f, t->late, 7);
    if (t->readings == 2)
        t->env->emit(t->env, &(struct event){ .kind = EVENT_ADAPTER, .severity = SEVERITY_INFO, .text = "twice" });
}

static void hanging_sample(void *self, struct frame *f)
{
    gate_pass();
    thing_sample(self, f);
}

static int hanging_open(const struct adapter_env *env, struct schema *s, void **self)
{
    gate_pass();
    return thing_open(env, s, self);
}

static int thing_rescan(void *self, struct schema *s)
{
    struct thing *t = self;
    if (t->readings == 2)
        t->late = schema_add(s, &(struct metric){ .name = "thing.late" });
    return 0;
}

static void thing_procs(void *self, struct proctab *t)
{
    (void)self;
    struct proc *p = proctab_add(t);
    p->pid = 7;
    p->gpu_bytes = 100;
    p = proctab_add(t);
    p->pid = 8; /* is not in the table */
    p->gpu_bytes = 100;
}

static void thing_close(void *self)
{
    (void)self;
    closed++;
}

static int plain_open(const struct adapter_env *env, struct schema *s, void **self)
{
    (void)env;
    static int slot;
    slot = schema_add(s, &(struct metric){ .name = "plain" });
    *self = &slot;
    return 0;
}

static void plain_sample(void *self, struct frame *f)
{
    frame_set(f, *(int *)self, 1);
}

static void plain_procs(void *self, struct proctab *t)
{
    (void)self;
    proctab_add(t)->pid = 6;
    proctab_add(t)->pid = 7;
}

static const struct adapter plain = {
    .name = "plain", .open = plain_open, .sample = plain_sample, .procs = plain_procs, .close = thing_close };
static const struct adapter thing = {
    .name = "thing", .apart = true, .open = thing_open, .sample = thing_sample, .rescan = thing_rescan,
    .procs = thing_procs, .close = thing_close };
static const struct adapter other = {
    .name = "other", .of = "other.count", .apart = true, .open = thing_open, .sample = thing_sample,
    .close = thing_close };
static const struct adapter hanging = {
    .name = "hanging", .apart = true, .open = thing_open, .sample = hanging_sample, .close = thing_close };
static const struct adapter slow_to_open = {
    .name = "slow", .apart = true, .open = hanging_open, .sample = thing_sample, .close = thing_close };

/* A clock that jumps: the sampler runs at once. It is not that of this machine. */
struct jumping {
    struct clock clock;
    struct instant t;
};

static struct instant jump_now(struct clock *c)
{
    return ((struct jumping *)c)->t;
}

static int jump_wait(struct clock *c, int64_t mono_ns)
{
    struct jumping *j = (struct jumping *)c;
    j->t.wall_ms += (mono_ns - j->t.mono_ns) / 1000000;
    j->t.boot_ns = j->t.mono_ns = mono_ns;
    return 0;
}

static double get(struct sampler *s, const struct frame *f, const char *name)
{
    return frame_get(f, schema_find(sampler_schema(s), name, NULL));
}

static void one_kept_apart_looks_like_all_others(void **state)
{
    (void)state;
    static const struct adapter *const list[] = { &plain, &thing, NULL };
    struct jumping j = { { jump_now, jump_wait, false }, { 1767225600000, 1000000000, 1000000000 } };
    struct sampler *s = sampler_open(list, &(struct sampler_options){ .root = "", .interval_s = 1, .clock = &j.clock });
    const struct frame *f;
    struct event e;
    int n;
    const struct source *src = sampler_sources(s, &n);
    assert_int_equal(src[1].state, SOURCE_OK);
    assert_int_equal(src[1].metrics, 3); /* the counter, its rate, the ratio */
    assert_string_equal(src[1].reason, "half of it is missing");
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(sampler_next(s, &f), 0);
        assert_near(get(s, f, "plain"), 1, 0);
        assert_near(get(s, f, "thing.count"), 10 * i, 0);
        assert_int_equal(things[0].mono_ns, f->mono_ns); /* the clock of the machine, not of this one */
        assert_int_equal(things[0].wall_ms, f->wall_ms);
        if (i == 1)
            assert_nan(get(s, f, "thing.count.rate"));
        else
            assert_near(get(s, f, "thing.count.rate"), 10, 1e-9);
        if (i > 1)
            assert_near(get(s, f, "thing.share"), 20, 1e-9);
        assert_int_equal(sampler_event(s, &e), i == 2);
    }
    assert_near(get(s, f, "thing.late"), 7, 0);
    assert_int_equal(src[1].metrics, 4);
    assert_true(schema_find(sampler_schema(s), "sonde.adapter.time", "thing") >= 0);
    const struct proctab *p = sampler_procs(s);
    assert_int_equal(p->n, 2);
    assert_nan(p->p[0].gpu_bytes);
    assert_near(p->p[1].gpu_bytes, 100, 0);
    closed = 0;
    sampler_close(s);
    assert_int_equal(closed, 2);
}

static void one_that_hangs_costs_only_itself(void **state)
{
    (void)state;
    static const struct adapter *const list[] = { &hanging, &plain, &other, NULL };
    struct sampler *s = sampler_open(list, &(struct sampler_options){ .root = "", .interval_s = 0.1, .patience_s = 2 });
    const struct frame *f;
    struct event e = { 0 };
    int n;
    const struct source *src = sampler_sources(s, &n);
    assert_int_equal(sampler_next(s, &f), 0);
    assert_near(get(s, f, "thing.count"), 10, 0);

    gate_set(true);
    bool said = false;
    int64_t worst = 0;
    for (int i = 2; i < 28; i++) { /* 2.6 s: longer than any driver may take */
        int64_t before = os_mono_ns();
        assert_int_equal(sampler_next(s, &f), 0);
        int64_t took = os_mono_ns() - before;
        worst = took > worst ? took : worst;
        assert_near(get(s, f, "plain"), 1, 0);
        if (i > 2) /* the one behind it in the queue is a tick late, once */
            assert_true(get(s, f, "other.count") > 10);
        while (sampler_event(s, &e))
            said = said || strstr(e.text, "does not answer");
    }
    assert_true(said);
    assert_true(worst < 1000000000); /* far less: a busy machine must not fail this */
    assert_int_equal(src[0].state, SOURCE_HUNG);
    assert_nan(get(s, f, "thing.count"));

    gate_set(false);
    said = false;
    for (int i = 0; i < 60 && isnan(get(s, f, "thing.count")); i++) {
        assert_int_equal(sampler_next(s, &f), 0);
        while (sampler_event(s, &e))
            said = said || strstr(e.text, "asked again in 4 s");
    }
    assert_true(said);
    assert_int_equal(src[0].state, SOURCE_OK);
    assert_near(get(s, f, "thing.count"), 30, 0); /* the second reading was too old to count */
    closed = 0;
    sampler_close(s);
    assert_int_equal(closed, 3);
}

static void closing_does_not_wait_for_it(void **state)
{
    (void)state;
    static const struct adapter *const list[] = { &plain, &slow_to_open, NULL };
    gate_set(true);
    int64_t before = os_mono_ns();
    struct sampler *s = sampler_open(list, &(struct sampler_options){ .root = "", .interval_s = 0.1 });
    const struct frame *f;
    int n;
    const struct source *src = sampler_sources(s, &n);
    assert_int_equal(src[1].state, SOURCE_HUNG);
    assert_int_equal(sampler_next(s, &f), 0);
    assert_near(get(s, f, "plain"), 1, 0);
    sampler_close(s);
    assert_true(os_mono_ns() - before < 5000000000);

    gate_set(false); /* what was left behind tidies up by itself */
    static const struct adapter *const again[] = { &slow_to_open, NULL };
    s = sampler_open(again, &(struct sampler_options){ .root = "", .interval_s = 0.1, .patience_s = 2 });
    assert_int_equal(sampler_sources(s, &n)[0].state, SOURCE_OK);
    sampler_close(s);
}

static void one_that_opens_late_is_welcome(void **state)
{
    (void)state;
    static const struct adapter *const list[] = { &slow_to_open, NULL };
    gate_set(true);
    struct sampler *s = sampler_open(list, &(struct sampler_options){ .root = "", .interval_s = 0.1 });
    const struct frame *f;
    struct event e;
    assert_int_equal(sampler_next(s, &f), 0);
    assert_int_equal(schema_find(sampler_schema(s), "thing.count", NULL), -ENOENT);
    gate_set(false);
    for (int i = 0; i < 20 && schema_find(sampler_schema(s), "thing.count", NULL) < 0; i++)
        assert_int_equal(sampler_next(s, &f), 0);
    assert_true(sampler_event(s, &e));
    assert_non_null(strstr(e.text, "is here now"));
    assert_int_equal(sampler_next(s, &f), 0);
    assert_true(get(s, f, "thing.count") >= 10);
    sampler_close(s);
}

int main(void)
{
    gate = os_lock_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_kept_apart_looks_like_all_others),
        cmocka_unit_test(one_that_hangs_costs_only_itself),
        cmocka_unit_test(closing_does_not_wait_for_it),
        cmocka_unit_test(one_that_opens_late_is_welcome),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
