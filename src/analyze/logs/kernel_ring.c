/* kernel_ring.c - each read of /dev/kmsg gives one record; a cursor is the number of the last one, and the boot. */
#include "analyze/logs/kernel_ring.h"

#include "analyze/logs/kernel_line.h"
#include "base/mem.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RECORD 8192 /* CONSOLE_EXT_LOG_MAX of the kernel */

struct kernel_ring {
    int fd;
    uint64_t number, after; /* of the last record; those up to `after` are passed over */
    bool passes;
    char boot[40];
    char bytes[RECORD];
};

static int64_t ring_boot_ms(void)
{
    return os_wall_ms() - os_mono_ns() / 1000000;
}

static int ring_begin(struct kernel_ring *r)
{
    int fd = os_open_read("", "/dev/kmsg");
    if (fd < 0)
        return fd;
    os_close(r->fd);
    r->fd = fd;
    r->passes = false;
    return 0;
}

static int ring_next(void *self, struct log_line *out)
{
    struct kernel_ring *r = self;
    for (;;) {
        int n = os_disk_read_record(r->fd, r->bytes, sizeof r->bytes);
        if (n == -EPIPE)
            continue; /* what was overwritten is gone; the next read gives the oldest that is there */
        if (n <= 0)
            return n == -EAGAIN ? 0 : n;
        out->log = "kernel";
        if (!kernel_line(r->bytes, (size_t)n, ring_boot_ms(), &r->number, out) || (r->passes && r->number <= r->after))
            continue;
        return 1;
    }
}

static int ring_seek(void *self, const char *cursor)
{
    struct kernel_ring *r = self;
    size_t n = strlen(r->boot);
    uint64_t after;
    if (strncmp(cursor, r->boot, n) != 0 || sscanf(cursor + n, ":%" SCNu64, &after) != 1)
        return -ENOENT;
    int rc = ring_begin(r);
    r->passes = true;
    r->number = r->after = after;
    return rc;
}

/* From the first that is there: whoever wants lines of a time passes over what is before. */
static int ring_seek_time(void *self, int64_t wall_ms)
{
    (void)wall_ms;
    return ring_begin(self);
}

static int ring_cursor(void *self, struct buf *out)
{
    const struct kernel_ring *r = self;
    buf_printf(out, "%s:%" PRIu64, r->boot, r->number);
    return 0;
}

static void ring_close(void *self)
{
    struct kernel_ring *r = self;
    os_close(r->fd);
    mem_free(r);
}

int kernel_ring_open(struct log_source *out)
{
    struct kernel_ring *r = mem_new(sizeof *r);
    struct log_line line;
    r->fd = -1;
    int rc = ring_begin(r);
    if (os_read_text("", "/proc/sys/kernel/random/boot_id", r->boot, sizeof r->boot) < 0)
        *r->boot = '\0';
    r->boot[strcspn(r->boot, "\n")] = '\0';
    while (rc >= 0 && (rc = ring_next(r, &line)) == 1)
        ;
    if (rc < 0) {
        ring_close(r);
        return rc;
    }
    *out = (struct log_source){ .name = "kernel", .next = ring_next, .seek = ring_seek, .seek_time = ring_seek_time,
                                .cursor = ring_cursor, .close = ring_close, .self = r };
    return 0;
}
