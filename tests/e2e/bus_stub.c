/*
 * bus_stub.c - stands for services of the system bus: bus_stub NAME... > what they were asked
 *
 *   profiles, profiles-old   power-profiles-daemon under its new or its old name: holds end with their client, are
 *                            dropped when ActiveProfile is set; with STUB_REFUSES in the environment none is granted
 *   tuned                    com.redhat.tuned with a profile
 *   systemd                  a manager that makes scopes: one with "fails" in its description fails, with "never" it is
 *                            never ready, with "early" its job is over before the call is answered
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>

static const char *const names[] = { "org.freedesktop.UPower.PowerProfiles", "net.hadess.PowerProfiles" };
static const char *const paths[] = { "/org/freedesktop/UPower/PowerProfiles", "/net/hadess/PowerProfiles" };
static int which; /* of the two names */

/* ---- power profiles ---- */

static struct {
    uint32_t cookie;
    char profile[32], reason[128], application[64], client[64];
} hold[32];
static size_t holds;
static uint32_t cookies;

static void drop(size_t i, const char *how)
{
    printf("%s %u %s\n", how, hold[i].cookie, hold[i].profile);
    memmove(&hold[i], &hold[i + 1], (--holds - i) * sizeof *hold);
}

static int hold_profile(sd_bus_message *m, void *self, sd_bus_error *e)
{
    const char *profile, *reason, *application;
    (void)self;
    int rc = sd_bus_message_read(m, "sss", &profile, &reason, &application);
    if (rc < 0 || holds == 32)
        return -EINVAL;
    if (strcmp(profile, "performance") != 0 && strcmp(profile, "power-saver") != 0)
        return sd_bus_error_set(e, SD_BUS_ERROR_INVALID_ARGS, "Only 'performance' and 'power-saver' can be held");
    if (getenv("STUB_REFUSES"))
        return sd_bus_error_set(e, SD_BUS_ERROR_ACCESS_DENIED, "Not authorized");
    snprintf(hold[holds].profile, sizeof hold->profile, "%s", profile);
    snprintf(hold[holds].reason, sizeof hold->reason, "%s", reason);
    snprintf(hold[holds].application, sizeof hold->application, "%s", application);
    snprintf(hold[holds].client, sizeof hold->client, "%s", sd_bus_message_get_sender(m));
    hold[holds].cookie = ++cookies;
    printf("hold %u %s %s\n", cookies, profile, application);
    holds++;
    return sd_bus_reply_method_return(m, "u", cookies);
}

static int release_profile(sd_bus_message *m, void *self, sd_bus_error *e)
{
    uint32_t cookie;
    (void)self;
    if (sd_bus_message_read(m, "u", &cookie) < 0)
        return -EINVAL;
    for (size_t i = 0; i < holds; i++)
        if (hold[i].cookie == cookie && strcmp(hold[i].client, sd_bus_message_get_sender(m)) == 0) {
            drop(i, "release");
            return sd_bus_reply_method_return(m, "");
        }
    return sd_bus_error_set(e, SD_BUS_ERROR_INVALID_ARGS, "No hold with this cookie");
}

static int get_property(sd_bus *b, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *self, sd_bus_error *e)
{
    static const char *const all[] = { "power-saver", "balanced", "performance" };
    (void)b, (void)path, (void)interface, (void)self, (void)e;
    if (strcmp(property, "ActiveProfile") == 0)
        return sd_bus_message_append(reply, "s", holds ? hold[0].profile : "balanced");
    if (strcmp(property, "PerformanceDegraded") == 0)
        return sd_bus_message_append(reply, "s", "lap-detected");
    int rc = sd_bus_message_open_container(reply, 'a', "a{sv}");
    if (strcmp(property, "Profiles") == 0)
        for (size_t i = 0; rc >= 0 && i < 3; i++)
            rc = sd_bus_message_append(reply, "a{sv}", 3, "Profile", "s", all[i], "Driver", "s", "stub", "Number", "u",
                                       7);
    else
        for (size_t i = 0; rc >= 0 && i < holds; i++)
            rc = sd_bus_message_append(reply, "a{sv}", 3, "ApplicationId", "s", hold[i].application, "Profile", "s",
                                       hold[i].profile, "Reason", "s", hold[i].reason);
    return rc < 0 ? rc : sd_bus_message_close_container(reply);
}

