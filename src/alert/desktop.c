/* desktop.c - bubbles: which are shown, under which number, and their text escaped as the server wants it. */
#include "alert/desktop.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "modules/bus.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 64

struct desktop {
    const struct bus *bus;
    void *link;               /* NULL: not connected */
    struct bus_server server;
    char name[2 * BUS_TEXT];
    struct {
        char id[MESSAGE_ID];
        uint32_t number;
    } shown[SHOWN];           /* the oldest is overwritten */
    size_t next;
};

struct desktop *desktop_new(void)
{
    return mem_new(sizeof(struct desktop));
}

static void desktop_leave(struct desktop *d)
{
    if (d->link)
        d->bus->close(d->link);
    d->link = NULL;
    memset(d->shown, 0, sizeof d->shown); /* another server counts anew */
}

void desktop_free(struct desktop *d)
{
    if (d)
        desktop_leave(d);
    mem_free(d);
}

const char *desktop_server(const struct desktop *d)
{
    return d->name;
}

static int desktop_join(struct desktop *d, char why[static RECEIVER_WHY])
{
    char said[BUS_WHY] = "";
    if (d->link)
        return 0;
    d->bus = os_module("sonde-bus", "sonde_bus");
    if (!d->bus) {
        snprintf(why, RECEIVER_WHY, "the module sonde-bus is not installed beside the program; building it needs "
                 "libsystemd (Debian: libsystemd-dev)");
        return -ENOTSUP;
    }
    int rc = d->bus->open(&d->link, &d->server, said);
    if (rc == -ENOENT)
        snprintf(why, RECEIVER_WHY, "%.180s; in a desktop session `sonde notify` shows alerts", said);
    else if (rc < 0)
        snprintf(why, RECEIVER_WHY, "nobody shows notifications on the session bus (%.180s)", said);
    if (rc == 0)
        snprintf(d->name, sizeof d->name, "%s%s%s", d->server.name, *d->server.version ? " " : "", d->server.version);
    text_clean(d->name);
    return rc;
}

/* Three signs mean something to a server that takes markup. */
static void desktop_escape(const char *text, bool markup, struct buf *out)
{
    for (; *text; text++) {
        const char *entity = !markup ? NULL : *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" :
                             NULL;
        if (entity)
            buf_puts(out, entity);
        else
            buf_putc(out, *text);
    }
}

static uint32_t *desktop_number(struct desktop *d, const char *id)
{
    for (size_t i = 0; i < SHOWN; i++)
        if (d->shown[i].number && strcmp(d->shown[i].id, id) == 0)
            return &d->shown[i].number;
    size_t i = d->next++ % SHOWN;
    text_copy(d->shown[i].id, sizeof d->shown[i].id, id);
    d->shown[i].number = 0;
    return &d->shown[i].number;
}

static int desktop_put(struct desktop *d, const char *id, const char *title, const char *body, int urgency, bool stays,
                       char why[static RECEIVER_WHY])
{
    auto_buf struct buf text = { 0 };
    char said[BUS_WHY] = "";
    int rc = desktop_join(d, why);
    if (rc < 0)
        return rc;
    desktop_escape(body, d->server.markup, &text);
    uint32_t *number = desktop_number(d, id);
    struct bus_note n = { .title = title, .body = buf_text(&text), .replaces = *number, .urgency = urgency,
                          .icon = urgency == 2 ? "dialog-error" : urgency == 1 ? "dialog-warning" :
                                  "dialog-information",
                          .timeout_ms = stays ? 0 : -1 };
    rc = d->bus->show(d->link, &n, number, said);
    if (rc == 0)
        return 0;
    snprintf(why, RECEIVER_WHY, "the notification is not shown (%.180s)", said);
    desktop_leave(d);
    return -EAGAIN;
}

int desktop_show(struct desktop *d, const struct message *m, const char *body, char why[static RECEIVER_WHY])
{
    char title[RULE_NAME_MAX + 32];
    bool over = m->news == NEWS_CLEARED || m->news == NEWS_TEST;
    int urgency = over || m->severity <= SEVERITY_INFO ? 0 : m->severity == SEVERITY_CRITICAL ? 2 : 1;
    return desktop_put(d, m->id, message_title(m, title, sizeof title), body, urgency, urgency == 2, why);
}

int desktop_say(struct desktop *d, const char *id, const char *title, const char *body, enum severity severity,
                char why[static RECEIVER_WHY])
{
    int urgency = severity == SEVERITY_CRITICAL ? 2 : severity >= SEVERITY_NOTICE ? 1 : 0;
    return desktop_put(d, id, title, body, urgency, false, why);
}
