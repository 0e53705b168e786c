/* What the parts of the module sonde-bus share. */
#ifndef MODULES_BUS_OWN_H
#define MODULES_BUS_OWN_H

#include "modules/bus.h"

#include <stddef.h>
#include <systemd/sd-bus.h>

#define BUS_NAME 256 /* bytes of a name on a bus, NUL included */

/* Connects to the system's bus, or to that of this user's session; every call has a limit of time. 0, or -ENOENT and
 * why. */
int bus_connect(bool of_system, sd_bus **out, char why[static BUS_WHY]);

/* Why a call failed: what the other side said, else the error. */
void bus_say(char why[static BUS_WHY], const sd_bus_error *e, int rc);

/* The errors of a call: -ENOTCONN where the bus has gone; -EACCES where it was refused. */
int bus_error(const sd_bus_error *e, int rc);

/* Who has a name now, as its unique name: what is sent there starts nobody. -ENODEV: nobody, -ENOTCONN. */
int bus_owner(sd_bus *b, const char *name, char out[static BUS_NAME]);

/*
 * Reads the next dictionary of texts of an array of them (aa{sv}): the value of key[i], where it is a text, to value[i]
 * of `cap` bytes. 1, or 0 at the end of the array.
 */
int bus_read_texts(sd_bus_message *m, const char *const *key, char *const *value, size_t n, size_t cap);

#endif
