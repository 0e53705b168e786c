/* What was learned, on disk: DIR/models/NAME, each file whole, with a checksum, or not there. */
#ifndef APP_MODELS_H
#define APP_MODELS_H

#include "base/buf.h"
#include "store/space.h"

#define MODELS_MAX (64 * 1024 * 1024) /* bytes of one file */

/* -ENOENT: there is none; -EBADMSG: damaged or not ours; -ELOOP: a link or no file; or what keeps it from being read */
int models_read(const char *dir, const char *name, struct buf *out);

/*
 * In place of what is there. Waits for the disk.
 *
 *   space  is asked for the room; NULL: nobody is
 *   bytes  to which the checksum is added: they are not copied
 *
 * Errors: -EFBIG above MODELS_MAX, -EDQUOT, -ELOOP where a link is there, or no file, or those of the disk; the file
 * is as it was then.
 */
int models_write(const char *dir, struct space *space, const char *name, struct buf *bytes);

#endif
