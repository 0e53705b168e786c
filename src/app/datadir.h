/* Where the archive is: one option, one key, one default for every command that stores or reads. */
#ifndef APP_DATADIR_H
#define APP_DATADIR_H

#include "app/command.h"
#include "os/os.h"

/* For the table of a command. */
#define DATADIR_OPTION \
    { "data", 0, OPTION_DIR, "DIR", \
      .help = "the data directory, instead of that of the configuration (storage.directory)" }

/*
 * Puts the directory: --data, else storage.directory, else /var/lib/sonde for root and $XDG_DATA_HOME/sonde or
 * ~/.local/share/sonde for others. It need not exist. -ENOENT where there is no home either; that was said.
 */
int datadir_put(const struct args *a, struct buf *out);
int datadir_find(const struct args *a, struct buf *out); /* the same, silent */

/* The same by its whole path, for who leaves the directory that it was started in. `who` is named in what is said. */
int datadir_whole(const struct args *a, const char *who, char out[static OS_PATH_MAX]);

/*
 * Takes the lock of a data directory, which whoever changes what is in it holds. A descriptor, to be closed; -EBUSY
 * somebody records there. What is wrong was said.
 */
int datadir_lock(const char *dir);

#endif
