/* socket_path.c - by the XDG base directory specification, which ignores relative paths. */
#include "app/socket_path.h"

#include <stdlib.h>

#define SYSTEM_SOCKET "/run/sonde/sock"

void socket_path_own(const char *dir, struct buf *out)
{
    buf_printf(out, "%s/sock", dir);
}

void socket_path_public(bool system, struct buf *out)
{
    const char *chosen = getenv("SONDE_SOCKET"), *base = getenv("XDG_RUNTIME_DIR");
    if (chosen)
        buf_puts(out, chosen);
    else if (system)
        buf_puts(out, SYSTEM_SOCKET);
    else if (base && *base == '/')
        buf_printf(out, "%s/sonde/sock", base);
}
