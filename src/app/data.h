/* Where recorded data lie, and where the recorder of this machine is to be found. */
#ifndef APP_DATA_H
#define APP_DATA_H

#include "app/command.h"

#include <stdbool.h>

#define DATA_OPTION { "data", 0, OPTION_DIR, "DIR", .help = "where recorded data lie (see `sonde help record`)" }
#define DATA_GROUP "sonde" /* its members may ask the recorder of the system */

/* Puts the directory of --data, which the command must have; else /var/lib/sonde for root, and for others the
 * folder sonde of the XDG data home. Puts nothing where a user has no home. */
void data_dir(const struct args *a, struct buf *out);

/* Puts the socket that every recorder has, for who may read its directory. */
void data_socket(const char *dir, struct buf *out);

/*
 * Puts the socket by which other commands find the recorder of this machine: that of $SONDE_SOCKET, which may be
 * empty for none; else of the system where `system`, or of this user. Puts nothing where there is none.
 */
void data_public_socket(bool system, struct buf *out);

#endif
