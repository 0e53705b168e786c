/* Transactions as their owner sees them: what is set, what is left and why, and what the journal says before. */
#include "test.h"

#include "base/crc32c.h"
#include "base/mem.h"
#include "undo_world.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *read_journal(struct world *w)
{
    char path[OS_PATH_MAX], *text;
    size_t n;
    snprintf(path, sizeof path, "%s/policy/journal", w->dir);
    assert_int_equal(os_read_file(path, 1 << 24, &text, &n), 0);
    return text;
}

static void a_step_is_kept_before_it_is_made(void **state)
{
    (void)state;
    struct world w;
    struct step s;
    struct stat st;
    char path[OS_PATH_MAX];
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w);
    struct transaction *t = world_begin(j, 10, GOAL_LATENCY, "run");
    assert_memory_equal(transaction_id(t), "p2", 2);
    assert_int_equal(world_apply(t, "a", 0, "10", &s), 0);
    assert_int_equal(s.state, STEP_DONE);
    assert_string_equal(s.old, "60");
    assert_string_equal(s.now, "10");
    assert_string_equal(world_get(&w, "a", 0), "10");
    char *text = read_journal(&w);
    assert_non_null(strstr(text, "\"do\":\"begin\""));
    assert_non_null(strstr(text, "\"owner\":10,\"start\":500,\"command\":\"run\",\"what\":\"work\","
                                 "\"goal\":\"latency\""));
    assert_non_null(strstr(text, "\"n\":0,\"knob\":\"a\",\"inst\":\"\",\"pid\":0,\"start\":0,\"old\":\"60\","
                                 "\"set\":\"10\"}"));
    assert_non_null(strstr(text, "\"now\":\"10\""));
    mem_free(text);
    snprintf(path, sizeof path, "%s/policy", w.dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    strcat(path, "/journal");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct undone u = { 0 };
    assert_int_equal(transaction_end(t, &u), 0);
    assert_int_equal(u.restored, 1);
    assert_int_equal(u.lines.n, 0);
    assert_string_equal(world_get(&w, "a", 0), "60");
    assert_true(journal_is_idle(w.dir));
    journal_close(j);
    world_done(&w);
}

static void nothing_is_put_where_nothing_is_set(void **state)
{
    (void)state;
    struct world w;
    struct step s;
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w);
    struct transaction *t = world_begin(j, 10, -1, "run");
    assert_int_equal(world_apply(t, "a", 0, "60", &s), 0);
    assert_int_equal(s.state, STEP_SAME);
    assert_int_equal(world_apply(t, "task", 99, "1", &s), 0);
    assert_int_equal(s.state, STEP_LEFT);
    assert_string_equal(s.note, "the process has ended");
    assert_int_equal(world_apply(t, "clamp", 0, "much", &s), 0);
    assert_int_equal(s.state, STEP_LEFT);
    assert_non_null(strstr(s.note, "clamp takes a whole number"));
    assert_int_equal(transaction_end(t, NULL), 0);
    char *text = read_journal(&w);
    assert_string_equal(text, "");
    mem_free(text);
    journal_close(j);
    world_done(&w);
}

static void what_the_kernel_makes_of_it_is_told(void **state)
{
    (void)state;
    struct world w;
    struct step s;
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w);
    struct transaction *t = world_begin(j, 10, -1, "run");
    assert_int_equal(world_apply(t, "clamp", 0, "5000", &s), 0);
    assert_int_equal(s.state, STEP_DONE);
    assert_string_equal(s.now, "1000");
    assert_int_equal(world_apply(t, "stubborn", 0, "1", &s), 0);
    assert_int_equal(s.state, STEP_REFUSED);
    assert_string_equal(s.note, "Invalid argument");
    assert_int_equal(world_apply(t, "deaf", 0, "1", &s), 0);
    assert_int_equal(s.state, STEP_REFUSED);
    assert_string_equal(s.note, "the kernel left it at 60");
    struct undone u = { 0 };
    assert_int_equal(transaction_end(t, &u), 0);
    assert_int_equal(u.restored, 1);
    assert_int_equal(u.same + u.kept + u.failed + u.gone, 0);
    assert_string_equal(world_get(&w, "clamp", 0), "60");
    journal_close(j);
    world_done(&w);
}

/* ---- two who want the same ---- */

