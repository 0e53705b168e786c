/* bus.c - notifications by sd-bus (sd_bus_call_method(3)), without a helper program. Every call has a limit of time. */
#include "modules/bus_own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"

static void bus_copy(char out[static BUS_TEXT], const char *from)
{
    snprintf(out, BUS_TEXT, "%s", from ? from : "");
}

static int bus_information(sd_bus *b, struct bus_server *server, char why[static BUS_WHY])
{
    sd_bus_error e = SD_BUS_ERROR_NULL;
    sd_bus_message *reply = NULL;
    const char *name, *vendor, *version;
    int rc = sd_bus_call_method(b, NAME, PATH, NAME, "GetServerInformation", &e, &reply, "");
    if (rc >= 0)
        rc = sd_bus_message_read(reply, "sss", &name, &vendor, &version);
    if (rc >= 0) {
        bus_copy(server->name, name);
        bus_copy(server->version, version);
    } else {
        bus_say(why, &e, rc);
    }
    sd_bus_message_unref(reply);
    sd_bus_error_free(&e);
    return rc < 0 ? rc : 0;
}

static void bus_capabilities(sd_bus *b, struct bus_server *server)
{
    sd_bus_message *reply = NULL;
    char **list = NULL;
    int rc = sd_bus_call_method(b, NAME, PATH, NAME, "GetCapabilities", NULL, &reply, "");
    rc = rc < 0 ? rc : sd_bus_message_read_strv(reply, &list);
    for (char **p = list; rc >= 0 && p && *p; p++) {
        server->markup = server->markup || strcmp(*p, "body-markup") == 0;
        free(*p);
    }
    free(list);
    sd_bus_message_unref(reply);
}

static int bus_open(void **self, struct bus_server *server, char why[static BUS_WHY])
{
    sd_bus *b = NULL;
    memset(server, 0, sizeof *server);
    int rc = bus_connect(false, &b, why);
    if (rc < 0)
        return rc;
    rc = bus_information(b, server, why);
    if (rc < 0) {
        sd_bus_flush_close_unref(b);
        return -ENODEV;
    }
    bus_capabilities(b, server);
    *self = b;
    return 0;
}

static int bus_show(void *self, const struct bus_note *n, uint32_t *id, char why[static BUS_WHY])
{
    sd_bus_error e = SD_BUS_ERROR_NULL;
    sd_bus_message *reply = NULL;
    int rc = sd_bus_call_method(self, NAME, PATH, NAME, "Notify", &e, &reply, "susssasa{sv}i", "Sonde", n->replaces,
                                n->icon, n->title, n->body, 0, 3, "urgency", "y", n->urgency, "desktop-entry", "s",
                                "sonde", "category", "s", "device", n->timeout_ms);
    if (rc >= 0)
        rc = sd_bus_message_read(reply, "u", id);
    if (rc < 0) {
        bus_say(why, &e, rc);
        rc = bus_error(&e, rc);
    }
    sd_bus_message_unref(reply);
    sd_bus_error_free(&e);
    return rc < 0 ? rc : 0;
}

static void bus_close(void *self)
{
    sd_bus_flush_close_unref(self);
}

/* The one symbol of this module that others see. */
extern const struct bus sonde_bus __attribute__((visibility("default")));
const struct bus sonde_bus = { .open = bus_open, .show = bus_show, .close = bus_close };
