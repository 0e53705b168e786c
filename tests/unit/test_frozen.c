/* Sensors that hang, and those that only look so. */
#include "test.h"

#include "core/frozen.h"

#define MINUTE INT64_C(60000000000)

enum { MOVES, LIMIT, FAN, VOLTS, KINDS };

struct world {
    struct schema *s;
    struct frozen *z;
    struct frame f;
    int slot[KINDS];
};

static void begin(struct world *w)
{
    *w = (struct world){ .s = schema_new(), .z = frozen_new() };
    schema_source(w->s, "hwmon");
    w->slot[MOVES] = schema_add(w->s, &(struct metric){ .name = "t", .unit = UNIT_CELSIUS });
    w->slot[LIMIT] = schema_add(w->s, &(struct metric){ .name = "limit", .unit = UNIT_CELSIUS });
    w->slot[FAN] = schema_add(w->s, &(struct metric){ .name = "fan", .unit = UNIT_RPM });
    w->slot[VOLTS] = schema_add(w->s, &(struct metric){ .name = "v", .unit = UNIT_VOLT });
    frame_fit(&w->f, w->s);
    w->f.mono_ns = MINUTE;
    w->f.v[w->slot[LIMIT]] = 100;
}

static void end(struct world *w)
{
    frame_done(&w->f);
    frozen_free(w->z);
    schema_free(w->s);
}

/* So many minutes, one look each; how many frozen sensors were told. */
static int minutes(struct world *w, int n, double step)
{
    int told = 0;
    double hours;
    for (int i = 0; i < n; i++) {
        w->f.mono_ns += MINUTE;
        for (int k = 0; k < KINDS; k++)
            if (k != LIMIT)
                w->f.v[w->slot[k]] = isnan(w->f.v[w->slot[k]]) ? 40 : w->f.v[w->slot[k]] + step;
        if (step == 0)
            w->f.v[w->slot[FAN]] = 0; /* it stopped, which is no fault */
        while (frozen_look(w->z, w->s, &w->f, &hours) >= 0) {
            told++;
            assert_near(hours, FROZEN_AFTER_H, 0.1);
        }
    }
    return told;
}

static void what_moved_and_stands_is_told_once(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    assert_int_equal(minutes(&w, 20, 0.5), 0);
    assert_int_equal(minutes(&w, FROZEN_AFTER_H * 60 - 2, 0), 0);
    assert_int_equal(minutes(&w, 600, 0), 1);
    assert_int_equal(minutes(&w, 5, 0.5), 0);
    assert_int_equal(minutes(&w, 600, 0), 1); /* it moved, and hangs again */
    end(&w);
}

static void what_hardly_ever_moved_is_not(void **state)
{
    (void)state;
    struct world w;
    begin(&w);
    assert_int_equal(minutes(&w, FROZEN_MOVED - 2, 0.5), 0);
    assert_int_equal(minutes(&w, 1000, 0), 0);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_moved_and_stands_is_told_once),
        cmocka_unit_test(what_hardly_ever_moved_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