/* Somebody chooses a profile by hand: every holder is told. */
static int set_property(sd_bus *b, const char *path, const char *interface, const char *property, sd_bus_message *value,
                        void *self, sd_bus_error *e)
{
    const char *profile;
    (void)property, (void)self, (void)e;
    int rc = sd_bus_message_read(value, "s", &profile);
    while (rc >= 0 && holds) {
        sd_bus_message *m = NULL;
        rc = sd_bus_message_new_signal(b, &m, path, interface, "ProfileReleased");
        rc = rc < 0 ? rc : sd_bus_message_append(m, "u", hold[0].cookie);
        rc = rc < 0 ? rc : sd_bus_message_set_destination(m, hold[0].client);
        rc = rc < 0 ? rc : sd_bus_send(b, m, NULL);
        sd_bus_message_unref(m);
        drop(0, "dropped");
    }
    return rc;
}

static int client_left(sd_bus_message *m, void *self, sd_bus_error *e)
{
    const char *name, *before, *now;
    (void)self, (void)e;
    if (sd_bus_message_read(m, "sss", &name, &before, &now) < 0 || *now)
        return 0;
    for (size_t i = holds; i-- > 0;)
        if (strcmp(hold[i].client, name) == 0)
            drop(i, "lost");
    return 0;
}

