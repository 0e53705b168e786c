/*
 * Puts a whole recording, or what a tape plays, into an archive, as the recorder would have: a session of its own, a
 * segment for each UTC day. Only what is stored is kept; rates are derived again by who reads. A recording does not
 * know when each source was read: there it is at every tick; a tape does.
 *
 * The files are written under names that no reader looks at, and get their own when all are whole and on the
 * disk, so that what fails leaves nothing behind. The caller holds the lock of the directory, because whoever
 * records counts the bytes in it.
 */
#ifndef STORE_ARCHIVE_PUT_H
#define STORE_ARCHIVE_PUT_H

#include "core/recording.h"
#include "store/space.h"
#include "store/tape.h"

struct archive_put {
    const char *dir;         /* with its folder segments */
    struct space *space;     /* NULL: no cap */
    const struct recording *rec;
    struct feed *feed;       /* in place of rec: played from where it is to its end */
    struct tape_about about; /* of whom; session, start and part are made here */
    void (*progress)(void *self, double share); /* NULL for none */
    void *self;
};

/*
 * p->about.session is the name that it got. Errors: -ENODATA no tick; -EINVAL metrics without a source; -ERANGE a
 * time before 1970 or after 9999; -EDQUOT the cap; -EINTR when told to stop; what the disk says.
 */
int archive_put(struct archive_put *p);

/*
 * Ends what a kill left of archive_put(): a session of which some parts have their names gets the others, any other
 * goes. For who holds the lock, before all that follows. 0, or why something is left, for the next time.
 */
int archive_put_clean(const char *dir, struct space *space);

/*
 * Removes the files of a session, journals too, as far as they are there, each as a whole. The caller holds the lock.
 *
 *   space  NULL: nobody counts
 *
 * Returns 0, or why something is left; the rest is gone.
 */
int archive_drop(const char *dir, struct space *space, const char *session);

#endif
