/*
 * linux.c - files, time, threads and this process on Linux.
 *
 * Descriptors of /proc and /sys are opened once and reread with pread(): open, read and close cost
 * twice as much at every tick, and io_uring four times, because these files have no asynchronous
 * read (measured on Linux 6.18).
 */
#include "os/os.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <limits.h>
#include <math.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Static_assert(OS_PATH_MAX >= PATH_MAX, "paths of the kernel fit");

static int os_path(char out[static OS_PATH_MAX], const char *root, const char *path)
{
    int n = snprintf(out, OS_PATH_MAX, "%s%s", root, path);
    return n < 0 || n >= OS_PATH_MAX ? -ENAMETOOLONG : 0;
}

int os_open_read(const char *root, const char *path)
{
    char full[OS_PATH_MAX];
    int rc = os_path(full, root, path);
    if (rc < 0)
        return rc;
    int fd = open(full, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

int os_pread_text(int fd, char *text, size_t cap)
{
    size_t n = 0;
    while (n + 1 < cap) {
        ssize_t got = pread(fd, text + n, cap - 1 - n, (off_t)n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    text[n] = '\0';
    return (int)n;
}

int os_pread_piece(int fd, char *text, size_t cap)
{
    ssize_t got;
    do
        got = pread(fd, text, cap - 1, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    text[got] = '\0';
    return (int)got;
}

int os_pread_once(int fd, char *text, size_t cap)
{
    ssize_t n;
    do
        n = pread(fd, text, cap - 1, 0);
    while (n < 0 && errno == EINTR);
    text[n < 0 ? 0 : n] = '\0';
    return n < 0 ? -errno : (int)n;
}

int os_read_text(const char *root, const char *path, char *text, size_t cap)
{
    int fd = os_open_read(root, path);
    if (fd < 0)
        return fd;
    int rc = os_pread_text(fd, text, cap);
    os_close(fd);
    return rc;
}

int os_write_text(const char *root, const char *path, const char *text)
{
    char full[OS_PATH_MAX];
    int rc = os_path(full, root, path);
    if (rc < 0)
        return rc;
    /* A file of a made-up machine shall end where the text does, as one of the kernel has no length at all. */
    int fd = open(full, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (*root ? O_TRUNC : 0));
    if (fd < 0)
        return -errno;
    ssize_t put, n = (ssize_t)strlen(text);
    do
        put = write(fd, text, (size_t)n);
    while (put < 0 && errno == EINTR);
    rc = put < 0 ? -errno : put < n ? -EIO : 0;
    close(fd);
    return rc;
}

int os_may_write(const char *root, const char *path)
{
    char full[OS_PATH_MAX];
    int rc = os_path(full, root, path);
    return rc < 0 ? rc : faccessat(AT_FDCWD, full, W_OK, AT_EACCESS) < 0 ? -errno : 0;
}

static int os_parse_i64(const char *text, int64_t *out)
{
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    if (end == text || errno || (*end && *end != '\n'))
        return -EINVAL;
    *out = v;
    return 0;
}

int os_pread_i64(int fd, int64_t *out)
{
    char text[32];
    int rc = os_pread_once(fd, text, sizeof text);
    return rc < 0 ? rc : os_parse_i64(text, out);
}

int os_read_i64(const char *root, const char *path, int64_t *out)
{
    char text[32];
    int rc = os_read_text(root, path, text, sizeof text);
    return rc < 0 ? rc : os_parse_i64(text, out);
}

void os_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool os_exists(const char *root, const char *path)
{
    char full[OS_PATH_MAX];
    return os_path(full, root, path) == 0 && access(full, F_OK) == 0;
}

bool os_is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static int os_not_dots(const struct dirent *e)
{
    return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

/* On its own, because each() may list again and a stack is smaller than many paths. */
__attribute__((noinline))
static int os_scan(const char *root, const char *path, struct dirent ***list)
{
    char full[OS_PATH_MAX];
    int rc = os_path(full, root, path);
    if (rc < 0)
        return rc;
    int n = scandir(full, list, os_not_dots, versionsort);
    return n < 0 ? -errno : n;
}

int os_list(const char *root, const char *path, void (*each)(void *self, const char *name),
            void *self)
{
    struct dirent **list;
    int n = os_scan(root, path, &list);
    if (n < 0)
        return n;
    for (int i = 0; i < n; i++) {
        each(self, list[i]->d_name);
        free(list[i]);
    }
    free(list);
    return n;
}

int os_open_dir(const char *root, const char *path)
{
    char full[OS_PATH_MAX];
    int rc = os_path(full, root, path);
    if (rc < 0)
        return rc;
    int fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static bool os_number(const char *name, int32_t *out)
{
    int64_t v = 0;
    for (const char *p = name; *p; p++) {
        if (*p < '0' || *p > '9' || v > INT32_MAX / 10)
            return false;
        v = v * 10 + (*p - '0');
    }
    *out = (int32_t)v;
    return *name && v <= INT32_MAX;
}

static int os_compare_numbers(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* getdents64() itself: readdir() would need a stream, with a buffer of 32 KiB, for as long. */
int os_dir_numbers(int fd, int32_t *out, size_t cap)
{
    _Alignas(struct dirent64) char block[8192];
    size_t n = 0;
    bool sorted = true; /* /proc gives them so */
    if (lseek(fd, 0, SEEK_SET) < 0)
        return -errno;
    ssize_t got;
    while ((got = getdents64(fd, block, sizeof block)) > 0)
        for (ssize_t at = 0; at < got;) {
            const struct dirent64 *e = (const void *)(block + at);
            int32_t v;
            at += e->d_reclen;
            if (!os_number(e->d_name, &v))
                continue;
            if (n < cap) {
                sorted = sorted && (n == 0 || out[n - 1] < v);
                out[n] = v;
            }
            n++;
        }
    if (got < 0)
        return -errno;
    if (!sorted)
        qsort(out, n < cap ? n : cap, sizeof *out, os_compare_numbers);
    return (int)n;
}

int os_read_link(const char *root, const char *path, char *out, size_t cap)
{
    char full[OS_PATH_MAX];
    int rc = os_path(full, root, path);
    if (rc < 0)
        return rc;
    ssize_t n = readlink(full, out, cap - 1);
    if (n < 0)
        return -errno;
    out[n] = '\0';
    return (int)n;
}

/* The answer of a recorded machine: see core/replay.h. -EINPROGRESS while the mount hangs. */
static int os_fs_recorded(const char *root, const char *mount, struct os_fs *out)
{
    char full[OS_PATH_MAX], line[OS_PATH_MAX];
    int rc = os_path(full, root, "/.sonde/statfs");
    if (rc < 0)
        return rc;
    FILE *f = fopen(full, "re");
    if (!f)
        return -errno;
    rc = -ENOENT;
    while (rc == -ENOENT && fgets(line, sizeof line, f)) {
        size_t n = strlen(mount);
        if (strncmp(line, mount, n) != 0 || line[n] != ' ')
            continue;
        struct os_fs fs;
        if (strncmp(line + n, " hang", 5) == 0)
            rc = -EINPROGRESS;
        else if (sscanf(line + n, "%lf %lf %lf %lf %lf", &fs.total, &fs.free, &fs.available,
                        &fs.inodes, &fs.inodes_free) == 5 &&
                 isfinite(fs.total + fs.free + fs.available + fs.inodes + fs.inodes_free)) {
            *out = fs;
            rc = 0;
        } else {
            rc = -EINVAL;
        }
    }
    fclose(f);
    return rc;
}

/* Blocks as a dead mount does: until its server is back,
 * here until the recording says otherwise. */
static int os_fs_recorded_wait(const char *root, const char *mount, struct os_fs *out)
{
    int rc;
    while ((rc = os_fs_recorded(root, mount, out)) == -EINPROGRESS)
        os_sleep_until(os_mono_ns() + 10000000);
    return rc;
}

int os_fs_space(const char *root, const char *mount, struct os_fs *out)
{
    if (*root)
        return os_fs_recorded_wait(root, mount, out);
    struct statvfs v;
    if (statvfs(mount, &v) < 0)
        return -errno;
    double unit = (double)(v.f_frsize ? v.f_frsize : v.f_bsize);
    *out = (struct os_fs){
        .total = (double)v.f_blocks * unit, .free = (double)v.f_bfree * unit,
        .available = (double)v.f_bavail * unit,
        .inodes = (double)v.f_files, .inodes_free = (double)v.f_ffree,
    };
    return 0;
}

static int64_t os_clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t os_mono_ns(void)
{
    return os_clock_ns(CLOCK_MONOTONIC);
}

int64_t os_boot_ns(void)
{
    return os_clock_ns(CLOCK_BOOTTIME);
}

int64_t os_wall_ms(void)
{
    return os_clock_ns(CLOCK_REALTIME) / 1000000;
}

int os_zone_s(int64_t wall_ms)
{
    time_t t = (time_t)(wall_ms / 1000);
    struct tm local;
    tzset(); /* localtime_r() alone looks once, and the zone may be another since */
    return localtime_r(&t, &local) ? (int)local.tm_gmtoff : 0;
}

int os_sleep_until(int64_t mono_ns)
{
    struct timespec t = { .tv_sec = mono_ns / 1000000000, .tv_nsec = mono_ns % 1000000000 };
    return -clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

double os_cpu_s(void)
{
    return (double)os_clock_ns(CLOCK_PROCESS_CPUTIME_ID) * 1e-9;
}

/* proc_pid_io(5). */
static double os_written_bytes(void)
{
    char text[512];
    const char *at = os_read_text("", "/proc/self/io", text, sizeof text) > 0 ? strstr(text, "\nwrite_bytes: ") : NULL;
    return at ? strtod(at + strlen("\nwrite_bytes: "), NULL) : NAN;
}

int os_self(struct os_self *out)
{
    char text[128];
    long pages;
    int rc = os_read_text("", "/proc/self/statm", text, sizeof text);
    if (rc < 0)
        return rc;
    if (sscanf(text, "%*s %ld", &pages) != 1)
        return -EINVAL;
    out->rss_bytes = (double)pages * (double)sysconf(_SC_PAGESIZE);
    out->cpu_s = os_cpu_s();
    out->written_bytes = os_written_bytes();
    return 0;
}

int32_t os_pid(void)
{
    return getpid();
}

int os_random(void *bytes, size_t n)
{
    while (n) {
        ssize_t got = getrandom(bytes, n, 0);
        if (got < 0 && errno != EINTR)
            return -errno;
        size_t more = got > 0 ? (size_t)got : 0;
        bytes = (char *)bytes + more;
        n -= more;
    }
    return 0;
}

bool os_is_root(void)
{
    return geteuid() == 0;
}

uint32_t os_user(void)
{
    return geteuid();
}

void os_use_few_heaps(void)
{
    enum { HEAPS = 2 }; /* 40,000 requests of noise leave `sonde serve` 15.9 MB, with one 16.1, with any number 18.5 */
    mallopt(M_ARENA_MAX, HEAPS);
    mallopt(M_TRIM_THRESHOLD, 1 << 20); /* else glibc keeps twice the largest piece that ever was, up to 64 MB */
}

void os_give_memory_back(void)
{
    malloc_trim(0);
}

bool os_out_of_files(void)
{
    int fd = open("/", O_PATH | O_CLOEXEC);
    bool out = fd < 0 && (errno == EMFILE || errno == ENFILE);
    os_close(fd);
    return out;
}

int os_more_files(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return 1024;
    rlim_t most = l.rlim_max < 65536 ? l.rlim_max : 65536; /* beyond it, descriptors cost kernel memory */
    if (l.rlim_cur < most) {
        l.rlim_cur = most;
        setrlimit(RLIMIT_NOFILE, &l);
        getrlimit(RLIMIT_NOFILE, &l);
    }
    return (int)(l.rlim_cur < 65536 ? l.rlim_cur : 65536);
}

/* By thread on Linux, and inherited. There is no name for the number of the call in glibc: ioprio_set(2). */
int os_yield_to_others(void)
{
    enum { WHO_PROCESS = 1, BEST_EFFORT_LAST = 2 << 13 | 7 };
    if (setpriority(PRIO_PROCESS, 0, 10) < 0)
        return -errno;
    return syscall(SYS_ioprio_set, WHO_PROCESS, 0, BEST_EFFORT_LAST) < 0 ? -errno : 0;
}

int os_run_on(const int *core, size_t n)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < n; i++)
        if (core[i] >= 0 && core[i] < CPU_SETSIZE)
            CPU_SET(core[i], &set);
    return sched_setaffinity(0, sizeof set, &set) < 0 ? -errno : 0;
}

static volatile sig_atomic_t stop_flag, reload_flag, mark_flag;
static bool at_terminal; /* was standard input one? */

static void os_on_signal(int sig)
{
    (void)sig;
    stop_flag = 1;
}

static void os_on_hangup(int sig)
{
    (void)sig;
    reload_flag = 1;
}

static void os_on_mark(int sig)
{
    (void)sig;
    mark_flag = 1;
}

static void os_catch(int sig, void (*handler)(int sig), int flags)
{
    struct sigaction now, a = { .sa_handler = handler, .sa_flags = flags };
    if (sigaction(sig, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
        sigaction(sig, &a, NULL);
}

/* SA_RESETHAND: the second signal ends the process. No SA_RESTART: sleeps must wake up. */
static void os_stop_on(void (*hangup)(int sig))
{
    os_catch(SIGINT, os_on_signal, (int)SA_RESETHAND);
    os_catch(SIGTERM, os_on_signal, (int)SA_RESETHAND);
    os_catch(SIGHUP, hangup, 0);
}

void os_stop_on_signal(void)
{
    os_stop_on(os_on_signal);
}

void os_serve_on_signal(void)
{
    at_terminal = os_is_terminal(STDIN_FILENO);
    os_stop_on(os_on_hangup);
    os_catch(SIGUSR1, os_on_mark, 0);
}

bool os_take_mark(void)
{
    bool asked = mark_flag != 0;
    mark_flag = 0;
    return asked;
}

bool os_take_reload(void)
{
    bool asked = reload_flag != 0;
    reload_flag = 0; /* what comes from now on is another time */
    if (asked && at_terminal && os_reader_left(STDIN_FILENO)) {
        os_stop();
        return false;
    }
    return asked;
}

void os_stop(void)
{
    stop_flag = 1;
}

bool os_stopping(void)
{
    return stop_flag != 0;
}

void os_open_standard(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        int null = fcntl(fd, F_GETFD) < 0 ? open("/dev/null", O_RDWR) : fd; /* which takes the lowest that is free */
        if (null > fd)
            close(null);
    }
}

static void (*inherited_pipe)(int) = SIG_DFL, (*inherited_xfsz)(int) = SIG_DFL;

void os_outlive_writes(void)
{
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    if (before == SIG_IGN)
        inherited_pipe = before;
    before = signal(SIGXFSZ, SIG_IGN);
    if (before == SIG_IGN)
        inherited_xfsz = before;
}

void os_inherit_writes(void)
{
    signal(SIGPIPE, inherited_pipe);
    signal(SIGXFSZ, inherited_xfsz);
}

bool os_reader_left(int fd)
{
    struct pollfd p = { .fd = fd };
    return poll(&p, 1, 0) == 1 && (p.revents & (POLLERR | POLLHUP));
}

int os_wait_input(int fd, int64_t until_ns)
{
    int64_t left = until_ns - os_mono_ns();
    if (left < 0)
        left = 0;
    struct timespec t = { .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };
    struct pollfd p = { .fd = fd, .events = POLLIN };
    int rc = ppoll(&p, 1, &t, NULL);
    return rc < 0 ? -errno : rc ? 0 : -ETIMEDOUT;
}

int os_end_process(int32_t pid)
{
    return kill(pid, SIGTERM) < 0 ? -errno : 0;
}

bool os_is_terminal(int fd)
{
    return isatty(fd) == 1;
}

int os_terminal_width(void)
{
    struct winsize w;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 20)
        return w.ws_col;
    return 80;
}

struct os_start {
    void (*f)(void *arg);
    void *arg;
};

static void *os_thread_main(void *p)
{
    struct os_start s = *(struct os_start *)p;
    mem_free(p);
    s.f(s.arg);
    return NULL;
}

int os_thread(void (*f)(void *arg), void *arg)
{
    struct os_start *s = mem_new(sizeof *s);
    *s = (struct os_start){ f, arg };
    sigset_t all, old;
    pthread_attr_t attr;
    pthread_t t;
    sigfillset(&all);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, 1 << 20); /* room for libraries of others; only what is used is real */
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = -pthread_create(&t, &attr, os_thread_main, s);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    if (rc < 0)
        mem_free(s);
    return rc;
}

struct os_lock {
    pthread_mutex_t m;
    pthread_cond_t woken;
};

struct os_lock *os_lock_new(void)
{
    struct os_lock *l = mem_new(sizeof *l);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&l->m, NULL);
    pthread_cond_init(&l->woken, &attr);
    pthread_condattr_destroy(&attr);
    return l;
}

void os_lock_free(struct os_lock *l)
{
    if (!l)
        return;
    pthread_cond_destroy(&l->woken);
    pthread_mutex_destroy(&l->m);
    mem_free(l);
}

void os_lock(struct os_lock *l)
{
    pthread_mutex_lock(&l->m);
}

void os_unlock(struct os_lock *l)
{
    pthread_mutex_unlock(&l->m);
}

bool os_wait(struct os_lock *l, int64_t until_ns)
{
    if (until_ns == INT64_MAX)
        return pthread_cond_wait(&l->woken, &l->m) == 0;
    struct timespec t = { .tv_sec = until_ns / 1000000000, .tv_nsec = until_ns % 1000000000 };
    return pthread_cond_timedwait(&l->woken, &l->m, &t) == 0;
}

void os_wake(struct os_lock *l)
{
    pthread_cond_broadcast(&l->woken);
}
