/* The hub: who hears what, shared and not copied, late comers, comments in silence. */
#include "test.h"

#include "serve/stream.h"

#define SECOND 1000000000

struct ear {
    char heard[256];
    struct web_text *last;
};

static int woken;

static void hear(void *who, struct web_text *t)
{
    struct ear *e = who;
    strncat(e->heard, t->bytes, t->n);
    e->last = t;
}

static void wake(void *self)
{
    ++*(int *)self;
}

static struct web_text *text(const char *s)
{
    struct web_text *t = web_text_new(strlen(s));
    memcpy(t->bytes, s, t->n);
    return t;
}

static uint32_t topic(struct hub *h, const char *globs)
{
    static struct hub_topic topics[HUB_TOPICS];
    size_t n = hub_topics(h, topics);
    for (size_t i = 0; i < n; i++)
        if (strcmp(topics[i].globs, globs) == 0)
            return topics[i].id;
    return 0;
}

static void gives_out(void **state)
{
    (void)state;
    struct ear a = { 0 }, b = { 0 }, c = { 0 }, late = { 0 };
    struct hub *h = hub_new(hear, wake, &woken);
    struct hub_member *ma = hub_join(h, "cpu.*", &a), *mb = hub_join(h, "cpu.*", &b), *mc = hub_join(h, "", &c);
    uint32_t cpu = topic(h, "cpu.*"), none = topic(h, "");
    assert_true(cpu && none && cpu != none);
    woken = 0;
    hub_post(h, cpu, HUB_SCHEMA, text("S"));
    hub_post(h, cpu, HUB_TICK, text("1"));
    hub_post(h, cpu, HUB_TICK, text("2"));
    hub_post(h, none, HUB_TICK, text("n"));
    hub_post(h, 99, HUB_TICK, text("x"));
    assert_int_equal(woken, 5);
    assert_string_equal(a.heard, "");
    hub_deliver(h, 0);
    assert_string_equal(a.heard, "S12");
    assert_string_equal(b.heard, "S12");
    assert_string_equal(c.heard, "n");
    assert_ptr_equal(a.last, b.last); /* one text for both */
    struct hub_member *ml = hub_join(h, "cpu.*", &late);
    assert_string_equal(late.heard, "S2");

    hub_leave(h, ma);
    hub_leave(h, ml);
    hub_leave(h, NULL);
    hub_post(h, cpu, HUB_TICK, text("3"));
    hub_deliver(h, 0);
    assert_string_equal(a.heard, "S12");
    assert_string_equal(b.heard, "S123");
    hub_leave(h, mb);
    assert_int_equal(topic(h, "cpu.*"), 0); /* nobody hears it */
    hub_post(h, cpu, HUB_TICK, text("4"));
    hub_deliver(h, 0);
    hub_leave(h, mc);
    static struct hub_topic left[HUB_TOPICS];
    assert_int_equal(hub_topics(h, left), 0);
    hub_free(h);
}

static void comments_in_silence(void **state)
{
    (void)state;
    struct ear a = { 0 };
    struct hub *h = hub_new(hear, wake, &woken);
    hub_join(h, "", &a);
    hub_deliver(h, 14 * (int64_t)SECOND);
    assert_string_equal(a.heard, "");
    hub_deliver(h, 15 * (int64_t)SECOND);
    assert_string_equal(a.heard, ": here\n\n");
    hub_post(h, topic(h, ""), HUB_TICK, text("!"));
    hub_deliver(h, 29 * (int64_t)SECOND);
    hub_deliver(h, 43 * (int64_t)SECOND);
    assert_string_equal(a.heard, ": here\n\n!");
    hub_deliver(h, 44 * (int64_t)SECOND);
    assert_string_equal(a.heard, ": here\n\n!: here\n\n");
    hub_free(h); /* with its members */
}

static void is_bounded(void **state)
{
    (void)state;
    char globs[HUB_GLOBS_MAX + 1];
    struct ear a = { 0 };
    struct hub *h = hub_new(hear, wake, &woken);
    for (int i = 0; i < HUB_TOPICS; i++) {
        snprintf(globs, sizeof globs, "cpu%d", i);
        assert_true(hub_takes(h, globs));
        hub_join(h, globs, &a);
    }
    assert_true(hub_takes(h, "cpu0"));
    assert_false(hub_takes(h, "one more"));
    memset(globs, 'x', sizeof globs - 1);
    globs[sizeof globs - 1] = '\0';
    struct hub *empty = hub_new(hear, wake, &woken);
    assert_false(hub_takes(empty, globs));
    globs[HUB_GLOBS_MAX - 1] = '\0';
    assert_true(hub_takes(empty, globs));
    hub_free(empty);
    woken = 0;
    for (int i = 0; i < HUB_WAITING + 10; i++)
        hub_post(h, 1, HUB_TICK, text("."));
    assert_int_equal(woken, HUB_WAITING);
    hub_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_out), cmocka_unit_test(comments_in_silence), cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
