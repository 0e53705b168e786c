/* proc_sample.c - the files of made-up processes. */
#include "test.h"

#include "proc_sample.h"

void proc_sample(const char *root, const struct proc_sample *p)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", p->pid);
    snprintf(text, sizeof text, "%d (%s) S %d %d %d 0 -1 %u 100 0 0 0 1 2 0 0 20 0 1 0 %llu 1000 100\n", p->pid,
             p->name, p->parent, p->session, p->session, p->flags, p->start);
    tree_write(root, path, text);
    snprintf(path, sizeof path, "/proc/%d/status", p->pid);
    snprintf(text, sizeof text, "Name:\t%s\nUmask:\t0022\nUid:\t%u\t%u\t%u\t%u\nGid:\t1000\n", p->name, p->uid[0],
             p->uid[1], p->uid[2], p->uid[3]);
    tree_write(root, path, text);
}

void proc_sample_waits(const char *root, int32_t pid, int32_t thread, double ran_s, double waited_s)
{
    char path[64], text[96];
    snprintf(text, sizeof text, "%.0f %.0f 12\n", ran_s * 1e9, waited_s * 1e9);
    snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", pid, thread);
    tree_write(root, path, text);
    snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
    if (thread == pid)
        tree_write(root, path, text);
}

void proc_sample_busy(const char *root, double busy_s)
{
    char text[96];
    snprintf(text, sizeof text, "cpu  %.0f 0 0 4000 5000 0 0 7000 0 0\ncpu0 1 2 3 4\n", busy_s * 100);
    tree_write(root, "/proc/stat", text);
}