static const sd_bus_vtable profiles[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("HoldProfile", "sss", "u", hold_profile, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("ReleaseProfile", "u", "", release_profile, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_WRITABLE_PROPERTY("ActiveProfile", "s", get_property, set_property, 0, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("PerformanceDegraded", "s", get_property, 0, 0),
    SD_BUS_PROPERTY("Profiles", "aa{sv}", get_property, 0, 0),
    SD_BUS_PROPERTY("ActiveProfileHolds", "aa{sv}", get_property, 0, 0),
    SD_BUS_SIGNAL("ProfileReleased", "u", 0),
    SD_BUS_VTABLE_END
};

static int serve_profiles(sd_bus *b, int name)
{
    which = name;
    int rc = sd_bus_match_signal(b, NULL, "org.freedesktop.DBus", NULL, "org.freedesktop.DBus", "NameOwnerChanged",
                                 client_left, NULL);
    rc = rc < 0 ? rc : sd_bus_add_object_vtable(b, NULL, paths[which], names[which], profiles, NULL);
    return rc < 0 ? rc : sd_bus_request_name(b, names[which], 0);
}

/* ---- tuned ---- */

static int active_profile(sd_bus_message *m, void *self, sd_bus_error *e)
{
    (void)self, (void)e;
    return sd_bus_reply_method_return(m, "s", "virtual-guest");
}

static const sd_bus_vtable tuned[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("active_profile", "", "s", active_profile, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END
};

static int serve_tuned(sd_bus *b)
{
    int rc = sd_bus_add_object_vtable(b, NULL, "/Tuned", "com.redhat.tuned.control", tuned, NULL);
    return rc < 0 ? rc : sd_bus_request_name(b, "com.redhat.tuned", 0);
}

/* ---- systemd ---- */

#define MANAGER "org.freedesktop.systemd1.Manager"

/* Prints the properties; the description goes to `text`. */
static int print_properties(sd_bus_message *m, char text[static 128])
{
    const char *name, *type, *s;
    const void *pids;
    size_t n;
    uint64_t t;
    int rc = sd_bus_message_enter_container(m, 'a', "(sv)");
    while (rc >= 0 && (rc = sd_bus_message_enter_container(m, 'r', "sv")) > 0) {
        rc = sd_bus_message_read(m, "s", &name);
        rc = rc < 0 ? rc : sd_bus_message_peek_type(m, NULL, &type);
        rc = rc < 0 ? rc : sd_bus_message_enter_container(m, 'v', type);
        if (rc < 0)
            return rc;
        if (*type == 's' && (rc = sd_bus_message_read(m, "s", &s)) >= 0) {
            printf(" %s=%s", name, s);
            if (strcmp(name, "Description") == 0)
                snprintf(text, 128, "%s", s);
        } else if (*type == 't' && (rc = sd_bus_message_read(m, "t", &t)) >= 0) {
            printf(" %s=%llu", name, (unsigned long long)t);
        } else if (*type == 'a' && (rc = sd_bus_message_read_array(m, 'u', &pids, &n)) >= 0) {
            printf(" %s=%u", name, *(const uint32_t *)pids);
        }
        sd_bus_message_exit_container(m);
        sd_bus_message_exit_container(m);
    }
    return rc < 0 ? rc : sd_bus_message_exit_container(m);
}

static int start_unit(sd_bus_message *m, void *self, sd_bus_error *e)
{
    static uint32_t jobs;
    static char last[64];
    const char *name, *mode;
    char text[128] = "", job[64];
    sd_bus *b = sd_bus_message_get_bus(m);
    (void)self;
    if (sd_bus_message_read(m, "ss", &name, &mode) < 0)
        return -EINVAL;
    if (strcmp(name, last) == 0)
        return sd_bus_error_setf(e, "org.freedesktop.systemd1.UnitExists", "Unit %s was already loaded", name);
    snprintf(last, sizeof last, "%s", name);
    printf("scope %s %s", name, mode);
    int rc = print_properties(m, text);
    putchar('\n');
    snprintf(job, sizeof job, "/org/freedesktop/systemd1/job/%u", ++jobs);
    bool early = strstr(text, "early") != NULL;
    if (rc >= 0 && !early)
        rc = sd_bus_reply_method_return(m, "o", job);
    if (rc >= 0) /* of somebody else */
        rc = sd_bus_emit_signal(b, "/org/freedesktop/systemd1", MANAGER, "JobRemoved", "uoss", 0,
                                "/org/freedesktop/systemd1/job/0", "x.service", "canceled");
    if (rc >= 0 && !strstr(text, "never"))
        rc = sd_bus_emit_signal(b, "/org/freedesktop/systemd1", MANAGER, "JobRemoved", "uoss", jobs, job, name,
                                strstr(text, "fails") ? "failed" : "done");
    return rc >= 0 && early ? sd_bus_reply_method_return(m, "o", job) : rc;
}

static int get_unit(sd_bus_message *m, void *self, sd_bus_error *e)
{
    (void)self, (void)e;
    return sd_bus_reply_method_return(m, "o", "/org/freedesktop/systemd1/unit/x");
}

static int control_group(sd_bus *b, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *self, sd_bus_error *e)
{
    (void)b, (void)path, (void)interface, (void)property, (void)self, (void)e;
    return sd_bus_message_append(reply, "s", "/system.slice/x.scope");
}

static const sd_bus_vtable manager[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o", start_unit, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("GetUnit", "s", "o", get_unit, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL("JobRemoved", "uoss", 0),
    SD_BUS_VTABLE_END
};

static const sd_bus_vtable scope[] = {
    SD_BUS_VTABLE_START(0), SD_BUS_PROPERTY("ControlGroup", "s", control_group, 0, 0), SD_BUS_VTABLE_END
};

static int serve_systemd(sd_bus *b)
{
    int rc = sd_bus_add_object_vtable(b, NULL, "/org/freedesktop/systemd1", MANAGER, manager, NULL);
    rc = rc < 0 ? rc : sd_bus_add_object_vtable(b, NULL, "/org/freedesktop/systemd1/unit/x",
                                                "org.freedesktop.systemd1.Scope", scope, NULL);
    return rc < 0 ? rc : sd_bus_request_name(b, "org.freedesktop.systemd1", 0);
}

/* ---- all of them ---- */

int main(int argc, char **argv)
{
    sd_bus *b = NULL;
    int rc = sd_bus_open_system(&b);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; rc >= 0 && i < argc; i++)
        rc = strcmp(argv[i], "profiles") == 0 ? serve_profiles(b, 0) :
             strcmp(argv[i], "profiles-old") == 0 ? serve_profiles(b, 1) :
             strcmp(argv[i], "tuned") == 0 ? serve_tuned(b) :
             strcmp(argv[i], "systemd") == 0 ? serve_systemd(b) : -EINVAL;
    if (rc >= 0)
        puts("ready");
    while (rc >= 0) {
        rc = sd_bus_process(b, NULL);
        if (rc == 0)
            rc = sd_bus_wait(b, UINT64_MAX);
    }
    fprintf(stderr, "bus_stub: %s\n", strerror(-rc));
    return 1;
}
