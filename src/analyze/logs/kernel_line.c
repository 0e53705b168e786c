/* kernel_line.c - a record of /dev/kmsg; what programs wrote there carries their tag in the text. */
#include "analyze/logs/kernel_line.h"

#include "base/text.h"

#include <string.h>

#define PRIORITIES 8
#define TAG_MAX 64

static bool kernel_number(const char **p, const char *end, char stop, uint64_t *out)
{
    uint64_t v = 0;
    const char *at = *p;
    while (at < end && *at >= '0' && *at <= '9' && v < UINT64_MAX / 10 - 9)
        v = 10 * v + (uint64_t)(*at++ - '0');
    if (at == *p || at >= end || *at != stop)
        return false;
    *p = at + 1;
    *out = v;
    return true;
}

/* "systemd[1]: text" of a program; its text, or what it was. */
static const char *kernel_tag(const char *p, const char *end, struct log_line *out)
{
    const char *stop = memchr(p, ':', (size_t)(end - p < TAG_MAX ? end - p : TAG_MAX));
    if (!stop || stop == p || memchr(p, ' ', (size_t)(stop - p)))
        return p;
    const char *pid = memchr(p, '[', (size_t)(stop - p));
    log_line_take(out->ident, sizeof out->ident, p, (size_t)((pid ? pid : stop) - p));
    return stop + 1;
}

bool kernel_line(const char *bytes, size_t n, int64_t boot_ms, uint64_t *number, struct log_line *out)
{
    const char *p = bytes, *end = bytes + n;
    uint64_t priority, us;
    if (!kernel_number(&p, end, ',', &priority) || !kernel_number(&p, end, ',', number) ||
        !(kernel_number(&p, end, ',', &us)))
        return false;
    p = memchr(p, ';', (size_t)(end - p));
    if (!p)
        return false;
    p++;
    const char *line = memchr(p, '\n', (size_t)(end - p));
    end = line ? line : end;
    out->wall_ms = boot_ms + (int64_t)(us / 1000);
    out->priority = (int)(priority % PRIORITIES);
    *out->unit = *out->message_id = '\0';
    text_copy(out->ident, sizeof out->ident, "kernel");
    if (priority >= PRIORITIES) /* a facility that is not the kernel's, which it lets no program have */
        p = kernel_tag(p, end, out);
    out->claimed = priority >= PRIORITIES && strcmp(out->ident, "kernel") == 0;
    log_line_take(out->text, sizeof out->text, p, (size_t)(end - p));
    return *out->text != '\0';
}
