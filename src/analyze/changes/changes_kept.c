/* changes_kept.c - the file as lines: "sonde changes 1", then a word and its values. Unknown lines are passed over. */
#include "analyze/changes/changes_kept.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HEAD "sonde changes 1\n"

void changes_kept_put(const struct changes_kept *k, struct buf *out)
{
    buf_puts(out, HEAD);
    buf_printf(out, "boot\t%s\nseen\t%" PRId64 "\nrunning\t%d\nunits\t%d\n", k->boot_id, k->seen_ms, k->running,
               k->units);
    for (int i = 0; i < CHANGES_LOGS; i++)
        buf_printf(out, "log\t%d\t%" PRIu64 "\t%" PRId64 "\t%" PRId64 "\n", i, k->log[i].inode, k->log[i].offset,
                   k->log[i].last_ms);
    machine_state_put(&k->machine, out);
    buf_puts(out, "end\n");
}

/* True at the last line. */
static bool kept_line(struct changes_kept *k, const char *line)
{
    int i = 0, running = 0;
    struct changes_cursor c = { 0 };
    if (strncmp(line, "boot\t", 5) == 0)
        text_copy(k->boot_id, sizeof k->boot_id, line + 5);
    else if (sscanf(line, "seen\t%" SCNd64, &k->seen_ms) == 1)
        return false;
    else if (sscanf(line, "running\t%d", &running) == 1)
        k->running = running != 0;
    else if (sscanf(line, "units\t%d", &running) == 1)
        k->units = running != 0;
    else if (sscanf(line, "log\t%d\t%" SCNu64 "\t%" SCNd64 "\t%" SCNd64, &i, &c.inode, &c.offset, &c.last_ms) == 4) {
        if (i >= 0 && i < CHANGES_LOGS && c.offset >= 0)
            k->log[i] = c;
    } else
        machine_state_take_line(&k->machine, line);
    return strcmp(line, "end") == 0;
}

bool changes_kept_take(const char *bytes, size_t n, struct changes_kept *out)
{
    size_t head = sizeof HEAD - 1;
    bool whole = false;
    *out = (struct changes_kept){ 0 };
    if (n < head || memcmp(bytes, HEAD, head) != 0)
        return false;
    for (size_t at = head; at < n && !whole;) {
        char line[256];
        const char *end = memchr(bytes + at, '\n', n - at);
        size_t length = end ? (size_t)(end - bytes) - at : n - at;
        if (length < sizeof line) {
            memcpy(line, bytes + at, length);
            line[length] = '\0';
            whole = kept_line(out, line);
        }
        at += length + 1;
    }
    machine_state_sort(&out->machine);
    text_clean(out->boot_id);
    if (!whole)
        changes_kept_done(out);
    return whole;
}

void changes_kept_done(struct changes_kept *k)
{
    machine_state_done(&k->machine);
    *k = (struct changes_kept){ 0 };
}
