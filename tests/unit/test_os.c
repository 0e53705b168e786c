/* Files of the machine and of ours. */
#include "test.h"

#include "base/mem.h"
#include "os/os.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/sonde_test_os_XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char line[128];
    snprintf(line, sizeof line, "rm -rf '%s'", root);
    return system(line);
}

static char *at(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void collect(void *self, const char *name)
{
    strcat(self, name);
    strcat(self, " ");
}

static void lists_numbers_by_value(void **state)
{
    (void)state;
    char all[128] = "";
    os_write_file(at("hwmon10"), "", 0);
    os_write_file(at("hwmon2"), "", 0);
    os_write_file(at("hwmon1"), "", 0);
    assert_int_equal(os_list(root, "/", collect, all), 3);
    assert_string_equal(all, "hwmon1 hwmon2 hwmon10 ");
    assert_int_equal(os_list(root, "/none", collect, all), -ENOENT);
}

static void reads_text_and_numbers(void **state)
{
    (void)state;
    static const struct { const char *text; int rc; int64_t want; } cases[] = {
        { "42\n", 0, 42 }, { "-7", 0, -7 }, { "", -EINVAL, 0 }, { "x", -EINVAL, 0 }, { "12 13\n", -EINVAL, 0 },
        { "99999999999999999999\n", -EINVAL, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t v = 0;
        os_write_file(at("n"), cases[i].text, strlen(cases[i].text));
        assert_int_equal(os_read_i64(root, "/n", &v), cases[i].rc);
        assert_int_equal(v, cases[i].want);
    }
    char text[4];
    os_write_file(at("n"), "abcdef", 6);
    assert_int_equal(os_read_text(root, "/n", text, sizeof text), 3);
    assert_string_equal(text, "abc");
    assert_int_equal(os_read_text(root, "/none", text, sizeof text), -ENOENT);
}

static void writes_whole_or_not_at_all(void **state)
{
    (void)state;
    os_outlive_writes();
    char *p;
    size_t n;
    static char big[100000];
    memset(big, 'x', sizeof big);
    assert_int_equal(os_write_file(at("f"), "old", 3), 0);

    struct rlimit was, small = { .rlim_cur = 50000 }; /* the disk is full half-way */
    getrlimit(RLIMIT_FSIZE, &was);
    small.rlim_max = was.rlim_max;
    setrlimit(RLIMIT_FSIZE, &small);
    assert_int_equal(os_write_file(at("f"), big, sizeof big), -EFBIG);
    setrlimit(RLIMIT_FSIZE, &was);

    assert_int_equal(os_read_file(at("f"), 100, &p, &n), 0);
    assert_string_equal(p, "old");
    mem_free(p);
    char all[128] = "";
    assert_int_equal(os_list(root, "/", collect, all), 1); /* nothing left behind */
    assert_int_equal(os_write_file(at("none/f"), "x", 1), -ENOENT);
    assert_int_equal(os_write_file(root, "x", 1), -EISDIR);
    assert_int_equal(os_write_file("/dev/full", "x", 1), -ENOSPC);
}

static void a_killed_writer_is_in_nobodys_way(void **state)
{
    (void)state;
    char name[64];
    snprintf(name, sizeof name, "f.%d.part", (int)getpid()); /* of a process with our number */
    FILE *left = fopen(at(name), "w");
    assert_non_null(left);
    fclose(left);
    assert_int_equal(os_write_file(at("f"), "x", 1), 0);
}

/* Permissions bind everybody but the administrator. */
static void become(uid_t user)
{
    if (getuid() == 0 && seteuid(user) < 0)
        skip();
}

static void a_directory_need_not_be_readable(void **state)
{
    (void)state;
    enum { NOBODY = 65534 };
    assert_int_equal(os_make_dir(at("closed")), 0);
    assert_int_equal(chmod(root, 0711), 0);
    assert_int_equal(chmod(at("closed"), 0300), 0);
    if (getuid() == 0)
        assert_int_equal(chown(at("closed"), NOBODY, (gid_t)-1), 0);
    become(NOBODY);
    int rc = os_write_file(at("closed/f"), "x", 1);
    become(0);
    assert_int_equal(rc, 0);
    assert_int_equal(chmod(at("closed"), 0700), 0);
    assert_true(os_exists(root, "/closed/f"));
}

static void knows_where_it_can_write(void **state)
{
    (void)state;
    assert_int_equal(os_write_file(at("there"), "x", 1), 0);
    assert_int_equal(os_can_write(at("there")), 0);
    assert_int_equal(os_can_write(at("new")), 0);
    assert_int_equal(os_can_write(at("none/f")), -ENOENT);
    assert_int_equal(os_can_write(at("there/f")), -ENOTDIR);
    assert_int_equal(os_can_write(root), -EISDIR);
    assert_int_equal(os_can_write("/dev/null"), 0);
    assert_int_equal(os_read_text(root, "/new", (char[8]){ 0 }, 8), -ENOENT); /* it did not try */
}

static void writes_through_links(void **state)
{
    (void)state;
    char all[512] = "", name[300], *p;
    size_t n;
    assert_int_equal(os_make_dir(at("d")), 0);
    assert_int_equal(symlink("d/new", at("link")), 0);
    assert_int_equal(os_can_write(at("link")), 0);
    assert_int_equal(os_write_file(at("link"), "x", 1), 0); /* dangling */
    assert_int_equal(os_write_file(at("link"), "y", 1), 0);
    assert_true(os_read_link(root, "/link", all, sizeof all) > 0);
    assert_int_equal(os_read_file(at("d/new"), 10, &p, &n), 0);
    assert_string_equal(p, "y");
    mem_free(p);
    snprintf(name, sizeof name, "%s", at("d/new"));
    assert_true(os_same_file(at("link"), name));
    assert_false(os_same_file(at("d/other"), name));
    assert_int_equal(os_write_new(name, "z", 1), -EEXIST);
    assert_int_equal(symlink("loop", at("loop")), 0);
    assert_int_equal(os_can_write(at("loop")), -ELOOP);

    /* A name of the full length has its temporary file as well; a longer one is refused before. */
    memset(name, 'n', 255);
    name[255] = '\0';
    snprintf(all, sizeof all, "%s/d/%s", root, name);
    assert_int_equal(os_can_write(all), 0);
    assert_int_equal(os_write_file(all, "x", 1), 0);
    strcat(all, "n");
    assert_int_equal(os_can_write(all), -ENAMETOOLONG);
}

static void holds(const char *name, const char *text, unsigned mode)
{
    char *p;
    size_t n;
    struct stat st;
    assert_int_equal(os_read_file(at(name), 100, &p, &n), 0);
    assert_string_equal(p, text);
    mem_free(p);
    assert_int_equal(stat(at(name), &st), 0);
    assert_int_equal(st.st_mode & 0777, mode);
}

static void what_is_public_follows_nothing(void **state)
{
    (void)state;
    char path[256];
    assert_int_equal(os_write_file(at("victim"), "secret", 6), 0);
    assert_int_equal(symlink("victim", at("link")), 0);
    assert_int_equal(symlink("absent", at("dangling")), 0);
    assert_int_equal(mkfifo(at("pipe"), 0600), 0);
    assert_int_equal(os_make_dir(at("d")), 0);
    assert_int_equal(os_write_public(at("link"), "x", 1), -ELOOP);
    assert_int_equal(os_write_public(at("dangling"), "x", 1), -ELOOP);
    assert_int_equal(os_write_public(at("pipe"), "x", 1), -ENOTSUP);
    assert_int_equal(os_write_public(at("d"), "x", 1), -EISDIR);
    assert_false(os_exists("", at("absent")));
    holds("victim", "secret", 0600);
    assert_int_equal(os_write_public(at("victim"), "y", 1), 0);
    holds("victim", "y", 0644);

    /* What a person names: one's own links lead, and the file keeps its mode. */
    assert_int_equal(chmod(at("victim"), 0600), 0);
    assert_int_equal(os_write_named(at("link"), "z", 1), 0);
    holds("victim", "z", 0600);
    assert_int_equal(os_write_named(at("dangling"), "z", 1), 0);
    holds("absent", "z", 0644);
    assert_int_equal(os_write_named("/dev/null", "z", 1), 0);
    if (geteuid() != 0)
        return;
    assert_int_equal(lchown(at("link"), 65534, 65534), 0);
    assert_int_equal(os_write_named(at("link"), "w", 1), -ELOOP);
    snprintf(path, sizeof path, "%s", at("first"));
    assert_int_equal(symlink("link", path), 0);
    assert_int_equal(os_write_named(path, "w", 1), -ELOOP);
    holds("victim", "z", 0600);
}

static void a_tree_is_not_left(void **state)
{
    (void)state;
    char *p;
    size_t n;
    assert_int_equal(os_make_dir(at("out/sonde")), 0);
    assert_int_equal(os_write_file(at("out/sonde/f"), "kept", 4), 0);
    assert_int_equal(os_make_dir(at("in")), 0);
    assert_int_equal(symlink("../out", at("in/lib")), 0);
    assert_int_equal(symlink("../out/new", at("in/dangling")), 0);
    assert_int_equal(mkfifo(at("in/pipe"), 0600), 0);
    char in[256];
    snprintf(in, sizeof in, "%s", at("in"));
    assert_int_equal(os_tree_look(in, "lib/sonde"), -ELOOP);
    assert_int_equal(os_tree_look(in, "lib"), OS_LINK);
    assert_int_equal(os_tree_look(in, "pipe"), OS_OTHER);
    assert_int_equal(os_tree_look(in, "none/x"), -ENOENT);
    assert_int_equal(os_tree_look(in, "../out"), -EINVAL);
    assert_int_equal(os_tree_delete(in, "lib/sonde", true), -ELOOP);
    assert_int_equal(os_tree_put(in, "lib/f", "x", 1), -ELOOP);
    assert_int_equal(os_tree_put(in, "dangling", "x", 1), -ELOOP);
    assert_int_equal(os_tree_put(in, "pipe", "x", 1), -ENOTSUP);
    assert_int_equal(os_tree_make(in, "lib/more", 0755), -ELOOP);
    assert_int_equal(os_tree_make(in, "dangling", 0755), -ELOOP);
    assert_int_equal(os_tree_read(in, "lib/sonde/f", 100, &p, &n), -ELOOP);
    assert_int_equal(os_tree_read(in, "pipe", 100, &p, &n), -ENOTSUP);
    assert_int_equal(os_tree_read(in, "lib", 100, &p, &n), -ENOTSUP);
    holds("out/sonde/f", "kept", 0600);
    assert_false(os_exists("", at("out/new")) || os_exists("", at("out/f")) || os_exists("", at("out/more")));

    assert_int_equal(os_tree_make(in, "a/b", 0755), 0);
    assert_int_equal(os_tree_make(in, "a/b", 0755), 0);
    assert_int_equal(os_tree_put(in, "a/b/f", "old", 3), 0);
    assert_int_equal(os_tree_put(in, "a/b/f", "x", 1), 0);
    holds("in/a/b/f", "x", 0644);
    assert_int_equal(os_tree_read(in, "a/b/f", 1, &p, &n), 0);
    assert_int_equal(n, 1);
    mem_free(p);
    assert_int_equal(os_tree_put(in, "a/b/f", "xy", 2), 0);
    assert_int_equal(os_tree_read(in, "a/b/f", 1, &p, &n), -EFBIG);
    assert_int_equal(os_tree_delete(in, "a/b", false), -ENOTEMPTY);
    assert_int_equal(os_tree_delete(in, "a/b/f", false), 0);
    assert_int_equal(os_tree_delete(in, "a/b", false), 0);
    assert_int_equal(os_tree_delete(in, "lib", true), 0); /* the link alone */
    assert_int_equal(os_tree_delete(in, "a", true), 0);
    assert_int_equal(os_tree_look(in, "a"), -ENOENT);
    holds("out/sonde/f", "kept", 0600);
}

static void reads_files_with_and_without_a_size(void **state)
{
    (void)state;
    char *p;
    size_t n;
    assert_int_equal(os_read_file("/proc/self/status", 1 << 20, &p, &n), 0);
    assert_true(n > 100 && strlen(p) == n);
    mem_free(p);
    os_write_file(at("f"), "12345", 5);
    assert_int_equal(os_read_file(at("f"), 4, &p, &n), -EFBIG);
    assert_int_equal(os_read_file(at("f"), 5, &p, &n), 0);
    mem_free(p);
    assert_int_equal(os_read_file(root, 5, &p, &n), -EISDIR);
    assert_int_equal(os_read_file("/proc/self/status", 10, &p, &n), -EFBIG);
}

static void makes_directories(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(os_make_dir(at("a/b/c")), 0);
    assert_int_equal(os_make_dir(at("a/b/c")), 0);
    assert_int_equal(stat(at("a/b/c"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    os_write_file(at("file"), "", 0);
    assert_int_equal(os_make_dir(at("file")), -ENOTDIR);
}

/* A pipe without a reader is an error of the write, not the end. */
static void outlives_a_reader(void **state)
{
    (void)state;
    int fd[2];
    os_outlive_writes();
    assert_int_equal(pipe(fd), 0);
    assert_false(os_reader_left(fd[1]));
    close(fd[0]);
    assert_true(os_reader_left(fd[1]));
    assert_int_equal(write(fd[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    close(fd[1]);
}

/* A signal that was ignored from the start stays ignored; a hangup comes twice. */
static void stops_on_signals(void **state)
{
    (void)state;
    signal(SIGINT, SIG_IGN);
    os_stop_on_signal();
    raise(SIGINT);
    assert_false(os_stopping());
    raise(SIGHUP);
    raise(SIGHUP);
    assert_true(os_stopping());
}

static int open_two(int *fd)
{
    fd[0] = os_open_read("", "/proc/self/stat");
    fd[1] = os_open_read("", "/proc/uptime");
    return 0;
}

static int open_none(int *fd)
{
    (void)fd;
    return -EPERM;
}

static int die(int *fd)
{
    (void)fd;
    _exit(3);
}

static int never(int *fd)
{
    (void)fd;
    while (pause() < 0)
        ;
    return 0;
}

static int helper_result(struct os_helper *h, int *fd)
{
    int rc;
    for (int i = 0; (rc = os_helper_take(h, fd, 2)) == -EAGAIN && i < 1000; i++)
        usleep(10000);
    return rc;
}

static void a_helper_opens(void **state)
{
    (void)state;
    static const struct { int (*open_all)(int *fd); int want; } cases[] = {
        { open_two, 0 }, { open_none, -EPERM }, { die, -EPIPE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct os_helper *h;
        int fd[2] = { -1, -1 };
        assert_int_equal(os_helper_start(cases[i].open_all, 2, &h), 0);
        assert_int_equal(helper_result(h, fd), cases[i].want);
        os_helper_free(h);
        char text[512];
        assert_int_equal(fd[0] >= 0, cases[i].want == 0);
        if (cases[i].want == 0) {
            assert_true(os_pread_piece(fd[1], text, sizeof text) > 0);
            assert_int_equal(os_pread_piece(fd[1], text, 4), 3);
        }
        os_close(fd[0]);
        os_close(fd[1]);
    }
    struct os_helper *h;
    int fd[2];
    assert_int_equal(os_helper_start(never, 2, &h), 0);
    assert_int_equal(os_helper_take(h, fd, 2), -EAGAIN);
    os_helper_free(h); /* does not wait for it */
    os_helper_free(NULL);
    assert_int_equal(os_helper_start(open_two, OS_HELPER_FDS + 1, &h), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_numbers_by_value, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_text_and_numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(writes_whole_or_not_at_all, setup, teardown),
        cmocka_unit_test_setup_teardown(a_killed_writer_is_in_nobodys_way, setup, teardown),
        cmocka_unit_test_setup_teardown(a_directory_need_not_be_readable, setup, teardown),
        cmocka_unit_test_setup_teardown(knows_where_it_can_write, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_files_with_and_without_a_size, setup, teardown),
        cmocka_unit_test_setup_teardown(makes_directories, setup, teardown),
        cmocka_unit_test_setup_teardown(writes_through_links, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_public_follows_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_tree_is_not_left, setup, teardown),
        cmocka_unit_test(outlives_a_reader),
        cmocka_unit_test(a_helper_opens),
        cmocka_unit_test(stops_on_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
