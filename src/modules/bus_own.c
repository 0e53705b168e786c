/* bus_own.c - what the parts of the module share: connecting, whose a name is, errors (sd-bus(3)). */
#include "modules/bus_own.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LIMIT_US 5000000

int bus_connect(bool of_system, sd_bus **out, char why[static BUS_WHY])
{
    sd_bus *b = NULL;
    int rc = of_system ? sd_bus_open_system(&b) : sd_bus_open_user(&b);
    if (rc < 0) {
        snprintf(why, BUS_WHY, "there is no %s bus (%s)", of_system ? "system" : "session", strerror(-rc));
        return -ENOENT;
    }
    sd_bus_set_method_call_timeout(b, LIMIT_US);
    *out = b;
    return 0;
}

void bus_say(char why[static BUS_WHY], const sd_bus_error *e, int rc)
{
    snprintf(why, BUS_WHY, "%s", e && e->message ? e->message : strerror(-rc));
}

int bus_error(const sd_bus_error *e, int rc)
{
    if (sd_bus_error_has_names(e, SD_BUS_ERROR_ACCESS_DENIED, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED,
                               SD_BUS_ERROR_AUTH_FAILED))
        return -EACCES;
    return rc == -ECONNRESET || rc == -EPIPE || rc == -ESHUTDOWN ? -ENOTCONN : rc;
}

int bus_owner(sd_bus *b, const char *name, char out[static BUS_NAME])
{
    sd_bus_creds *c = NULL;
    const char *unique = NULL;
    int rc = sd_bus_get_name_creds(b, name, SD_BUS_CREDS_UNIQUE_NAME, &c);
    rc = rc < 0 ? bus_error(NULL, rc) : sd_bus_creds_get_unique_name(c, &unique);
    if (rc >= 0)
        snprintf(out, BUS_NAME, "%s", unique);
    sd_bus_creds_unref(c);
    return rc == -ENOTCONN ? rc : rc < 0 ? -ENODEV : 0;
}

/* One entry of a dictionary: its key, and its value where that is a text, else NULL. */
static int bus_read_entry(sd_bus_message *m, const char **key, const char **text)
{
    const char *contents = NULL;
    *text = NULL;
    int rc = sd_bus_message_read_basic(m, 's', key);
    if (rc >= 0)
        rc = sd_bus_message_peek_type(m, NULL, &contents);
    if (rc < 0)
        return rc;
    return strcmp(contents, "s") == 0 ? sd_bus_message_read(m, "v", "s", text) : sd_bus_message_skip(m, "v");
}

int bus_read_texts(sd_bus_message *m, const char *const *key, char *const *value, size_t n, size_t cap)
{
    const char *name, *text;
    int rc = sd_bus_message_enter_container(m, 'a', "{sv}");
    if (rc <= 0)
        return rc;
    while ((rc = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
        rc = bus_read_entry(m, &name, &text);
        if (rc < 0)
            return rc;
        for (size_t i = 0; text && i < n; i++)
            if (strcmp(key[i], name) == 0)
                snprintf(value[i], cap, "%s", text);
        rc = sd_bus_message_exit_container(m);
        if (rc < 0)
            return rc;
    }
    rc = rc < 0 ? rc : sd_bus_message_exit_container(m);
    return rc < 0 ? rc : 1;
}
