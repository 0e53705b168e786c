/* Fills an index from the files of its directory: sessions and events. */
#ifndef STORE_INDEX_TAKE_H
#define STORE_INDEX_TAKE_H

#include "store/archive.h"
#include "store/index.h"

/* For index_options.rebuild; self is the directory. No block is decoded for it. */
int index_take_segments(void *self, struct index *x);

/* The same, of an archive that is open. */
int index_take_all(struct index *x, struct archive *a);

/*
 * Sessions that have files and are not in the index: copied into the directory, or imported by a process that was
 * killed before it could say so. Costs a look at names where there are none.
 */
int index_take_missing(struct index *x, const char *dir);

/* One session of an archive: `s` says what only the index knows, its id, origin and state; the rest is filled in. */
int index_take_session(struct index *x, struct archive *a, struct index_session *s);

#endif
