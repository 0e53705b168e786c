/* fuzz_changes.c - logs of packages, lines of logs, mounts, and what was kept of them. The first byte says which. */
#include "analyze/changes/before.h"
#include "analyze/changes/change_of_line.h"
#include "analyze/changes/changes_kept.h"
#include "analyze/changes/package_log.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_event(const struct event *e)
{
    assert(e->kind == EVENT_CHANGE && e->severity >= SEVERITY_INFO && e->severity <= SEVERITY_CRITICAL);
    assert(*e->text && text_is_plain(e->text) && text_is_plain(e->source));
}

/* Every line by all three readers, in runs. */
static void packages(char *text)
{
    static bool (*const readers[])(const char *, struct package_change *) = {
        dpkg_log_line, rpm_log_line, pacman_log_line,
    };
    for (size_t k = 0; k < 3; k++) {
        struct package_run run = { 0 };
        struct package_change c;
        struct event e;
        for (char *p = text; *p;) {
            size_t length = strcspn(p, "\n");
            char *line = mem_new(length + 1);
            memcpy(line, p, length);
            if (readers[k](line, &c)) {
                assert(*c.name && text_is_plain(c.name) && text_is_plain(c.from) && text_is_plain(c.to));
                if (!package_run_takes(&run, &c)) {
                    if (package_run_say(&run, &e))
                        check_event(&e);
                    package_run_done(&run);
                }
                package_run_add(&run, &c);
            }
            mem_free(line);
            p += length + (p[length] == '\n');
        }
        if (package_run_say(&run, &e)) {
            check_event(&e);
            assert(e.wall_ms <= e.end_ms);
        }
        package_run_done(&run);
    }
}

/* "IDENT\nUNIT\nMESSAGE_ID\nTEXT", of UTF-8 without control characters as readers make it. */
static void line(char *text)
{
    struct log_line l = { .wall_ms = 1000000 };
    struct event e;
    char empty[1] = "", *part[4] = { text, empty, empty, empty };
    for (int i = 1; i < 4; i++) {
        char *end = strchr(part[i - 1], '\n');
        if (!end)
            break;
        *end = '\0';
        part[i] = end + 1;
    }
    text_copy(l.ident, sizeof l.ident, text_clean(part[0]));
    text_copy(l.unit, sizeof l.unit, text_clean(part[1]));
    text_copy(l.message_id, sizeof l.message_id, text_clean(part[2]));
    text_copy(l.text, sizeof l.text, text_clean(part[3]));
    if (!change_of_line(&l, true, &e))
        return;
    check_event(&e);
    struct before_episode of = { .start_ms = 1000000 + (int64_t)strlen(e.text), .area = "disk", .words = l.text };
    double score = before_score(&e, &of);
    assert(score >= 0 && score <= 1);
}

static void tell(void *self, const struct machine_item *was, const struct machine_item *is)
{
    struct event e;
    (void)self;
    if (machine_state_say(was, is, false, &e))
        check_event(&e);
}

static void mounts(const char *text)
{
    struct machine_state s = { 0 }, none = { 0 };
    machine_state_add_mounts(&s, text);
    machine_state_sort(&s);
    machine_state_compare(&none, &s, tell, NULL);
    machine_state_compare(&s, &none, tell, NULL);
    machine_state_done(&s);
}

/* What is read is written as the same. */
static void kept(const char *text, size_t n)
{
    struct changes_kept a, b;
    struct buf one = { 0 }, two = { 0 };
    if (changes_kept_take(text, n, &a)) {
        changes_kept_put(&a, &one);
        assert(changes_kept_take(one.p, one.n, &b));
        changes_kept_put(&b, &two);
        assert(one.n == two.n && memcmp(one.p, two.p, one.n) == 0);
        machine_state_compare(&a.machine, &(struct machine_state){ 0 }, tell, NULL);
        changes_kept_done(&b);
    }
    changes_kept_done(&a);
    buf_done(&one);
    buf_done(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 16384)
        return 0;
    char *text = mem_new(n);
    memcpy(text, data + 1, n - 1);
    if (data[0] % 4 == 0)
        packages(text);
    else if (data[0] % 4 == 1)
        line(text);
    else if (data[0] % 4 == 2)
        mounts(text);
    else
        kept(text, n - 1);
    mem_free(text);
    return 0;
}
