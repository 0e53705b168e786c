/* What a service manager is told, and sockets between processes. */
#include "test.h"

#include "os/os.h"
#include "os/service.h"
#include "os/socket.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char root[64];

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/sonde_test_service_XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return os_remove_dir(root);
}

static int listen_at(const char *name, bool abstract)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    size_t n = strlen(name);
    memcpy(a.sun_path + abstract, name, n);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (void *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + abstract + n)), 0);
    return fd;
}

static void tells_a_service_manager(void **state)
{
    (void)state;
    char path[96], text[128];
    unsetenv("NOTIFY_SOCKET");
    assert_int_equal(os_service_tell("READY=1"), 0);
    snprintf(path, sizeof path, "%s/notify", root);
    setenv("NOTIFY_SOCKET", path, 1);
    assert_int_equal(os_service_tell("READY=1"), -ENOENT);
    int fd = listen_at(path, false);
    assert_int_equal(os_service_tell("READY=1\nSTATUS=x"), 1);
    ssize_t n = recv(fd, text, sizeof text, 0);
    assert_int_equal(n, 16);
    assert_memory_equal(text, "READY=1\nSTATUS=x", 16);
    assert_int_equal(os_service_tell_reload(), 1);
    n = recv(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    long long us = 0;
    assert_int_equal(sscanf(text, "RELOADING=1\nMONOTONIC_USEC=%lld", &us), 1);
    assert_true(llabs(os_mono_ns() / 1000 - us) < 10000000);
    close(fd);

    snprintf(path, sizeof path, "@sonde-test-service-%d", (int)getpid());
    setenv("NOTIFY_SOCKET", path, 1);
    fd = listen_at(path + 1, true);
    assert_int_equal(os_service_tell("STOPPING=1"), 1);
    assert_int_equal(recv(fd, text, sizeof text, 0), 10);
    close(fd);
    char far[sizeof((struct sockaddr_un *)0)->sun_path + 1];
    memset(far, '/', sizeof far - 1);
    far[sizeof far - 1] = 0;
    const char *const none[] = { "", "@", "relative", far };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        setenv("NOTIFY_SOCKET", none[i], 1);
        assert_int_equal(os_service_tell("READY=1"), 0);
    }
}

static void knows_its_watchdog(void **state)
{
    (void)state;
    static const struct { const char *us; int64_t ns; } cases[] = {
        { "30000000", 30000000000 }, { "1", 1000 }, { "", 0 }, { "x", 0 }, { "-5", 0 }, { "0", 0 }, { "5 s", 0 },
        { "99999999999999999999", 0 }, { "9223372036854775807", 0 },
    };
    char pid[16];
    unsetenv("WATCHDOG_PID");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("WATCHDOG_USEC", cases[i].us, 1);
        assert_true(os_service_watchdog_ns() == cases[i].ns);
    }
    setenv("WATCHDOG_USEC", "1000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    assert_true(os_service_watchdog_ns() == 0);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    assert_true(os_service_watchdog_ns() == 1000000);
    unsetenv("WATCHDOG_USEC");
    assert_true(os_service_watchdog_ns() == 0);
}

static void talks_through_a_socket(void **state)
{
    (void)state;
    char path[256], text[8];
    struct os_listener l, second;
    struct stat st;
    /* A path that is longer than an address may be. */
    snprintf(path, sizeof path, "%s/a-directory-of-a-very-long-name-so-that-it-does-not-fit-into-an-address/"
             "and-another-one-that-is-long/sock", root);
    assert_int_equal(os_socket_connect(path), -ENOENT);
    assert_int_equal(os_socket_listen(path, "no-such-group", false, &l), 0);
    assert_false(l.shared);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(os_socket_listen(path, "no-such-group", false, &second), -EBUSY);

    int there = os_socket_connect(path);
    assert_true(there >= 0);
    int here = os_socket_accept(l.fd, os_mono_ns() + 1000000000);
    assert_true(here >= 0);
    assert_true(os_socket_admits(here, "no-such-group"));
    assert_int_equal(os_socket_receive(here, text, sizeof text, os_mono_ns() + 1000000), -ETIMEDOUT);
    assert_int_equal(os_socket_send(there, "hello", 5, INT64_MAX), 0);
    assert_int_equal(os_socket_receive(here, text, sizeof text, INT64_MAX), 5);
    static char much[4 << 20]; /* who does not read holds nobody up for longer than he says */
    assert_int_equal(os_socket_send(here, much, sizeof much, os_mono_ns() + 20000000), -ETIMEDOUT);
    os_close(there);
    assert_int_equal(os_socket_send(here, much, 1, os_mono_ns() + 20000000), -EPIPE);
    os_close(here);
    assert_int_equal(os_socket_accept(l.fd, os_mono_ns() + 1000000), -ETIMEDOUT);
    os_socket_end(l.fd);
    assert_int_equal(os_socket_accept(l.fd, INT64_MAX), -EINVAL);
    os_socket_unlisten(&l);
    assert_int_equal(stat(path, &st), -1);
}

static void replaces_a_stale_socket_only(void **state)
{
    (void)state;
    char path[128], text[128];
    struct os_listener l;
    snprintf(path, sizeof path, "%s/stale", root);
    assert_int_equal(os_socket_listen(path, "no-such-group", true, &l), 0);
    close(l.fd); /* as a process that was killed leaves it */
    assert_int_equal(os_socket_connect(path), -ECONNREFUSED);
    assert_int_equal(os_socket_listen(path, "no-such-group", true, &l), 0);
    os_socket_unlisten(&l);
    snprintf(text, sizeof text, "%s/file", root);
    assert_int_equal(os_write_file(text, "x", 1), 0);
    assert_int_equal(os_socket_listen(text, "no-such-group", true, &l), -EADDRINUSE);
    assert_true(os_is_file(text));
}

static void reloads_on_a_hangup(void **state)
{
    (void)state;
    assert_int_equal(freopen("/dev/null", "r", stdin) == NULL, 0);
    os_serve_on_signal();
    assert_false(os_take_reload());
    raise(SIGHUP);
    assert_true(os_take_reload());
    assert_false(os_take_reload());
    assert_false(os_stopping());
    raise(SIGTERM);
    assert_true(os_stopping());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_a_service_manager),
        cmocka_unit_test(knows_its_watchdog),
        cmocka_unit_test(talks_through_a_socket),
        cmocka_unit_test(replaces_a_stale_socket_only),
        cmocka_unit_test(reloads_on_a_hangup),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
