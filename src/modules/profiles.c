/*
 * profiles.c - holds of a power profile, by the interface org.freedesktop.UPower.PowerProfiles or, of services before
 * 0.20, net.hadess.PowerProfiles, which has the same methods; and which profile tuned has (com.redhat.tuned).
 *
 * Everything is sent to the unique name of who serves: a call to the well-known one would start it.
 */
#include "modules/profiles.h"

#include "modules/bus_own.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLICATION "sonde"
#define TUNED "com.redhat.tuned"

static const struct profiles_service {
    const char *name, *path; /* the name is that of the interface, too */
} services[] = {
    { "org.freedesktop.UPower.PowerProfiles", "/org/freedesktop/UPower/PowerProfiles" },
    { "net.hadess.PowerProfiles", "/net/hadess/PowerProfiles" },
};

struct profiles_link {
    sd_bus *bus;
    const struct profiles_service *service; /* of the hold */
    char owner[BUS_NAME];                   /* of the hold */
    uint32_t cookie;
    bool held;
};

static int profiles_find(sd_bus *b, const struct profiles_service **out, char owner[static BUS_NAME])
{
    int rc = -ENODEV;
    for (size_t i = 0; rc == -ENODEV && i < sizeof services / sizeof *services; i++) {
        rc = bus_owner(b, services[i].name, owner);
        *out = &services[i];
    }
    return rc;
}

/* ---- what came ---- */

static int profiles_released(sd_bus_message *m, void *self, sd_bus_error *e)
{
    struct profiles_link *l = self;
    uint32_t cookie;
    (void)e;
    const char *from = sd_bus_message_get_sender(m);
    if (sd_bus_message_has_signature(m, "u") && sd_bus_message_read(m, "u", &cookie) >= 0 && from &&
        strcmp(from, l->owner) == 0 && cookie == l->cookie)
        l->held = false;
    return 0;
}

static int profiles_left(sd_bus_message *m, void *self, sd_bus_error *e)
{
    struct profiles_link *l = self;
    const char *name, *before, *now;
    (void)e;
    if (sd_bus_message_read(m, "sss", &name, &before, &now) >= 0 && strcmp(name, l->owner) == 0 && !*now)
        l->held = false;
    return 0;
}

static int profiles_open(void **self, char why[static BUS_WHY])
{
    sd_bus *b = NULL;
    int rc = bus_connect(true, &b, why);
    if (rc < 0)
        return rc;
    struct profiles_link *l = calloc(1, sizeof *l);
    rc = l ? 0 : -ENOMEM;
    for (size_t i = 0; rc >= 0 && i < sizeof services / sizeof *services; i++)
        rc = sd_bus_match_signal(b, NULL, NULL, services[i].path, services[i].name, "ProfileReleased",
                                 profiles_released, l);
    if (rc >= 0)
        rc = sd_bus_match_signal(b, NULL, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                 "NameOwnerChanged", profiles_left, l);
    if (rc < 0) {
        bus_say(why, NULL, rc);
        sd_bus_flush_close_unref(b);
        free(l);
        return rc;
    }
    l->bus = b;
    *self = l;
    return 0;
}

/* ---- reading ---- */

static int profiles_text(sd_bus *b, const struct profiles_service *s, const char *owner, const char *property,
                         char out[static PROFILES_TEXT], sd_bus_error *e)
{
    char *text = NULL;
    int rc = sd_bus_get_property_string(b, owner, s->path, s->name, property, e, &text);
    if (rc >= 0)
        snprintf(out, PROFILES_TEXT, "%s", text);
    free(text);
    return rc;
}

static int profiles_all(sd_bus *b, const struct profiles_service *s, const char *owner, struct profiles_state *out,
                        sd_bus_error *e)
{
    sd_bus_message *m = NULL;
    char name[PROFILES_TEXT] = "";
    static const char *const key[] = { "Profile" };
    char *const value[] = { name };
    size_t n = 0;
    int rc = sd_bus_get_property(b, owner, s->path, s->name, "Profiles", e, &m, "aa{sv}");
    rc = rc < 0 ? rc : sd_bus_message_enter_container(m, 'a', "a{sv}");
    while (rc >= 0 && (rc = bus_read_texts(m, key, value, 1, PROFILES_TEXT)) > 0)
        if (*name && n + strlen(name) + 2 < sizeof out->all)
            n += (size_t)snprintf(out->all + n, sizeof out->all - n, "%s%s", n ? " " : "", name);
    sd_bus_message_unref(m);
    return rc;
}

static int profiles_holds(sd_bus *b, const struct profiles_service *s, const char *owner, struct profiles_state *out,
                          sd_bus_error *e)
{
    sd_bus_message *m = NULL;
    static const char *const key[] = { "Profile", "ApplicationId", "Reason" };
    int rc = sd_bus_get_property(b, owner, s->path, s->name, "ActiveProfileHolds", e, &m, "aa{sv}");
    rc = rc < 0 ? rc : sd_bus_message_enter_container(m, 'a', "a{sv}");
    while (rc >= 0 && out->holds < PROFILES_HOLDS) {
        struct profiles_hold *h = &out->hold[out->holds];
        char *const value[] = { h->profile, h->application, h->reason };
        rc = bus_read_texts(m, key, value, 3, PROFILES_TEXT);
        if (rc <= 0)
            break;
        out->holds++;
    }
    sd_bus_message_unref(m);
    return rc;
}