static void rank_decides(void **state)
{
    (void)state;
    static const struct { int goal; const char *command; int holder; const char *by; bool wins; } cases[] = {
        { GOAL_LATENCY, "run", GOAL_POWER, "run", true },       { GOAL_POWER, "run", GOAL_LATENCY, "run", false },
        { -1, "run", GOAL_LATENCY, "run", true },               { GOAL_LATENCY, "run", -1, "apply", false },
        { -1, "apply", -1, "run", false },                      { GOAL_STABILITY, "adapt", GOAL_THROUGHPUT, "run", true },
        { -1, "adapt", GOAL_POWER, "run", false },              { -1, "fix", GOAL_LATENCY, "run", true },
        { -1, "fix", -1, "apply", false },                      { GOAL_POWER, "run", GOAL_POWER, "run", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        struct step s;
        world_init(&w);
        world_task(&w, 10, 1, 500);
        world_task(&w, 11, 1, 501);
        struct journal *j = world_open(&w), *k = world_open(&w);
        struct transaction *holder = world_begin(j, 10, cases[i].holder, cases[i].by);
        struct transaction *t = world_begin(k, 11, cases[i].goal, cases[i].command);
        assert_int_equal(world_apply(holder, "a", 0, "10", NULL), 0);
        assert_int_equal(world_apply(t, "a", 0, "20", &s), 0);
        assert_int_equal(s.state, cases[i].wins ? STEP_DONE : STEP_LEFT);
        assert_string_equal(world_get(&w, "a", 0), cases[i].wins ? "20" : "10");
        if (!cases[i].wins)
            assert_non_null(strstr(s.note, transaction_id(holder)));
        /* The value at which it stands is shared, whoever is first. */
        assert_int_equal(world_apply(t, "b", 0, "10", NULL), 0);
        assert_int_equal(world_apply(holder, "b", 0, "10", &s), 0);
        assert_int_equal(s.state, STEP_DONE);
        bool lower_first = i % 2;
        assert_int_equal(transaction_end(lower_first ? holder : t, NULL), 0);
        assert_string_equal(world_get(&w, "b", 0), "10");
        assert_int_equal(transaction_end(lower_first ? t : holder, NULL), 0);
        assert_string_equal(world_get(&w, "a", 0), "60");
        assert_string_equal(world_get(&w, "b", 0), "60");
        journal_close(j);
        journal_close(k);
        world_done(&w);
    }
}

/* Three on one knob end in any order: what was there before the first comes back. */
static void any_order_brings_the_first_back(void **state)
{
    (void)state;
    static const int orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
    for (size_t i = 0; i < 6; i++) {
        static const int goals[] = { GOAL_POWER, GOAL_THROUGHPUT, GOAL_LATENCY };
        static const char *const values[] = { "10", "20", "30" };
        struct world w;
        struct journal *j[3];
        struct transaction *t[3];
        world_init(&w);
        for (int n = 0; n < 3; n++) {
            world_task(&w, 10 + n, 1, 500 + n);
            j[n] = world_open(&w);
            t[n] = world_begin(j[n], 10 + n, goals[n], "run");
            assert_int_equal(world_apply(t[n], n == 1 ? "ratio" : "bytes", 0, values[n], NULL), 0);
            assert_int_equal(world_apply(t[n], "a", 0, values[n], NULL), 0);
        }
        assert_string_equal(world_get(&w, "bytes", 0), "30");
        for (int n = 0; n < 3; n++)
            assert_int_equal(transaction_end(t[orders[i][n]], NULL), 0);
        assert_string_equal(world_get(&w, "a", 0), "60");
        assert_string_equal(world_get(&w, "ratio", 0), "20");
        assert_string_equal(world_get(&w, "bytes", 0), "0");
        for (int n = 0; n < 3; n++)
            journal_close(j[n]);
        world_done(&w);
    }
}

static void nothing_is_set_over_what_a_dead_one_left(void **state)
{
    (void)state;
    struct world w;
    struct step s;
    world_init(&w);
    world_task(&w, 10, 1, 500);
    world_task(&w, 11, 1, 501);
    struct journal *j = world_open(&w), *k = world_open(&w);
    struct transaction *dead = world_begin(j, 10, -1, "run"), *t = world_begin(k, 11, GOAL_POWER, "run");
    assert_int_equal(world_apply(dead, "a", 0, "10", NULL), 0);
    world_ends(&w, 10);
    assert_int_equal(world_apply(t, "a", 0, "20", &s), 0);
    assert_int_equal(s.state, STEP_DONE);
    assert_string_equal(s.old, "60");
    assert_int_equal(world_apply(dead, "b", 0, "10", &s), 0);
    assert_int_equal(s.state, STEP_LEFT);
    assert_string_equal(s.note, "this transaction was undone meanwhile");
    assert_int_equal(transaction_end(dead, NULL), 0);
    assert_int_equal(transaction_end(t, NULL), 0);
    assert_string_equal(world_get(&w, "a", 0), "60");
    journal_close(j);
    journal_close(k);
    world_done(&w);
}

/* ---- without the journal ---- */

/* Who set it knows what it was, also when somebody takes the journal away, and what is in its place is none. */
static void a_journal_that_goes_away_keeps_nothing(void **state)
{
    (void)state;
    for (int how = 0; how < 3; how++) {
        struct world w;
        struct step s;
        struct undone u = { 0 };
        char path[OS_PATH_MAX], folder[sizeof w.dir + 8];
        world_init(&w);
        world_task(&w, 10, 1, 500);
        struct journal *j = world_open(&w);
        struct transaction *t = world_begin(j, 10, -1, "run");
        assert_int_equal(world_apply(t, "a", 0, "10", &s), 0);
        snprintf(folder, sizeof folder, "%s/policy", w.dir);
        snprintf(path, sizeof path, "%s/policy/journal", w.dir);
        assert_int_equal(unlink(path), 0);
        if (how == 1)
            assert_int_equal(rmdir(folder), 0);
        if (how == 2)
            assert_int_equal(mkdir(path, 0700), 0);
        assert_true(transaction_end(t, &u) <= 0);
        assert_int_equal(u.failed, 0);
        assert_string_equal(world_get(&w, "a", 0), "60");
        undone_done(&u);
        journal_close(j);
        world_done(&w);
    }
}

static void a_folder_that_is_a_link_is_none(void **state)
{
    (void)state;
    struct world w;
    struct journal *j;
    char from[OS_PATH_MAX];
    world_init(&w);
    snprintf(from, sizeof from, "%s/policy", w.dir);
    assert_int_equal(symlink(w.root, from), 0);
    assert_int_equal(journal_open(w.dir, w.root, &j), -EPERM);
    world_done(&w);
}

static void one_that_is_huge_is_not_read(void **state)
{
    (void)state;
    struct world w;
    struct journal *j;
    char path[OS_PATH_MAX];
    world_init(&w);
    journal_close(world_open(&w));
    snprintf(path, sizeof path, "%s/policy/journal", w.dir);
    assert_int_equal(truncate(path, INT64_C(1) << 36), 0);
    assert_int_equal(journal_open(w.dir, w.root, &j), 0);
    assert_int_equal(journal_recover(j, NULL), -EFBIG);
    journal_close(j);
    world_done(&w);
}

/* ---- disks ---- */

/* Whichever write or sync of the journal fails, once or for good: nothing is set that could not be kept. */
static void a_full_disk_sets_nothing(void **state)
{
    (void)state;
    for (int for_good = 0; for_good < 2; for_good++)
        for (long nth = 0; nth < 16; nth++) {
            static const char *const names[] = { "a", "b", "clamp" };
            struct world w;
            struct undone u = { 0 };
            world_init(&w);
            world_task(&w, 10, 1, 500);
            struct journal *j = world_open(&w);
            struct transaction *t = world_begin(j, 10, -1, "run");
            world_fills_after(nth, for_good);
            for (int i = 0; i < 3; i++) {
                struct step s;
                int rc = world_apply(t, names[i], 0, "5000", &s);
                assert_true(rc == 0 || (s.state == STEP_LEFT && strstr(s.note, "the journal cannot be written")));
                assert_true((rc < 0) == (strcmp(world_get(&w, names[i], 0), "60") == 0));
            }
            transaction_end(t, &u);
            assert_int_equal(u.failed + u.kept + u.gone, 0);
            for (int i = 0; i < 3; i++)
                assert_string_equal(world_get(&w, names[i], 0), "60");
            undone_done(&u);
            journal_close(j);
            /* What the full disk did not take, the next to come finds done. */
            world_lives();
            world_ends(&w, 10);
            j = world_open(&w);
            memset(&u, 0, sizeof u);
            assert_int_equal(journal_recover(j, &u), 0);
            assert_int_equal(u.restored + u.failed + u.kept + u.gone, 0);
            assert_int_equal(journal_count_open(j), 0);
            journal_close(j);
            world_done(&w);
        }
}

static void without_a_journal_nothing_begins(void **state)
{
    (void)state;
    struct world w;
    struct journal *j = NULL;
    char path[OS_PATH_MAX];
    world_init(&w);
    assert_true(journal_is_idle(w.dir));
    assert_int_equal(journal_open_read(w.dir, w.root, &j), -ENOENT);
    snprintf(path, sizeof path, "%s/policy", w.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/policy/journal", w.dir);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_equal(journal_open(w.dir, w.root, &j), -ELOOP);
    assert_int_equal(unlink(path), 0);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    fchmod(fd, 0666);
    close(fd);
    assert_int_equal(journal_open(w.dir, w.root, &j), -EPERM); /* anybody could have written it */
    world_done(&w);
}

/* ---- the file ---- */

static void put_line(struct buf *out, const char *json)
{
    buf_printf(out, "%08x %s\n", (unsigned)crc32c(0, json, strlen(json)), json);
}

static void write_journal(struct world *w, const struct buf *text)
{
    char path[OS_PATH_MAX];
    snprintf(path, sizeof path, "%s/policy", w->dir);
    os_make_dir(path);
    snprintf(path, sizeof path, "%s/policy/journal", w->dir);
    assert_int_equal(os_write_file(path, buf_text(text), text->n), 0);
}

#define BEGIN(id) "{\"do\":\"begin\",\"id\":\"" id \
                  "\",\"boot\":\"00000000-0000-4000-8000-000000000001\",\"user\":0,\"owner\":77," \
                  "\"start\":5,\"command\":\"run\",\"what\":\"x\",\"time\":5}"
#define WRITE(id, n, knob) "{\"do\":\"write\",\"id\":\"" id "\",\"n\":" n ",\"knob\":\"" knob "\",\"inst\":\"\"," \
                           "\"pid\":0,\"start\":0,\"old\":\"60\",\"set\":\"10\"}"

static void bad_lines_are_passed_over(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "", "x", "00000000 {}", "zzzzzzzz {}", "00000000", "00000000 ", "{\"do\":\"begin\"}",
    };
    static const char *const strange[] = { /* with a good sum */
        "[]", "{}", "null", "{\"do\":\"begin\"}", "{\"do\":\"end\",\"id\":\"nobody\"}", "{\"do\":\"begin\",\"id\":\"\"}",
        "{\"do\":\"write\",\"id\":\"p1\",\"n\":5}", WRITE("p1", "7", "a"), WRITE("p1", "-1", "a"), WRITE("p2", "0", "a"),
        "{\"do\":\"now\",\"id\":\"p1\",\"n\":4000,\"now\":\"1\"}",
        "{\"do\":\"undo\",\"id\":\"p1\",\"n\":0,\"how\":\"well\"}",
        "{\"do\":\"begin\",\"id\":\"p9\",\"boot\":\"\",\"owner\":-1,\"start\":1,\"command\":\"\",\"what\":\"\",\"time\":1}",
        "{\"do\":\"old\",\"id\":\"p1\",\"n\":0,\"old\":\"\\u0007\"}", "{\"do\":\"begin\",\"id\":7}", BEGIN("p1"),
    };
    struct world w;
    struct undone u = { 0 };
    struct buf text = { 0 };
    world_init(&w);
    world_set(&w, "a", 0, "10");
    put_line(&text, BEGIN("p1"));
    put_line(&text, WRITE("p1", "0", "a"));
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        buf_printf(&text, "%s\n", odd[i]);
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
        put_line(&text, strange[i]);
    for (int i = 0; i < 100000; i++)
        buf_putc(&text, (char)(i % 251 == '\n' ? 'x' : i % 251)); /* one long line of anything */
    buf_putc(&text, '\n');
    put_line(&text, WRITE("p1", "1", "b"));
    put_line(&text, "{\"do\":\"now\",\"id\":\"p1\",\"n\":0,\"now\":\"10\"}");
    buf_puts(&text, "12345678 {\"do\":\"end\",\"id\":\"p1\""); /* torn */
    write_journal(&w, &text);
    assert_false(journal_is_idle(w.dir));
    struct journal *j = world_open(&w);
    assert_int_equal(journal_recover(j, &u), 0);
    assert_int_equal(u.restored, 1);
    assert_int_equal(u.same, 1);
    assert_string_equal(world_get(&w, "a", 0), "60");
    assert_int_equal(j->n, 1);
    assert_int_equal(j->deed[0].n, 2);
    assert_true(journal_is_idle(w.dir));
    journal_close(j);
    buf_done(&text);
    world_done(&w);
}

/* Each part of a journal that was cut, as by a crash, is a journal. */
static void any_beginning_of_it_is_read(void **state)
{
    (void)state;
    struct world w;
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w);
    struct transaction *t = world_begin(j, 10, -1, "run");
    world_apply(t, "a", 0, "10", NULL);
    world_apply(t, "clamp", 0, "5000", NULL);
    char *text = read_journal(&w);
    transaction_end(t, NULL);
    journal_close(j);
    world_ends(&w, 10);
    for (size_t n = 0; n <= strlen(text); n++) {
        struct buf part = { 0 };
        buf_put(&part, text, n);
        write_journal(&w, &part);
        j = world_open(&w);
        assert_int_equal(journal_recover(j, NULL), 0);
        assert_true(j->n <= 1 && journal_count_open(j) == 0);
        journal_close(j);
        buf_done(&part);
    }
    mem_free(text);
    world_done(&w);
}

