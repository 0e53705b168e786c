/* load.c - run-queue averages, from /proc/loadavg (proc_loadavg(5)). */
#include "base/mem.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>

struct load {
    int fd;
    int slot[3]; /* averages over 1, 5 and 15 minutes */
};

static int load_open(const struct adapter_env *env, struct schema *s, void **self)
{
    int fd = os_open_read(env->root, "/proc/loadavg");
    if (fd < 0)
        return fd == -ENOENT ? -ENODEV : fd;

    static const char *const span[3] = { "1m", "5m", "15m" };
    struct load *l = mem_new(sizeof *l);
    l->fd = fd;
    for (int i = 0; i < 3; i++)
        l->slot[i] = schema_add(s, &(struct metric){
            .name = "cpu.load", .inst = span[i], .unit = UNIT_NONE, .kind = KIND_GAUGE, .max = 1e6,
            .help = "tasks running or waiting, averaged over the span" });
    *self = l;
    return 0;
}

static void load_sample(void *self, struct frame *f)
{
    const struct load *l = self;
    char text[64];
    double v[3];
    if (os_pread_text(l->fd, text, sizeof text) < 0 ||
        sscanf(text, "%lf %lf %lf", &v[0], &v[1], &v[2]) != 3)
        return; /* the slots stay NaN */
    for (int i = 0; i < 3; i++)
        frame_set(f, l->slot[i], v[i]);
}

static void load_close(void *self)
{
    struct load *l = self;
    if (l)
        os_close(l->fd);
    mem_free(l);
}

const struct adapter adapter_load = {
    .name = "load", .doc = "run-queue averages",
    .period_ms = 5000, /* the kernel refreshes them every 5 s */
    .open = load_open, .sample = load_sample, .close = load_close,
};
