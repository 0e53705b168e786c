/* The archive of a command: its directory, its index, its files; and the session in it that a person means. */
#ifndef APP_ARCHIVED_H
#define APP_ARCHIVED_H

#include "app/command.h"
#include "look/look.h"

/* For the table of a command that looks at what was recorded. */
#define ARCHIVED_OPTION \
    { "data", 0, OPTION_DIR, "DIR", \
      .help = "the data directory, instead of the running recorder's, or that of the configuration" }

/*
 * Puts the directory of a command with ARCHIVED_OPTION: --data, else that of the recorder that runs, else as
 * datadir_put(), whose error it has. A recorder's that we may not read counts only where there is no other.
 */
int archived_put_dir(const struct args *a, struct buf *out);

/*
 * Opens the archive of a command with ARCHIVED_OPTION, to read or to label. 0, or a silent error, for
 * archived_say(); -ENOENT: nothing is recorded there. To be closed by look_close() in any case.
 */
int archived_open(struct look *v, const struct args *a, bool to_write);

/*
 * The session that a person means by an id, how one begins, or "last": an exit status, and what is wrong was said.
 * One that index.db does not know is found in the files, which *v is about from then on.
 */
int archived_find(struct look *v, const char *text, char id[static INDEX_ID_MAX]);

/*
 * Is more than one session wanted, where two of them overlap in time, and would be mixed? Says so, and to name one.
 * look_files() came before.
 */
bool archived_would_mix(const struct look *v, const char *command, int64_t from_ms, int64_t to_ms);

/* Was --from given later than --to? Says so. */
bool archived_runs_backwards(const struct args *a, const char *command);

/* Says that nothing can be read where something is damaged, and how to find what. */
void archived_say_damaged(const struct look *v, const char *command);

/* The exit status of what an archive answered; says what is wrong with it. "": that was said. */
int archived_say(const char *dir, int rc);

#endif