static void count_transactions(void *self, const struct journal_transaction *t)
{
    (void)t;
    ++*(int *)self;
}

static void take_effect(void *self, const struct journal_transaction *t)
{
    memcpy(self, t->effect, strlen(t->effect) + 1);
}

/* Also of one that is over, read by another process, and cut where it is too long. */
static void what_came_of_it_is_kept(void **state)
{
    (void)state;
    struct world w;
    char effect[JOURNAL_EFFECT_MAX] = "", id[JOURNAL_ID_MAX], lengthy[400] = "";
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w), *reader;
    struct transaction *t = world_begin(j, 10, GOAL_LATENCY, "run");
    world_apply(t, "a", 0, "10", NULL);
    memcpy(id, transaction_id(t), strlen(transaction_id(t)) + 1);
    assert_int_equal(journal_tell(j, id, "5 ms before"), 0);
    assert_int_equal(transaction_end(t, NULL), 0);
    assert_int_equal(journal_tell(j, id, "5 ms before, 1 ms after"), 0);
    assert_int_equal(journal_open_read(w.dir, w.root, &reader), 0);
    assert_int_equal(journal_each(reader, true, take_effect, effect), 1);
    assert_string_equal(effect, "5 ms before, 1 ms after");
    memset(lengthy, 'x', sizeof lengthy - 1);
    assert_int_equal(journal_tell(j, id, lengthy), 0);
    assert_int_equal(journal_each(reader, true, take_effect, effect), 1);
    assert_int_equal(strlen(effect), JOURNAL_EFFECT_MAX - 1);
    assert_int_equal(journal_tell(j, "p1", "x"), -ENOENT);
    journal_close(j);
    journal_close(reader);
    world_done(&w);
}

