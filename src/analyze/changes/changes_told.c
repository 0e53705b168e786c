/* changes_told.c - a ring of hashes: of a whole sentence, and of what it is about. */
#include "analyze/changes/changes_told.h"

#include "base/hash.h"
#include "base/text.h"

#include <string.h>

#define SAME_MS 600000
#define ALIKE_MS 90000

/* What a sentence is about: without what stands behind ':' or in brackets. Packages, versions and ends
 * of processes nobody else tells. */
static uint64_t told_thing(const struct event *e)
{
    char thing[sizeof e->text];
    text_copy(thing, sizeof thing, e->text);
    if (strcmp(e->source, "packages") != 0 && strcmp(e->source, "version") != 0 && strcmp(e->source, "memory") != 0)
        thing[strcspn(thing, ":(")] = '\0';
    for (size_t n = strlen(thing); n > 0 && thing[n - 1] == ' ';)
        thing[--n] = '\0';
    return hash_text(HASH_START, thing);
}

bool changes_told(struct changes_told *t, const struct event *e)
{
    uint64_t text = hash_text(HASH_START, e->text), thing = told_thing(e);
    for (int i = 0; i < CHANGES_TOLD_MAX; i++) {
        int64_t away_ms = e->wall_ms > t->last[i].at_ms ? e->wall_ms - t->last[i].at_ms : t->last[i].at_ms - e->wall_ms;
        if (t->last[i].text && ((t->last[i].text == text && away_ms < SAME_MS) ||
                                (t->last[i].thing == thing && away_ms < ALIKE_MS)))
            return true;
    }
    t->last[t->next].text = text;
    t->last[t->next].thing = thing;
    t->last[t->next].at_ms = e->wall_ms;
    t->next = (t->next + 1) % CHANGES_TOLD_MAX;
    return false;
}