/* Whoever has the name and does not answer runs all the same. */
static void profiles_tuned(sd_bus *b, struct profiles_state *out)
{
    char owner[BUS_NAME];
    sd_bus_message *m = NULL;
    const char *profile;
    out->tuned = bus_owner(b, TUNED, owner) == 0;
    if (out->tuned && sd_bus_call_method(b, owner, "/Tuned", TUNED ".control", "active_profile", NULL, &m, "") >= 0 &&
        sd_bus_message_read(m, "s", &profile) >= 0)
        snprintf(out->tuned_profile, PROFILES_TEXT, "%s", profile);
    sd_bus_message_unref(m);
}

static int profiles_read(void *self, struct profiles_state *out, char why[static BUS_WHY])
{
    struct profiles_link *l = self;
    const struct profiles_service *s;
    sd_bus_error e = SD_BUS_ERROR_NULL;
    char owner[BUS_NAME];
    memset(out, 0, sizeof *out);
    int rc = profiles_find(l->bus, &s, owner);
    if (rc == 0) {
        snprintf(out->service, PROFILES_TEXT, "%s", s->name);
        rc = profiles_text(l->bus, s, owner, "ActiveProfile", out->active, &e);
        rc = rc < 0 ? rc : profiles_all(l->bus, s, owner, out, &e);
        if (rc >= 0) { /* what older services do not have */
            profiles_text(l->bus, s, owner, "PerformanceDegraded", out->degraded, NULL);
            profiles_holds(l->bus, s, owner, out, NULL);
        }
    }
    profiles_tuned(l->bus, out);
    if (rc < 0 && rc != -ENODEV) {
        bus_say(why, &e, rc);
        rc = bus_error(&e, rc);
    }
    sd_bus_error_free(&e);
    return rc < 0 && rc != -ENODEV ? rc : 0;
}

/* ---- holding ---- */

static int profiles_hold(void *self, const char *profile, const char *reason, char why[static BUS_WHY])
{
    struct profiles_link *l = self;
    sd_bus_error e = SD_BUS_ERROR_NULL;
    sd_bus_message *m = NULL;
    if (l->held)
        return -EALREADY;
    int rc = profiles_find(l->bus, &l->service, l->owner);
    if (rc == -ENODEV)
        snprintf(why, BUS_WHY, "nobody serves power profiles on the system bus");
    if (rc < 0)
        return rc;
    rc = sd_bus_call_method(l->bus, l->owner, l->service->path, l->service->name, "HoldProfile", &e, &m, "sss",
                            profile, reason, APPLICATION);
    rc = rc < 0 ? rc : sd_bus_message_read(m, "u", &l->cookie);
    l->held = rc >= 0;
    if (rc < 0) {
        bus_say(why, &e, rc);
        rc = sd_bus_error_has_name(&e, SD_BUS_ERROR_INVALID_ARGS) ? -EINVAL : bus_error(&e, rc);
    }
    sd_bus_message_unref(m);
    sd_bus_error_free(&e);
    return rc < 0 ? rc : 0;
}

static int profiles_release(void *self, char why[static BUS_WHY])
{
    struct profiles_link *l = self;
    sd_bus_error e = SD_BUS_ERROR_NULL;
    if (!l->held)
        return 0;
    l->held = false;
    int rc = sd_bus_call_method(l->bus, l->owner, l->service->path, l->service->name, "ReleaseProfile", &e, NULL, "u",
                                l->cookie);
    if (rc < 0) {
        bus_say(why, &e, rc);
        rc = bus_error(&e, rc);
    }
    sd_bus_error_free(&e);
    return rc < 0 ? rc : 0;
}

static int profiles_look(void *self, int64_t wait_ms, bool *held)
{
    struct profiles_link *l = self;
    int rc = sd_bus_process(l->bus, NULL);
    if (rc == 0 && wait_ms > 0) {
        rc = sd_bus_wait(l->bus, (uint64_t)wait_ms * 1000);
        rc = rc == -EINTR ? 0 : rc;
    }
    while (rc > 0)
        rc = sd_bus_process(l->bus, NULL);
    if (rc < 0)
        l->held = false;
    *held = l->held;
    return rc < 0 ? bus_error(NULL, rc) : 0;
}

static void profiles_close(void *self)
{
    struct profiles_link *l = self;
    sd_bus_flush_close_unref(l->bus);
    free(l);
}

extern const struct profiles_bus sonde_profiles __attribute__((visibility("default")));
const struct profiles_bus sonde_profiles = {
    .open = profiles_open, .read = profiles_read, .hold = profiles_hold, .release = profiles_release,
    .look = profiles_look, .close = profiles_close,
};