static void a_long_one_is_shortened(void **state)
{
    (void)state;
    struct world w;
    struct step s;
    char path[OS_PATH_MAX];
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w), *other = world_open(&w), *reader;
    struct transaction *stays = world_begin(other, 10, -1, "run");
    world_apply(stays, "b", 0, "10", NULL);
    assert_int_equal(journal_open_read(w.dir, w.root, &reader), 0);
    for (int i = 0; i < 400; i++) {
        struct transaction *t = world_begin(j, 10, GOAL_LATENCY, "run");
        for (int k = 0; k < 4; k++)
            world_apply(t, "a", 0, k % 2 ? "10" : "20", NULL);
        assert_int_equal(transaction_end(t, NULL), 0);
        assert_string_equal(world_get(&w, "a", 0), "60");
    }
    snprintf(path, sizeof path, "%s/policy/journal", w.dir);
    struct os_disk_entry e;
    assert_int_equal(os_disk_look(path, &e), 0);
    assert_true(e.size < JOURNAL_BIG + 8192);
    int seen = 0;
    assert_true(journal_each(reader, true, count_transactions, &seen) > 20); /* the new file in the place of the old */
    assert_true(seen < 400);
    /* Who had the old file open goes on in the new one. */
    assert_int_equal(world_apply(stays, "c", 0, "10", &s), 0);
    assert_int_equal(s.state, STEP_DONE);
    struct undone u = { 0 };
    assert_int_equal(transaction_end(stays, &u), 0);
    assert_int_equal(u.restored, 2);
    assert_string_equal(world_get(&w, "b", 0), "60");
    journal_close(j);
    journal_close(other);
    journal_close(reader);
    world_done(&w);
}

