/*
 * floor.c - what one sample costs the kernel, and nothing else: the floor that Sonde is held against.
 *
 *   floor SPEC [SAMPLES [INTERVAL_MS]]    SPEC: sys, full or bpf; 60 samples, 1000 ms apart
 *
 *   sys   the files of the system by kept descriptors and pread, and the free space of mounts
 *   full  sys, a list of /proc and PID/stat of every process by kept descriptors: the cheapest
 *         complete walk that reads text
 *   bpf   sys and one binary record of every thread from a task iterator (floor_tasks.bpf.c)
 *
 * What is read is thrown away. Prints one JSON line: CPU of this process per sample, wake-up
 * included. It stands apart from src/ on purpose: it must not become dearer, or cheaper, with it.
 */
#include "floor.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILES 4096
#define MAX_MOUNTS 64
#define MAX_PROCS 65536

static char room[1 << 18] __attribute__((aligned(4096)));

static const char *const system_files[] = {
    "/proc/stat", "/proc/meminfo", "/proc/vmstat", "/proc/diskstats", "/proc/net/dev", "/proc/net/snmp",
    "/proc/net/sockstat", "/proc/net/sockstat6", "/proc/loadavg", "/proc/pressure/cpu", "/proc/pressure/io",
    "/proc/pressure/memory", "/proc/self/stat", "/proc/self/statm", "/proc/self/io", "/proc/uptime",
    "/proc/net/netstat", "/proc/net/softnet_stat", "/proc/sys/fs/file-nr", "/proc/sys/kernel/random/entropy_avail",
};

/* Devices: whatever the machine has of them. */
static const char *const device_files[] = {
    "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq", "/sys/devices/system/cpu/cpu[0-9]*/cpuidle/state*/time",
    "/sys/class/hwmon/hwmon*/*_input", "/sys/class/thermal/thermal_zone*/temp", "/sys/class/powercap/*/energy_uj",
    "/sys/class/power_supply/*/uevent",
};

static int file[MAX_FILES], files;
static int mount[MAX_MOUNTS], mounts;

struct process { int pid, fd; };
static struct process known[MAX_PROCS], next[MAX_PROCS];
static int n_known, proc_dir = -1;

static int tasks = -1; /* the iterator's link */

/* ---- system ---- */

static void add_file(const char *path)
{
    int fd = files < MAX_FILES ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd >= 0)
        file[files++] = fd;
}

static void open_files(void)
{
    for (size_t i = 0; i < sizeof system_files / sizeof *system_files; i++)
        add_file(system_files[i]);
    for (size_t i = 0; i < sizeof device_files / sizeof *device_files; i++) {
        glob_t found;
        if (glob(device_files[i], 0, NULL, &found) == 0) {
            for (size_t k = 0; k < found.gl_pathc; k++)
                add_file(found.gl_pathv[k]);
            globfree(&found);
        }
    }
}

/* File systems on a device or in memory: those whose space can run out. */
static void open_mounts(void)
{
    char line[4096], device[512], where[512], type[64];
    FILE *f = fopen("/proc/self/mounts", "re");
    while (f && fgets(line, sizeof line, f) && mounts < MAX_MOUNTS) {
        if (sscanf(line, "%511s %511s %63s", device, where, type) != 3)
            continue;
        if (device[0] == '/' || strcmp(type, "tmpfs") == 0 || strcmp(type, "devtmpfs") == 0)
            mount[mounts++] = open(where, O_PATH | O_CLOEXEC);
    }
    if (f)
        fclose(f);
}

static void sample_system(void)
{
    struct statfs space;
    for (int i = 0; i < files; i++)
        (void)!pread(file[i], room, sizeof room, 0);
    for (int i = 0; i < mounts; i++)
        (void)!fstatfs(mount[i], &space);
}

/* ---- processes by text ---- */

static int open_stat(int pid)
{
    char path[32];
    snprintf(path, sizeof path, "%d/stat", pid);
    return openat(proc_dir, path, O_RDONLY | O_CLOEXEC);
}

