/*
 * test_fill.c - half a day or more, simulated, into a directory with a cap that holds a small part of it: not one
 * byte more at any moment, the newest instants are there, pinned ones too, and memory and descriptors stay as
 * they were after the first hour. SONDE_FILL_HOURS says how long (12, with
 * sanitizers 6; `./dev test --full`: 48).
 */
#include "../unit/test.h"

#include "../unit/store_sample.h"
#include "base/log.h"
#include "base/mem.h"
#include "faults.h"
#include "os/os.h"
#include "store/archive.h"
#include "store/names.h"
#include "store/retention.h"

#define CAP 1500000
#define PIN_FROM (SAMPLE_START_MS + 7200000)  /* ten minutes after two hours */
#define PIN_TO (PIN_FROM + 600000)

struct filling {
    struct retention *retention;
    struct retention_rules rules;
    int tidied;
};

static void tidy(void *self, struct store *store)
{
    struct filling *f = self;
    struct retention_done done;
    f->rules.session = store_about(store)->session;
    f->rules.part = store_part(store);
    f->tidied++;
    retention_tidy(f->retention, &f->rules, &done);
}

static int count_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++) {
        char path[32], link[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        n += os_read_link("", path, link, sizeof link) > 0;
    }
    return n;
}

/* Ten minutes go by in a tenth of a second here: the packer, which has all of that time, is waited for. */
static void wait_for_packer(const char *dir)
{
    struct names *list;
    int n;
    do {
        list = NULL;
        n = names_list(dir, true, &list);
        mem_free(list);
        if (n > 2)
            os_sleep_until(os_mono_ns() + 1000000);
    } while (n > 2);
}

struct seen {
    struct sample *s;
    int64_t n, last, pinned;
    bool wrong;
};

static int see(void *self, const struct tape_about *about, const struct schema *schema, const struct moment *m)
{
    struct seen *v = self;
    (void)about;
    v->wrong |= !sample_is_right(v->s, schema, m);
    v->last = sample_index(v->s, m);
    v->pinned += m->frame.wall_ms >= PIN_FROM && m->frame.wall_ms <= PIN_TO;
    v->n++;
    return 0;
}

static void test_fill(void **state)
{
    (void)state;
    char dir[64];
    struct store_options o;
    struct sample s;
    struct store *store;
    struct os_self early = { 0 }, late;
    const char *hours = getenv("SONDE_FILL_HOURS");
    int64_t ticks = (hours ? atoi(hours) : TEST_SLOW ? 6 : 12) * 3600L;
    int32_t owner;
    int fds = 0;
    struct retention_pin pin = { .from_ms = PIN_FROM, .to_ms = PIN_TO, .by_person = true };
    struct filling f = { .rules = { .pins = &pin, .n_pins = 1, .now_ms = SAMPLE_START_MS } };
    sample_options(&o, dir);
    sample_init(&s, 8, 1000);
    o.cap_bytes = CAP;
    o.tidy = tidy;
    o.self = &f;
    bytes_watch(dir);
    assert_int_equal(store_open(&o, &store, &owner), 0);
    f.retention = retention_new(dir, store_space(store));
    retention_clean(f.retention);
    for (int64_t i = 0; i < ticks; i++) {
        store_append(store, s.schema, sample_moment(&s, i));
        if (i % 60 == 59)
            store_flush(store);
        if (i % 600 == 599)
            wait_for_packer(dir);
        if (i == 3600) {
            os_self(&early);
            fds = count_fds();
        }
    }
    store_flush(store);
    os_self(&late);
    assert_true(count_fds() <= fds + 2); /* the packer may have a file open */
    assert_true(late.rss_bytes < early.rss_bytes + 8e6);
    struct store_state st;
    store_state(store, &st);
    store_close(store);
    retention_free(f.retention);
    print_message("# most %lld of %d bytes, tidied %d times, %d dropped, memory %.1f -> %.1f MB\n",
                  (long long)bytes_most(), CAP, f.tidied, (int)st.dropped, early.rss_bytes / 1e6, late.rss_bytes / 1e6);
    assert_true(bytes_most() <= CAP);
    assert_true(bytes_most() > CAP / 2); /* it came near it at all */
    struct archive *a;
    struct seen v = { .s = &s };
    assert_int_equal(archive_open(dir, &a), 0);
    assert_int_equal(archive_play(a, NULL, 0, INT64_MAX, see, &v, NULL), 0);
    archive_free(a);
    assert_false(v.wrong);
    assert_int_equal(st.dropped, 0);
    assert_int_equal(v.last, ticks - 1);
    assert_int_equal(v.pinned, 601);
    sample_done(&s);
    os_remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_fill) };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