static void one_that_was_removed_is_made_again(void **state)
{
    (void)state;
    struct world w;
    char path[OS_PATH_MAX];
    world_init(&w);
    world_task(&w, 10, 1, 500);
    struct journal *j = world_open(&w);
    struct transaction *t = world_begin(j, 10, -1, "run");
    world_apply(t, "a", 0, "10", NULL);
    snprintf(path, sizeof path, "%s/policy/journal", w.dir);
    assert_int_equal(unlink(path), 0);
    world_apply(t, "b", 0, "10", NULL);
    journal_close(j); /* killed */
    world_ends(&w, 10);
    mem_free(t);
    j = world_open(&w);
    struct undone u = { 0 };
    assert_int_equal(journal_recover(j, &u), 0);
    assert_int_equal(u.restored, 2);
    journal_close(j);
    world_done(&w);
}

/* ---- several processes ---- */

/* In a child; asserts would not be seen there. */
static int work(struct world *w, unsigned seed)
{
    struct journal *j;
    int bad = 0;
    if (journal_open(w->dir, w->root, &j) < 0)
        return 1;
    j->find = world_knob;
    for (int i = 0; i < 25; i++) {
        struct transaction_about a = { .command = "run", .what = "work", .goal = (int)((seed + (unsigned)i) % GOALS),
                                       .owner = (int)seed };
        struct transaction *t;
        bad += transaction_begin(j, &a, &t) < 0;
        bad += world_apply(t, "a", 0, i % 2 ? "10" : "20", NULL) < 0;
        bad += world_apply(t, i % 3 ? "bytes" : "ratio", 0, i % 2 ? "30" : "40", NULL) < 0;
        bad += transaction_end(t, NULL) < 0;
    }
    journal_close(j);
    return bad > 99 ? 99 : bad;
}

