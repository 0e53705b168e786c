/* test_models.c - files of what was learned: whole, or told to be damaged; and within the cap. */
#include "app/models.h"
#include "base/auto.h"
#include "os/os.h"
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[OS_PATH_MAX];

static int make_dir(void **state)
{
    (void)state;
    return os_make_temp_dir(false, dir, sizeof dir);
}

static int remove_dir(void **state)
{
    (void)state;
    return os_remove_dir(dir);
}

static void put(const char *text, struct space *space, int want)
{
    auto_buf struct buf b = { 0 };
    buf_puts(&b, text);
    assert_int_equal(models_write(dir, space, "thing", &b), want);
}

static void test_comes_back(void **state)
{
    (void)state;
    auto_buf struct buf b = { 0 };
    assert_int_equal(models_read(dir, "thing", &b), -ENOENT);
    put("one", NULL, 0);
    put("another", NULL, 0);
    assert_int_equal(models_read(dir, "thing", &b), 0);
    assert_string_equal(buf_text(&b), "another");
}

/* Every byte of it counts, and so does its end. */
static void test_damage_is_seen(void **state)
{
    (void)state;
    char path[OS_PATH_MAX + 32], *text;
    size_t n;
    put("what was learned", NULL, 0);
    snprintf(path, sizeof path, "%s/models/thing", dir);
    assert_int_equal(os_read_file(path, MODELS_MAX, &text, &n), 0);
    for (size_t i = 0; i < 2 * n; i++) {
        auto_buf struct buf b = { 0 };
        if (i < n)
            text[i] ^= 4;
        assert_int_equal(os_write_file(path, text, i < n ? n : i - n), 0);
        assert_int_equal(models_read(dir, "thing", &b), -EBADMSG);
        assert_int_equal(b.n, 0);
        if (i < n)
            text[i] ^= 4;
    }
    mem_free(text);
}

/* A link leads to what is somebody else's, and a pipe would never end: neither is read, nor written through. */
static void test_plain_files_only(void **state)
{
    (void)state;
    char path[OS_PATH_MAX + 32], other[OS_PATH_MAX + 32], kept[16] = "";
    auto_buf struct buf b = { 0 };
    put("first", NULL, 0);
    snprintf(path, sizeof path, "%s/models/thing", dir);
    snprintf(other, sizeof other, "%s/precious", dir);
    assert_int_equal(os_write_file(other, "precious", 8), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_int_equal(models_read(dir, "thing", &b), -ELOOP);
    put("second", NULL, -ELOOP);
    auto_fclose FILE *f = fopen(other, "r");
    assert_non_null(f);
    assert_int_equal(fread(kept, 1, sizeof kept - 1, f), 8);
    assert_string_equal(kept, "precious");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(models_read(dir, "thing", &b), -ELOOP);
    put("third", NULL, -ELOOP);
}

static void test_asks_for_room(void **state)
{
    (void)state;
    struct space *space;
    assert_int_equal(space_open(dir, 0, &space), 0);
    put("some", space, 0);
    int64_t used = space_used(space);
    put("some more", space, 0);
    assert_int_equal(space_used(space), used); /* in place of the other */
    space_free(space);
    assert_int_equal(space_open(dir, 0, &space), 0);
    assert_int_equal(space_used(space), used); /* as it is counted anew */
    space_set_cap(space, used);
    put("too much", space, -EDQUOT);
    assert_int_equal(space_used(space), used);
    auto_buf struct buf b = { 0 };
    assert_int_equal(models_read(dir, "thing", &b), 0);
    assert_string_equal(buf_text(&b), "some more");
    space_free(space);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_comes_back, make_dir, remove_dir),
    cmocka_unit_test_setup_teardown(test_damage_is_seen, make_dir, remove_dir),
    cmocka_unit_test_setup_teardown(test_plain_files_only, make_dir, remove_dir),
    cmocka_unit_test_setup_teardown(test_asks_for_room, make_dir, remove_dir),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
