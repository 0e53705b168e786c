/*
 * What the module sonde-bus offers, on top of libsystemd's sd-bus: here the notifications of the desktop
 * (specifications.freedesktop.org/notification-spec), in profiles.h, gamemode.h and manager.h what the policy layer has
 * to do with others over a bus. It is opened through os_module():
 *
 *     const struct bus *b = os_module("sonde-bus", "sonde_bus");
 *
 * NULL where the program was built without it, or it is not installed. A connection belongs to one thread.
 */
#ifndef MODULES_BUS_H
#define MODULES_BUS_H

#include <stdbool.h>
#include <stdint.h>

#define BUS_WHY 200
#define BUS_TEXT 64

struct bus_server {
    char name[BUS_TEXT], version[BUS_TEXT]; /* of the server of notifications, "" where it does not say */
    bool markup;                            /* it takes the text below the title as markup */
};

struct bus_note {
    const char *title, *body; /* UTF-8; as markup where the server takes markup: escaped by who calls */
    const char *icon;         /* a name of the icon theme, "" for none */
    uint32_t replaces;        /* an earlier one, 0 = none */
    int urgency;              /* 0 low, 1 normal, 2 critical */
    int32_t timeout_ms;       /* -1: as the server has it, 0: never */
};

struct bus {
    /* The session bus of this user and the server of notifications there. -ENOENT: there is no bus; -ENODEV: nobody
     * shows notifications there; others. *self is to be closed. */
    int (*open)(void **self, struct bus_server *server, char why[static BUS_WHY]);

    /* Shows one. 0 and its number, or an error; -ENOTCONN: the bus has gone. */
    int (*show)(void *self, const struct bus_note *n, uint32_t *id, char why[static BUS_WHY]);
    void (*close)(void *self);
};

#endif
