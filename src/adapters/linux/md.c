/*
 * md.c - disks that are joined by software, from /sys/block/md*
 * (Documentation/admin-guide/md.rst of the kernel).
 *
 * Of levels that can lose a disk only: the others have none of these files. Some kernels take a
 * lock for them that a change of the array holds for long, so they are read apart.
 */
#include "adapters/linux/folders.h"
#include "base/text.h"

#include <string.h>

enum { DEGRADED, ACTION, COMPLETED, MISMATCHES, DISKS, FILES };
static const char *const md_files[FILES] = {
    "md/degraded", "md/sync_action", "md/sync_completed", "md/mismatch_cnt", "md/raid_disks"
};

enum { MISSING, ALL, BUSY, DONE, DIFFERENT, VALUES };
static const struct folders_value md_values[VALUES] = {
    [MISSING]   = { "raid.missing",    "disks that it lacks",                                  UNIT_NONE,    KIND_GAUGE, 0, false },
    [ALL]       = { "raid.disks",      "disks that it has when whole",                         UNIT_NONE,    KIND_GAUGE, 0, false },
    [BUSY]      = { "raid.syncing",    "1 while it is rebuilt or checked",                     UNIT_NONE,    KIND_GAUGE, 1, false },
    [DONE]      = { "raid.sync.done",  "how far that is",                                      UNIT_PERCENT, KIND_GAUGE, 100, false },
    [DIFFERENT] = { "raid.mismatches", "bytes found different on two disks by the last check", UNIT_BYTE,    KIND_GAUGE, 0, false },
};

static void md_number(const char *text, double scale, double *out)
{
    uint64_t n;
    if (text_u64(&text, &n))
        *out = (double)n * scale;
}

static void md_parse(char text[][FOLDERS_TEXT], double *v)
{
    uint64_t done, of;
    const char *p = text[COMPLETED]; /* "123 / 456" sectors, or "none" */
    md_number(text[DEGRADED], 1, &v[MISSING]);
    md_number(text[DISKS], 1, &v[ALL]);
    md_number(text[MISMATCHES], 512, &v[DIFFERENT]);
    if (text[ACTION][0])
        v[BUSY] = strcmp(text[ACTION], "idle\n") != 0 && strcmp(text[ACTION], "frozen\n") != 0;
    if (text_u64(&p, &done) && strncmp(p, " / ", 3) == 0 && (p += 3, text_u64(&p, &of)) && of > 0 && done <= of)
        v[DONE] = 100 * (double)done / (double)of;
}

static const struct folders_layout md_layout = {
    .dir = "/sys/block", .prefix = "md", .file = md_files, .n_files = FILES, .value = md_values, .n_values = VALUES,
    .parse = md_parse, .absent = "no disks are joined by software (md)",
};

const struct adapter adapter_md = {
    .name = "md", .doc = "state of software RAID",
    .provides = "raid.*",
    .period_ms = 30000, .apart = true, .of = &md_layout,
    .open = folders_open, .sample = folders_sample, .rescan = folders_rescan, .close = folders_close,
};
