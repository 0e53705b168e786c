/* crc32c.c - by the instruction of x86-64 and ARMv8 where the processor has it, else by eight tables. */
#include "base/crc32c.h"

#include <string.h>

#define POLYNOMIAL 0x82f63b78u /* 0x1edc6f41 with its bits reversed */

/* table[k][b]: the byte b, followed by k zero bytes. Made once; two threads that make it at a time write the
 * same numbers. */
static uint32_t table[8][256];
static int table_made;

static void crc_make_table(void)
{
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t c = b;
        for (int i = 0; i < 8; i++)
            c = c >> 1 ^ (c & 1 ? POLYNOMIAL : 0);
        table[0][b] = c;
    }
    for (int k = 1; k < 8; k++)
        for (int b = 0; b < 256; b++)
            table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 0xff];
    __atomic_store_n(&table_made, 1, __ATOMIC_RELEASE);
}

static uint32_t crc_by_table(uint32_t c, const unsigned char *p, size_t n)
{
    if (!__atomic_load_n(&table_made, __ATOMIC_ACQUIRE))
        crc_make_table();
    for (; n >= 8; n -= 8, p += 8) {
        uint32_t low = c ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
        c = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^ table[5][low >> 16 & 0xff] ^ table[4][low >> 24] ^
            table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^ table[0][p[7]];
    }
    for (; n; n--, p++)
        c = c >> 8 ^ table[0][(c ^ *p) & 0xff];
    return c;
}

#if defined __x86_64__
#include <nmmintrin.h>

static int crc_has_instruction(void)
{
    return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) static uint32_t crc_by_instruction(uint32_t c, const unsigned char *p, size_t n)
{
    uint64_t wide = c, word;
    for (; n >= 8; n -= 8, p += 8) {
        memcpy(&word, p, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    for (c = (uint32_t)wide; n; n--, p++)
        c = _mm_crc32_u8(c, *p);
    return c;
}
#elif defined __ARM_FEATURE_CRC32
#include <arm_acle.h>

static int crc_has_instruction(void)
{
    return 1;
}

static uint32_t crc_by_instruction(uint32_t c, const unsigned char *p, size_t n)
{
    uint64_t word;
    for (; n >= 8; n -= 8, p += 8) {
        memcpy(&word, p, 8);
        c = __crc32cd(c, word);
    }
    for (; n; n--, p++)
        c = __crc32cb(c, *p);
    return c;
}
#else
static int crc_has_instruction(void)
{
    return 0;
}

#define crc_by_instruction crc_by_table
#endif

uint32_t crc32c(uint32_t crc, const void *bytes, size_t n)
{
    return ~(crc_has_instruction() ? crc_by_instruction(~crc, bytes, n) : crc_by_table(~crc, bytes, n));
}
