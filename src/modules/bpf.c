/*
 * bpf.c - loads the BPF programs of tasks.bpf.c by libbpf. A module, because libbpf and what it depends
 * on (libelf, zlib) are needed for a moment only, and many machines do not permit BPF.
 */
#include "modules/bpf.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/* The object file, as bytes. */
static const unsigned char tasks_object[] __attribute__((aligned(8))) = {
#include "modules/tasks.bpf.inc"
};

/* A descriptor of the link that outlives libbpf's own. */
static int bpf_keep(struct bpf_link *link)
{
    int fd = link ? dup(bpf_link__fd(link)) : -1;
    bpf_link__destroy(link);
    return fd;
}

static int bpf_attach(const struct bpf_object *o, const char *program)
{
    return bpf_keep(bpf_program__attach(bpf_object__find_program_by_name(o, program)));
}

static int bpf_descriptor(const struct bpf_object *o, int which, bool twice)
{
    switch (which) {
    case BPF_FD_WALK: return bpf_attach(o, "walk");
    case BPF_FD_ENDS: return bpf_attach(o, "ended");
    case BPF_FD_TOLD: return bpf_attach(o, twice ? "parent_told" : "ended");
    case BPF_FD_RING: return dup(bpf_object__find_map_fd_by_name(o, "ends"));
    default: return dup(bpf_object__find_map_fd_by_name(o, ".bss"));
    }
}

/* All of them or none. */
static int bpf_descriptors(const struct bpf_object *o, bool twice, int fd[static BPF_FDS])
{
    for (int i = 0; i < BPF_FDS; i++) {
        fd[i] = bpf_descriptor(o, i, twice);
        if (fd[i] >= 0)
            continue;
        int rc = errno ? -errno : -EIO;
        while (i--)
            close(fd[i]);
        return rc;
    }
    return 0;
}

static int bpf_silent(enum libbpf_print_level level, const char *format, va_list args)
{
    (void)level, (void)format, (void)args;
    return 0;
}

/* `twice`: with the program that needs Linux 5.11. */
static int bpf_open_with(bool twice, int fd[static BPF_FDS])
{
    struct bpf_object *o = bpf_object__open_mem(tasks_object, sizeof tasks_object, NULL);
    if (!o)
        return -errno;
    bpf_program__set_autoload(bpf_object__find_program_by_name(o, "parent_told"), twice);
    int rc = bpf_object__load(o);
    if (rc == 0)
        rc = bpf_descriptors(o, twice, fd);
    bpf_object__close(o);
    return rc;
}

static int bpf_open_tasks(int fd[static BPF_FDS])
{
    libbpf_set_print(bpf_silent); /* whoever asked says what failed, in words of its own */
    int rc = bpf_open_with(true, fd);
    return rc == -EINVAL ? bpf_open_with(false, fd) : rc; /* so the kernel says that it has no such helper */
}

/* The one symbol of this module that others see. */
extern const struct bpf sonde_bpf __attribute__((visibility("default")));
const struct bpf sonde_bpf = { .open_tasks = bpf_open_tasks };
