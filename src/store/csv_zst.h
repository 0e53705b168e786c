/* A finished file, compressed beside it (zstd: RFC 8878), with little memory. */
#ifndef STORE_CSV_ZST_H
#define STORE_CSV_ZST_H

#include "store/space.h"

/*
 * Writes `to`, whole and on the disk or not at all; `from` stays. Needs about 3 MB of memory while it
 * runs. -EDQUOT when the cap is in the way, -EIO, -ENOMEM, others of the system.
 */
int csv_zst_pack(const char *from, const char *to, struct space *space);

#endif
