/*
 * CRC-32C (Castagnoli), as iSCSI and ext4 use it: guards what lies on disk against damage.
 *
 * Source: RFC 3720, appendix B.4, whose test vectors the test uses.
 */
#ifndef BASE_CRC32C_H
#define BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from crc (0 to begin) over n bytes. The same on every machine; by instruction where there is one. */
uint32_t crc32c(uint32_t crc, const void *bytes, size_t n);

#endif
