/*
 * journal_read.c - takes the lines of a journal in, of jansson, whose names clash with our writer's.
 *
 * The file may have been cut by a crash, damaged by a disk or written by anybody: a line whose sum is wrong, whose
 * object is of another shape, or which speaks of a transaction or a step that does not fit is passed over.
 */
#include "policy/undo/journal_own.h"

#include "base/crc32c.h"
#include "base/mem.h"
#include "base/text.h"

#include <jansson.h>
#include <string.h>

#define SUM_DIGITS 8

static const char *const how_names[] = { [HOW_STANDS] = "", [HOW_FAILED] = "failed", [HOW_RESTORED] = "restored",
                                         [HOW_SAME] = "same", [HOW_KEPT] = "kept", [HOW_GONE] = "gone",
                                         [HOW_PASSED] = "passed", [HOW_REFUSED] = "refused" };

const char *journal_how_name(enum undone_how h)
{
    return how_names[h];
}

/* False: it is not there, too long, or cannot be shown. */
static bool journal_text(const json_t *o, const char *key, char *out, size_t cap)
{
    const char *text = json_string_value(json_object_get(o, key));
    if (!text || strlen(text) >= cap || !text_is_plain(text))
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

/* Within 0..max, or -1. */
static int64_t journal_number(const json_t *o, const char *key, int64_t max)
{
    const json_t *v = json_object_get(o, key);
    json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;
    return n >= 0 && n <= max ? n : -1;
}

static void journal_drop(struct deed *d)
{
    mem_free(d->entry);
}

void journal_forget(struct journal *j)
{
    for (size_t i = 0; i < j->n; i++)
        journal_drop(&j->deed[i]);
    j->n = 0;
    j->seq = 0;
    j->offset = 0;
}

void journal_prune(struct journal *j, size_t past)
{
    size_t over = j->n - journal_count_open(j);
    for (size_t i = 0; i < j->n && over > past; i++)
        if (j->deed[i].ended) {
            journal_drop(&j->deed[i]);
            memmove(&j->deed[i], &j->deed[i + 1], (--j->n - i) * sizeof *j->deed);
            over--;
            i--;
        }
}

static void journal_begin(struct journal *j, const json_t *o, const char *id)
{
    struct deed d = { .goal = -1 };
    char goal[16] = "";
    int64_t owner = journal_number(o, "owner", INT32_MAX), start = journal_number(o, "start", INT64_MAX);
    int64_t user = journal_number(o, "user", UINT32_MAX);
    memcpy(d.id, id, strlen(id) + 1);
    if (journal_find(j, id) || owner <= 0 || start < 0 || user < 0 || !journal_text(o, "boot", d.boot, sizeof d.boot) ||
        !journal_text(o, "command", d.command, sizeof d.command) || !journal_text(o, "what", d.what, sizeof d.what))
        return;
    if (journal_text(o, "goal", goal, sizeof goal))
        d.goal = goal_of(goal);
    d.user = (uint32_t)user;
    d.owner = (int32_t)owner;
    d.start = (uint64_t)start;
    d.begun_ms = journal_number(o, "time", INT64_MAX);
    d.until_ms = journal_number(o, "until", INT64_MAX);
    d.until_ms = d.until_ms < 0 ? 0 : d.until_ms;
    journal_prune(j, JOURNAL_PAST);
    if (d.begun_ms < 0 || journal_count_open(j) >= JOURNAL_OPEN_MAX)
        return;
    j->deed = mem_grow(j->deed, j->n, &j->cap, sizeof *j->deed);
    j->deed[j->n++] = d;
}

static void journal_write(struct journal *j, const json_t *o, struct deed *d, size_t n)
{
    struct entry e = { 0 };
    int64_t pid = journal_number(o, "pid", INT32_MAX), start = journal_number(o, "start", INT64_MAX);
    if (n != d->n || pid < 0 || start < 0 || !journal_text(o, "knob", e.knob, sizeof e.knob) || !*e.knob ||
        !journal_text(o, "inst", e.inst, sizeof e.inst) || !journal_text(o, "old", e.old, sizeof e.old) ||
        !journal_text(o, "set", e.set, sizeof e.set))
        return;
    journal_text(o, "pair", e.pair, sizeof e.pair);
    e.pid = (int32_t)pid;
    e.start = (uint64_t)start;
    e.seq = ++j->seq;
    d->entry = mem_grow(d->entry, d->n, &d->cap, sizeof *d->entry);
    d->entry[d->n++] = e;
}

static void journal_now(struct entry *e, const json_t *o)
{
    char now[KNOB_VALUE_MAX];
    if (e->how != HOW_STANDS)
        return;
    if (journal_number(o, "refused", 1) == 1) {
        e->how = HOW_REFUSED;
    } else if (journal_text(o, "now", now, sizeof now)) {
        memcpy(e->now, now, sizeof now);
        e->has_now = true;
    }
}

static void journal_ask(struct entry *e, const json_t *o)
{
    char found[KNOB_VALUE_MAX];
    if (!journal_text(o, "found", found, sizeof found) || (e->asks && strcmp(e->ask[0], found) == 0))
        return;
    memcpy(e->ask[1], e->ask[0], sizeof e->ask[1]);
    memcpy(e->ask[0], found, sizeof found);
    e->asks = e->asks < 2 ? e->asks + 1 : 2;
}

static void journal_old(struct entry *e, const json_t *o)
{
    char old[KNOB_VALUE_MAX], pair[KNOB_VALUE_MAX] = "";
    if (!journal_text(o, "old", old, sizeof old))
        return;
    journal_text(o, "pair", pair, sizeof pair);
    memcpy(e->old, old, sizeof old);
    memcpy(e->pair, pair, sizeof pair);
}

static void journal_undo(struct entry *e, const json_t *o)
{
    char how[16];
    if (e->how > HOW_FAILED || !journal_text(o, "how", how, sizeof how))
        return;
    for (size_t i = HOW_FAILED; i < sizeof how_names / sizeof *how_names; i++)
        if (strcmp(how_names[i], how) == 0)
            e->how = (enum undone_how)i;
}

static void journal_end(struct deed *d, const json_t *o)
{
    int64_t time = journal_number(o, "time", INT64_MAX);
    d->ended = true;
    d->ended_ms = time > 0 ? time : 1;
    journal_text(o, "why", d->why, sizeof d->why);
}

static void journal_take(struct journal *j, const json_t *o)
{
    char what[8], id[JOURNAL_ID_MAX];
    if (!journal_text(o, "do", what, sizeof what) || !journal_text(o, "id", id, sizeof id) || !*id)
        return;
    struct deed *d = journal_find(j, id);
    int64_t n = journal_number(o, "n", JOURNAL_STEPS_MAX - 1);
    if (strcmp(what, "begin") == 0)
        journal_begin(j, o, id);
    else if (d && strcmp(what, "tell") == 0) /* also of one that is over */
        journal_text(o, "text", d->effect, sizeof d->effect);
    else if (!d || d->ended)
        return;
    else if (strcmp(what, "end") == 0)
        journal_end(d, o);
    else if (strcmp(what, "write") == 0 && n >= 0)
        journal_write(j, o, d, (size_t)n);
    else if (n < 0 || (size_t)n >= d->n)
        return;
    else if (strcmp(what, "now") == 0)
        journal_now(&d->entry[n], o);
    else if (strcmp(what, "ask") == 0)
        journal_ask(&d->entry[n], o);
    else if (strcmp(what, "old") == 0)
        journal_old(&d->entry[n], o);
    else if (strcmp(what, "undo") == 0)
        journal_undo(&d->entry[n], o);
}

/* The n bytes of a line, without its end. */
static void journal_line(struct journal *j, const char *line, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t sum = 0;
    if (n < SUM_DIGITS + 3 || n > JOURNAL_LINE_MAX || line[SUM_DIGITS] != ' ')
        return;
    for (int i = 0; i < SUM_DIGITS; i++) {
        const char *digit = memchr(digits, line[i], 16);
        if (!digit)
            return;
        sum = sum << 4 | (uint32_t)(digit - digits);
    }
    if (sum != crc32c(0, line + SUM_DIGITS + 1, n - SUM_DIGITS - 1))
        return;
    json_t *o = json_loadb(line + SUM_DIGITS + 1, n - SUM_DIGITS - 1, 0, NULL);
    if (o)
        journal_take(j, o);
    json_decref(o);
}

size_t journal_feed(struct journal *j, const char *bytes, size_t n)
{
    size_t used = 0;
    const char *end;
    while ((end = memchr(bytes + used, '\n', n - used)) != NULL) {
        journal_line(j, bytes + used, (size_t)(end - bytes) - used);
        used = (size_t)(end - bytes) + 1;
    }
    return used;
}
