/* All metrics of an archive, as its files say: what can be asked about. */
#ifndef ASK_SCOPE_H
#define ASK_SCOPE_H

#include "core/schema.h"
#include "look/look.h"

struct scope {
    struct schema *schema; /* every metric as a gauge, with unit, bounds and help; NULL: nothing was recorded */
    bool *counter;         /* by slot: it is a total, whose rate is a metric of its own */
    size_t cap;
};

/* Of the newest SCOPE_PARTS files. 0, and to be released with scope_done(); a silent error. */
#define SCOPE_PARTS 32
int scope_open(struct scope *s, struct look *l);
void scope_done(struct scope *s);

int scope_size(const struct scope *s);
const struct metric *scope_at(const struct scope *s, int slot);
const char *scope_id(const struct scope *s, int slot);

/* Is there one that a list of globs matches (schema_match())? Its slot, or -1; the next after `slot`. */
int scope_match(const struct scope *s, const char *globs, int slot);

/* Is it a word of the name of one of them, or of what its instances are called? Any case, one in the plural too. */
bool scope_knows(const struct scope *s, const char *word);

/* Is `word` one of the words of a name ("memory.page_tables"), whose words are separated by dots and the like? */
bool scope_has_word(const char *name, const char *word);

/* The word of the names that is nearest to a misspelt one, by fewer than `edits`; false where there is none. */
bool scope_nearest(const struct scope *s, const char *wrong, int edits, char *out, size_t cap);

#endif
