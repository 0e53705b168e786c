/* Where the recorder of this machine is to be found by other commands. */
#ifndef APP_SOCKET_PATH_H
#define APP_SOCKET_PATH_H

#include "base/buf.h"

#include <stdbool.h>

#define SOCKET_GROUP "sonde" /* its members may ask the recorder of the system */

/* Puts the socket that every recorder has, for who may look into its directory. */
void socket_path_own(const char *dir, struct buf *out);

/*
 * Puts the one that commands look for: that of $SONDE_SOCKET, which is empty for none; else of the system
 * (`system`), or of this user. Puts nothing where there is none.
 */
void socket_path_public(bool system, struct buf *out);

#endif