static void many_share_a_journal(void **state)
{
    (void)state;
    struct world w;
    pid_t child[4];
    world_init(&w);
    for (int i = 0; i < 4; i++)
        world_task(&w, 10 + i, 1, 500 + i);
    for (int i = 0; i < 4; i++)
        if ((child[i] = fork()) == 0)
            _exit(work(&w, 10 + (unsigned)i));
    for (int i = 0; i < 4; i++) {
        int status;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
    }
    assert_string_equal(world_get(&w, "a", 0), "60");
    assert_string_equal(world_get(&w, "bytes", 0), "0");
    assert_string_equal(world_get(&w, "ratio", 0), "20");
    assert_true(journal_is_idle(w.dir));
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_kept_before_it_is_made),
        cmocka_unit_test(nothing_is_put_where_nothing_is_set),
        cmocka_unit_test(what_the_kernel_makes_of_it_is_told),
        cmocka_unit_test(rank_decides),
        cmocka_unit_test(any_order_brings_the_first_back),
        cmocka_unit_test(nothing_is_set_over_what_a_dead_one_left),
        cmocka_unit_test(a_journal_that_goes_away_keeps_nothing),
        cmocka_unit_test(a_folder_that_is_a_link_is_none),
        cmocka_unit_test(one_that_is_huge_is_not_read),
        cmocka_unit_test(a_full_disk_sets_nothing),
        cmocka_unit_test(without_a_journal_nothing_begins),
        cmocka_unit_test(bad_lines_are_passed_over),
        cmocka_unit_test(any_beginning_of_it_is_read),
        cmocka_unit_test(what_came_of_it_is_kept),
        cmocka_unit_test(a_long_one_is_shortened),
        cmocka_unit_test(one_that_was_removed_is_made_again),
        cmocka_unit_test(many_share_a_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
