/* test_changes_packages.c - a log that grows, is torn, is rotated and is cut: each run told once. */
#include "app/changes_packages.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "test.h"

#include <string.h>

#define LOG "/var/log/dpkg.log"
#define NOW INT64_C(1795342500000) /* 2026-11-22T10:15:00Z */

struct follow {
    char root[64], told[4096];
    int n;
    struct changes_cursor cursor[CHANGES_LOGS];
    struct changes_packages p;
};

static void tell(void *self, const struct event *e)
{
    struct follow *f = self;
    size_t n = strlen(f->told);
    snprintf(f->told + n, sizeof f->told - n, "%s\n", e->text);
    f->n++;
}

static void begin(struct follow *f)
{
    *f = (struct follow){ .n = 0 };
    assert_int_equal(os_make_temp_dir(false, f->root, sizeof f->root), 0);
    f->p = (struct changes_packages){ .root = f->root, .cursor = f->cursor, .tell = tell, .self = f };
}

/* Another recorder, which knows the cursors only. */
static void restart(struct follow *f)
{
    f->p = (struct changes_packages){ .root = f->root, .cursor = f->cursor, .tell = tell, .self = f };
}

static void append(struct follow *f, const char *path, const char *text)
{
    char full[128], *was = NULL;
    struct buf all = { 0 };
    size_t n = 0;
    snprintf(full, sizeof full, "%s%s", f->root, path);
    if (os_read_file(full, 1 << 20, &was, &n) == 0)
        buf_put(&all, was, n);
    buf_puts(&all, text);
    assert_int_equal(os_tree_write(f->root, path + 1, all.p, all.n), 0);
    buf_done(&all);
    mem_free(was);
}

static void expect(struct follow *f, int64_t now_ms, const char *told)
{
    *f->told = '\0';
    changes_packages(&f->p, now_ms);
    assert_string_equal(f->told, told);
}

static void end(struct follow *f)
{
    assert_int_equal(os_remove_dir(f->root), 0);
}

static void move(struct follow *f, const char *from, const char *to)
{
    char a[128], b[128];
    snprintf(a, sizeof a, "%s%s", f->root, from);
    snprintf(b, sizeof b, "%s%s", f->root, to);
    assert_int_equal(os_rename(a, b), 0);
}

static void test_grows(void **state)
{
    (void)state;
    struct follow f;
    begin(&f);
    expect(&f, NOW, "");
    append(&f, LOG, "2026-11-20 10:00:00 install old:amd64 <none> 1\n2026-11-22 09:00:00 install a:amd64 <none> 1\n");
    expect(&f, NOW, "installed a 1\n"); /* the day before counts, what is older not */
    expect(&f, NOW, "");
    append(&f, LOG, "2026-11-22 10:14:30 install b:amd64 <none> 1\n2026-11-22 10:14:3");
    expect(&f, NOW, ""); /* it may go on */
    append(&f, LOG, "5 install c:amd64 <none> 1\n");
    expect(&f, NOW + 1000, "");
    restart(&f); /* in the middle of it */
    expect(&f, NOW + 30000, "");
    expect(&f, NOW + 120000, "installed 2 packages: b 1, c 1\n");
    expect(&f, NOW + 180000, "");
    restart(&f);
    expect(&f, NOW + 180000, "");
    end(&f);
}

static void test_rotated(void **state)
{
    (void)state;
    struct follow f;
    begin(&f);
    append(&f, LOG, "2026-11-22 09:00:00 install a:amd64 <none> 1\n");
    expect(&f, NOW, "installed a 1\n");
    append(&f, LOG, "2026-11-22 09:30:00 install b:amd64 <none> 1\n");
    move(&f, LOG, LOG ".1");
    append(&f, LOG, "2026-11-22 09:40:00 install c:amd64 <none> 1\n");
    expect(&f, NOW, "installed b 1\ninstalled c 1\n");
    expect(&f, NOW, "");
    /* twice, while nobody looked: what is in between is in no file that can be read, the rest is */
    append(&f, LOG, "2026-11-22 09:50:00 install lost:amd64 <none> 1\n");
    move(&f, LOG, LOG ".2");
    append(&f, LOG ".1.new", "2026-11-22 09:30:00 install b:amd64 <none> 1\n"
           "2026-11-22 10:00:00 install d:amd64 <none> 1\n");
    move(&f, LOG ".1.new", LOG ".1");
    append(&f, LOG, "2026-11-22 10:05:00 install e:amd64 <none> 1\n");
    restart(&f);
    expect(&f, NOW, "installed d 1\ninstalled e 1\n");
    /* emptied in place */
    assert_int_equal(os_tree_write(f.root, &LOG[1], "", 0), 0);
    expect(&f, NOW, "");
    append(&f, LOG, "2026-11-22 10:06:00 install f:amd64 <none> 1\n");
    expect(&f, NOW, "installed f 1\n");
    end(&f);
}

static void test_hostile(void **state)
{
    (void)state;
    struct follow f;
    char *long_line = mem_new(300 * 1024 + 2);
    begin(&f);
    memset(long_line, 'x', 300 * 1024);
    long_line[300 * 1024] = '\n';
    append(&f, LOG, long_line);
    append(&f, LOG, "2026-11-22 09:00:00 install a:amd64 <none> 1\n"
           "2099-01-01 00:00:00 install future:amd64 <none> 1\n");
    *f.told = '\0';
    changes_packages(&f.p, NOW);
    changes_packages(&f.p, NOW + 120000);
    assert_non_null(strstr(f.told, "installed a 1\n"));
    assert_non_null(strstr(f.told, "installed future 1\n"));
    assert_int_equal(f.n, 2);
    assert_int_equal(os_remove_dir(f.root), 0);
    begin(&f); /* a folder in place of the file */
    append(&f, LOG "/x", "");
    expect(&f, NOW, "");
    end(&f);
    mem_free(long_line);
}

static void test_three_logs(void **state)
{
    (void)state;
    struct follow f;
    begin(&f);
    append(&f, LOG, "2026-11-22 09:00:00 install a:amd64 <none> 1\n");
    append(&f, "/var/log/dnf.rpm.log", "2026-11-22T09:00:00Z SUBDEBUG Installed: b-1-2.x86_64\n");
    append(&f, "/var/log/pacman.log", "[2026-11-22T09:00:00+0000] [ALPM] installed c (3-1)\n");
    expect(&f, NOW, "installed a 1\ninstalled b 1-2\ninstalled c 3-1\n");
    expect(&f, NOW, "");
    end(&f);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_grows), cmocka_unit_test(test_rotated), cmocka_unit_test(test_hostile),
    cmocka_unit_test(test_three_logs),
};

int main(void)
{
    setenv("TZ", "UTC0", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
