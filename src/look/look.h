/*
 * A look at what was recorded: a data directory as it is now, while somebody may be recording in it. Whoever shows
 * or answers - commands, pictures, the page - looks through this, and asks store/query.h for numbers.
 *
 * The files are what is true; index.db has what is relational. A struct look belongs to one thread at a time.
 */
#ifndef LOOK_LOOK_H
#define LOOK_LOOK_H

#include "base/buf.h"
#include "store/archive.h"
#include "store/index.h"

struct look {
    struct buf dir;
    struct index *index;   /* of index.db; where that cannot be used one in memory, made of the files, without labels */
    bool indexed;          /* it is of index.db */
    int index_error;       /* why not, else 0 */
    struct archive *files; /* NULL before look_files() */
};

/*
 * Opens a directory, to read or to label. 0, or a silent error; -ENOENT: nothing is recorded there. To be closed in
 * any case.
 */
int look_open(struct look *l, const char *dir, bool to_write);
void look_close(struct look *l);

/* Opens its segments and journals, once. 0, or a silent error. */
int look_files(struct look *l);

/*
 * Looks what came and went since in the files; the index that is open stays. 0, or a silent error, of archive_refresh()
 * or look_files(). What archive_parts() gave of the files is gone.
 */
int look_refresh(struct look *l);

/*
 * Makes an index of the files, in memory, in place of the one that is open, which is closed: for what index.db does not
 * know. 0; -ENOENT: there are no files; errors of look_files() and index_open_memory(), with which the one that is open
 * stays.
 */
int look_index_files(struct look *l);

/* The first and the last instant of a session, or with NULL of all. False: there is none. */
bool look_span(struct look *l, const char *session, int64_t *first_ms, int64_t *last_ms);

/*
 * As index_session() and index_sessions(), but what the index calls running is as it is: it has crashed where nobody
 * records, and goes as far as the files do. The index learns of that later.
 */
int look_session(struct look *l, const char *id, struct index_session *out);
int look_sessions(struct look *l, const struct index_filter *f,
                  void (*each)(void *self, const struct index_session *s), void *self);

#endif