/* Takes over the descriptors of those that are still there; /proc lists in the order of the pid. */
static int keep_or_open(int pid, int *from)
{
    while (*from < n_known && known[*from].pid < pid)
        close(known[(*from)++].fd);
    if (*from < n_known && known[*from].pid == pid)
        return known[(*from)++].fd;
    return open_stat(pid);
}

static void list_processes(void)
{
    int from = 0, n = 0;
    lseek(proc_dir, 0, SEEK_SET);
    for (long got; (got = syscall(SYS_getdents64, proc_dir, room, sizeof room)) > 0;) {
        for (long at = 0; at < got;) {
            const struct dirent64 *entry = (const void *)(room + at);
            int pid = atoi(entry->d_name);
            if (pid > 0 && n < MAX_PROCS) {
                next[n].fd = keep_or_open(pid, &from);
                next[n++].pid = pid;
            }
            at += entry->d_reclen;
        }
    }
    while (from < n_known)
        close(known[from++].fd);
    memcpy(known, next, (size_t)n * sizeof *known);
    n_known = n;
}

static void sample_text(void)
{
    sample_system();
    list_processes();
    for (int i = 0; i < n_known; i++)
        if (pread(known[i].fd, room, 4096, 0) <= 0) { /* it died: whoever has its pid next is another */
            close(known[i].fd);
            known[i].fd = -1;
            known[i].pid = 0;
        }
}

/* ---- processes by records ---- */

static void sample_bpf(void)
{
    sample_system();
    int fd = floor_tasks_read(tasks); /* an iterator is read once */
    while (fd >= 0 && read(fd, room, sizeof room) > 0)
        ;
    close(fd);
}

/* ---- the loop ---- */

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void run(const char *spec, void (*sample)(void), int samples, int interval_ms)
{
    double *cost = calloc((size_t)samples, sizeof *cost), sum = 0, before;
    struct timespec t;
    sample(); /* the first opens what is new */
    clock_gettime(CLOCK_MONOTONIC, &t);
    before = cpu_us();
    for (int i = 0; cost && i < samples; i++) {
        int64_t ns = t.tv_nsec + (int64_t)interval_ms * 1000000;
        t.tv_sec += ns / 1000000000;
        t.tv_nsec = ns % 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
        sample();
        double now = cpu_us();
        sum += cost[i] = now - before;
        before = now;
    }
    if (!cost || samples < 1)
        return;
    qsort(cost, (size_t)samples, sizeof *cost, compare);
    printf("{\"spec\": \"%s\", \"samples\": %d, \"interval_ms\": %d, \"mean_us\": %.1f, \"median_us\": %.1f}\n",
           spec, samples, interval_ms, sum / samples, cost[samples / 2]);
    free(cost);
}

int main(int argc, char **argv)
{
    static const struct { const char *name; void (*sample)(void); } specs[] = {
        { "sys", sample_system }, { "full", sample_text }, { "bpf", sample_bpf },
    };
    size_t i = 0, n = sizeof specs / sizeof *specs;
    while (argc > 1 && i < n && strcmp(specs[i].name, argv[1]) != 0)
        i++;
    if (argc < 2 || argc > 4 || i == n) {
        fprintf(stderr, "usage: floor sys|full|bpf [SAMPLES [INTERVAL_MS]]\n");
        return 2;
    }
    if (specs[i].sample == sample_bpf && (tasks = floor_tasks_open(argv[0])) < 0) {
        fprintf(stderr, "floor: no task iterator here: %s\n", strerror(-tasks));
        return 1;
    }
    struct rlimit most = { MAX_PROCS, MAX_PROCS };
    setrlimit(RLIMIT_NOFILE, &most);
    proc_dir = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    open_files();
    open_mounts();
    run(specs[i].name, specs[i].sample, argc > 2 ? atoi(argv[2]) : 60, argc > 3 ? atoi(argv[3]) : 1000);
    return 0;
}
