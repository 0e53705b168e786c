/*
 * zram.c - memory that is kept compressed, from /sys/block/zram*
 * (Documentation/admin-guide/blockdev/zram.rst of the kernel).
 */
#include "adapters/linux/folders.h"
#include "base/text.h"

enum { MM, IO, SIZE, FILES };
static const char *const zram_files[FILES] = { "mm_stat", "io_stat", "disksize" };

enum { ORIGINAL, COMPRESSED, USED, LIMIT, RATIO, CAPACITY, ERRORS, VALUES };
static const struct folders_value zram_values[VALUES] = {
    [ORIGINAL]   = { "zram.original",   "data in it, as it was before",               UNIT_BYTE, KIND_GAUGE, 0, false },
    [COMPRESSED] = { "zram.compressed", "that data, compressed",                      UNIT_BYTE, KIND_GAUGE, 0, false },
    [USED]       = { "zram.used",       "memory that it takes, gaps included",        UNIT_BYTE, KIND_GAUGE, 0, false },
    [LIMIT]      = { "zram.limit",      "memory that it may take",                    UNIT_BYTE, KIND_GAUGE, 0, true },
    [RATIO]      = { "zram.ratio",      "data in it, of the memory that it takes",    UNIT_NONE, KIND_GAUGE, 0, false },
    [CAPACITY]   = { "zram.size",       "data that fits in it",                       UNIT_BYTE, KIND_GAUGE, 0, false },
    [ERRORS]     = { "zram.errors",     "reads and writes that failed",               UNIT_NONE, KIND_COUNTER, 0, false },
};

/* Up to n numbers of a line. Returns how many there are. */
static int zram_numbers(const char *text, double *v, int n)
{
    uint64_t number;
    int got = 0;
    for (; got < n && text_u64(&text, &number); got++)
        v[got] = (double)number;
    return got;
}

static void zram_parse(char text[][FOLDERS_TEXT], double *v)
{
    double mm[4], io[2];
    if (zram_numbers(text[MM], mm, 4) == 4) {
        v[ORIGINAL] = mm[0];
        v[COMPRESSED] = mm[1];
        v[USED] = mm[2];
        if (mm[3] > 0)
            v[LIMIT] = mm[3];
        if (mm[0] > 0 && mm[2] > 0)
            v[RATIO] = mm[0] / mm[2];
    }
    if (zram_numbers(text[IO], io, 2) == 2)
        v[ERRORS] = io[0] + io[1];
    zram_numbers(text[SIZE], &v[CAPACITY], 1);
}

static const struct folders_layout zram_layout = {
    .dir = "/sys/block", .prefix = "zram", .file = zram_files, .n_files = FILES,
    .value = zram_values, .n_values = VALUES, .parse = zram_parse, .absent = "no memory is kept compressed (zram)",
};

const struct adapter adapter_zram = {
    .name = "zram", .doc = "memory that is kept compressed",
    .provides = "zram.*",
    .period_ms = 5000, .of = &zram_layout,
    .open = folders_open, .sample = folders_sample, .rescan = folders_rescan, .close = folders_close,
};
