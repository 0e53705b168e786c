/*
 * Which columns of a table move together, and which of those the others should be told from.
 *
 * A table of telemetry says many things twice, in pages and in kilobytes, in packets and in bytes, of
 * a CPU and of all. A few columns become roots; another may follow one of them.
 */
#ifndef STORE_CODEC_KIN_H
#define STORE_CODEC_KIN_H

#include "store/codec/column.h"

#include <stdint.h>

/*
 * Chooses roots.
 *
 *   w        n columns of rows whole numbers, one behind the other
 *   root     for each column the one that it should follow, -1 for none; one that is followed has none
 *   slope    how much of the root's growth it grows by, of 65536; 0 when only the times agree
 *
 * An estimate, so that the caller tries before he believes. -ENOMEM.
 */
int kin_find(const uint64_t *w, int n, int rows, int *root, int32_t *slope);

#endif
