/* linux_journal.c - datagrams to the journal, or to the socket of syslog; without a library for either. */
#include "os/syslog.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define DAEMON (3 << 3)      /* the facility, syslog(3) */
#define LINE_MAX_BYTES 1024  /* RFC 3164, 4.1 */

static int journal_connect(const char *path, int type)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof to.sun_path)
        return -ENAMETOOLONG;
    memcpy(to.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (const void *)&to, sizeof to) < 0) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        return -error;
    }
    return fd;
}

static int journal_put(int fd, const void *bytes, size_t n)
{
    ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
    int rc = sent < 0 ? -errno : (size_t)sent < n ? -EAGAIN : 0;
    close(fd);
    return rc;
}

static bool journal_is_name(const char *name)
{
    static const char first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", others[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    return *name && strlen(name) <= 64 && strchr(first, *name) && strspn(name, others) == strlen(name);
}

/* NAME=value, or where that would end too early NAME, the length as 64 bits from the lowest byte on, and the value. */
static void journal_put_field(struct buf *b, const struct os_log_field *f)
{
    size_t n = strlen(f->value);
    buf_puts(b, f->name);
    if (strchr(f->value, '\n')) {
        buf_putc(b, '\n');
        for (int i = 0; i < 8; i++)
            buf_putc(b, (char)(n >> (8 * i) & 0xff));
    } else {
        buf_putc(b, '=');
    }
    buf_put(b, f->value, n);
    buf_putc(b, '\n');
}

int os_journal_send(const char *path, const struct os_log_field *field, size_t n)
{
    auto_buf struct buf b = { 0 };
    for (size_t i = 0; i < n; i++) {
        if (!journal_is_name(field[i].name))
            return -EINVAL;
        journal_put_field(&b, &field[i]);
    }
    int fd = journal_connect(path, SOCK_DGRAM);
    return fd < 0 ? fd : journal_put(fd, b.p, b.n);
}

int os_syslog_send(const char *path, int priority, const char *identifier, const char *text)
{
    char line[LINE_MAX_BYTES], stamp[32];
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", &local);
    snprintf(line, sizeof line, "<%d>%s %s[%d]: %s", DAEMON | (priority & 7), stamp, identifier, (int)getpid(),
             text);
    text_clean(line); /* also what was cut in the middle of a character */
    size_t n = strlen(line);
    int fd = journal_connect(path, SOCK_DGRAM);
    if (fd != -EPROTOTYPE)
        return fd < 0 ? fd : journal_put(fd, line, n);
    fd = journal_connect(path, SOCK_STREAM); /* some listen so; a NUL ends the line there */
    return fd < 0 ? fd : journal_put(fd, line, n + 1);
}
