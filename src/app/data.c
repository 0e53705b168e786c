/* data.c - by the XDG base directory specification, which ignores relative paths. */
#include "app/data.h"

#include "os/os.h"

#include <stdlib.h>

#define SYSTEM_DATA "/var/lib/sonde"
#define SYSTEM_SOCKET "/run/sonde/sock"

void data_dir(const struct args *a, struct buf *out)
{
    const char *given = args_text(a, "data"), *base = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (given)
        buf_puts(out, given);
    else if (os_is_root())
        buf_puts(out, SYSTEM_DATA);
    else if (base && *base == '/')
        buf_printf(out, "%s/sonde", base);
    else if (home && *home == '/')
        buf_printf(out, "%s/.local/share/sonde", home);
}

void data_socket(const char *dir, struct buf *out)
{
    buf_printf(out, "%s/sock", dir);
}

void data_public_socket(bool system, struct buf *out)
{
    const char *chosen = getenv("SONDE_SOCKET"), *base = getenv("XDG_RUNTIME_DIR");
    if (chosen)
        buf_puts(out, chosen);
    else if (system)
        buf_puts(out, SYSTEM_SOCKET);
    else if (base && *base == '/')
        buf_printf(out, "%s/sonde/sock", base);
}
