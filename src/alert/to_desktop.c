/* to_desktop.c - the desktop as a receiver. */
#include "alert/desktop.h"

#include <errno.h>

static int to_desktop_open(const struct config *c, bool wanted, void **self, char why[static RECEIVER_WHY])
{
    (void)why;
    if (!wanted && !config_bool(c, "alerts.desktop"))
        return -ENODATA;
    *self = desktop_new();
    return 0;
}

static int to_desktop_send(void *self, const struct message *m, const char *body, char why[static RECEIVER_WHY])
{
    return desktop_show(self, m, body, why);
}

static void to_desktop_close(void *self)
{
    desktop_free(self);
}

const struct receiver_type receiver_desktop = {
    .which = RECEIVER_DESKTOP, .open = to_desktop_open, .send = to_desktop_send, .close = to_desktop_close,
};
