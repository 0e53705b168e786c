/* What a command shows: the range of a recording, and the archive that is made for a file. */
#include "test.h"

#include "archive_sample.h"

#include "app/analyze_archive.h"
#include "app/args.h"
#include "app/shown.h"
#include "base/buf.h"
#include "core/config.h"
#include "os/os.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option options[] = { SHOWN_REPLAY, ANALYZE_ARCHIVE_OPTIONS, ARCHIVED_OPTION, { 0 } };
static const struct command command = { .name = "test", .usage = "", .options = options };
static char root[64];
static struct config *config;

static int setup(void **state)
{
    (void)state;
    strcpy(root, "/tmp/sonde-shown-XXXXXX");
    config = config_new();
    return mkdtemp(root) && setenv("TMPDIR", root, 1) == 0 && setenv("XDG_CONFIG_HOME", root, 1) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    config_free(config);
    return os_remove_dir(root);
}

static struct args *args_of(int argc, const char *const *argv)
{
    struct args *a;
    struct buf complaint = { 0 };
    if (args_parse(&command, argc, (char *const *)argv, &a, &complaint) < 0)
        fail_msg("%s", buf_text(&complaint));
    args_set_config(a, config);
    return a;
}

static void count_one(void *self, const char *name)
{
    *(int *)self += strncmp(name, "sonde-", 6) == 0;
}

static int left_behind(void)
{
    int n = 0;
    os_list("", root, count_one, &n);
    return n;
}

/* The private archive goes, whatever the file was called, and whether it could be read or not. */
static void files(void **state)
{
    (void)state;
    char path[128], folder[128];
    struct buf csv = { 0 };
    snprintf(path, sizeof path, "%s/run.csv", root);
    snprintf(folder, sizeof folder, "%s/folder/", root);
    buf_puts(&csv, "t,cpu.util\n");
    for (int i = 0; i < 60; i++)
        buf_printf(&csv, "%d,%d\n", 1795348800 + i, 10 + i % 7);
    assert_int_equal(os_write_file(path, csv.p, csv.n), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    struct args *a = args_of(0, NULL);
    struct shown s;
    assert_int_equal(shown_open(&s, a, path, NULL), EXIT_DONE);
    assert_true(s.private);
    assert_string_equal(s.name, "run.csv");
    assert_int_equal(left_behind(), 1);
    shown_close(&s);
    assert_int_equal(left_behind(), 0);
    assert_int_not_equal(shown_open(&s, a, folder, NULL), EXIT_DONE);
    shown_close(&s);
    assert_int_equal(left_behind(), 0);
    args_free(a);
    buf_done(&csv);
}

/* No earlier than what was recorded begins, unless somebody asks for that. */
static void ranges(void **state)
{
    (void)state;
    struct made m;
    struct shown s;
    int64_t from_ms, to_ms, first_ms, last_ms;
    made_init(&m, 2);
    made_part(&m, "20261122_120000", 0, 0, 120, true);
    const char *const argv[] = { "--data", m.dir, "--from", "2026-11-01" };
    struct args *a = args_of(2, argv), *given = args_of(4, argv);
    assert_int_equal(shown_open(&s, a, NULL, NULL), EXIT_DONE);
    assert_false(s.private);
    assert_true(look_span(&s.look, NULL, &first_ms, &last_ms));
    assert_true(shown_range(&s, a, "test", 24, &from_ms, &to_ms));
    assert_int_equal(from_ms, first_ms);
    assert_int_equal(to_ms, last_ms);
    assert_true(shown_range(&s, a, "test", 1.0 / 60, &from_ms, &to_ms));
    assert_int_equal(from_ms, last_ms - 60000);
    assert_true(shown_range(&s, given, "test", 24, &from_ms, &to_ms));
    assert_true(from_ms < first_ms);
    shown_close(&s);
    assert_int_equal(access(m.dir, F_OK), 0);
    args_free(a);
    args_free(given);
    made_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files), cmocka_unit_test(ranges),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
