/* The session of an archive that a person means, and what a command needs of it. */
#ifndef APP_ARCHIVED_H
#define APP_ARCHIVED_H

#include "app/command.h"
#include "core/recording.h"
#include "store/archive.h"

/* Opens the archive of a command with DATADIR_OPTION; what is wrong was said. */
int archived_open(const struct args *a, struct archive **out);

/*
 * The session that `text` names: as the index says, or where there is none, as the segments do: an id, how one
 * begins, "last". 0, -ENOENT, -ENOTUNIQ; silent.
 */
int archived_find(const struct args *a, const struct archive *x, const char *text, char id[static TAPE_SESSION_MAX]);
int archived_say(const char *text, int rc); /* what was wrong with it; returns rc */

#endif
