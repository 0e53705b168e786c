/* scope.c - gathers the catalogs of segments into one schema, and finds words in the names of metrics. */
#include "ask/scope.h"

#include "base/mem.h"
#include "base/text.h"
#include "store/query.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

static void scope_add(struct scope *s, const struct metric *m)
{
    int before = schema_size(s->schema);
    int slot = schema_add(s->schema, &(struct metric){ .name = m->name, .inst = m->inst, .help = m->help,
                                                       .unit = m->unit,
                                                       .kind = KIND_GAUGE, .min = m->min, .max = m->max });
    if (slot < before)
        return;
    s->counter = mem_grow(s->counter, (size_t)slot, &s->cap, sizeof *s->counter);
    s->counter[slot] = m->kind == KIND_COUNTER;
}

static void scope_add_all(struct scope *s, const struct schema *from)
{
    for (int slot = 0; slot < schema_size(from); slot++)
        scope_add(s, schema_at(from, slot));
}

/* Of what is in journals only. */
static void scope_add_live(struct scope *s, struct look *l, const struct archive_part *p)
{
    struct query_result *r;
    if (!p->last_ms || store_query(l->files, p->about.session, p->last_ms, p->last_ms, NULL, 1, &r) < 0)
        return;
    for (size_t i = 0; i < r->n; i++)
        scope_add(s, &r->series[i].metric);
    query_free(r);
}

int scope_open(struct scope *s, struct look *l)
{
    size_t n;
    *s = (struct scope){ 0 };
    int rc = look_files(l);
    if (rc < 0)
        return rc;
    s->schema = schema_new();
    const struct archive_part *p = archive_parts(l->files, &n);
    for (size_t i = n; i > 0 && i + SCOPE_PARTS > n; i--) {
        if (p[i - 1].segment && segment_load(p[i - 1].segment) == 0 && schema_size(p[i - 1].segment->schema))
            scope_add_all(s, p[i - 1].segment->schema);
        else
            scope_add_live(s, l, &p[i - 1]);
    }
    return 0;
}

void scope_done(struct scope *s)
{
    schema_free(s->schema);
    mem_free(s->counter);
    *s = (struct scope){ 0 };
}

int scope_size(const struct scope *s)
{
    return s->schema ? schema_size(s->schema) : 0;
}

const struct metric *scope_at(const struct scope *s, int slot)
{
    return schema_at(s->schema, slot);
}

const char *scope_id(const struct scope *s, int slot)
{
    return schema_id(s->schema, slot);
}

int scope_match(const struct scope *s, const char *globs, int slot)
{
    for (slot++; slot < scope_size(s); slot++)
        if (schema_match(s->schema, slot, globs))
            return slot;
    return -1;
}

/* ---- words of names ---- */

/* The next word from *p on, its length; 0 at the end. */
static size_t scope_word(const char **p, const char **word)
{
    while (**p && !isalnum((unsigned char)**p))
        (*p)++;
    *word = *p;
    while (isalnum((unsigned char)**p))
        (*p)++;
    return (size_t)(*p - *word);
}

/* "switch", "switches" and "switchs" are one; "s" alone says nothing. */
static bool scope_same(const char *a, size_t n, const char *b, size_t m)
{
    const char *longer = n > m ? a : b;
    size_t less = n > m ? m : n, more = n > m ? n : m;
    if (strncasecmp(a, b, less) != 0)
        return false;
    return less == more || (less >= 3 && ((more - less == 1 && longer[less] == 's' && longer[less - 1] != 's') ||
                                          (more - less == 2 && longer[less] == 'e' && longer[less + 1] == 's')));
}

bool scope_has_word(const char *name, const char *word)
{
    const char *p = name, *at;
    size_t n, length = strlen(word);
    while ((n = scope_word(&p, &at)))
        if (scope_same(at, n, word, length))
            return true;
    return false;
}

bool scope_knows(const struct scope *s, const char *word)
{
    if (strlen(word) < 2)
        return false;
    for (int slot = 0; slot < scope_size(s); slot++) {
        const struct metric *m = scope_at(s, slot);
        bool again = slot && strcmp(m->name, scope_at(s, slot - 1)->name) == 0; /* of another device */
        if ((!again && scope_has_word(m->name, word)) || strcasecmp(m->name, word) == 0 ||
            (m->inst && (strcasecmp(m->inst, word) == 0 || (strchr(m->inst, '/') && scope_has_word(m->inst, word)))))
            return true;
    }
    return false;
}

bool scope_nearest(const struct scope *s, const char *wrong, int edits, char *out, size_t cap)
{
    size_t n, length = strlen(wrong);
    bool found = false;
    for (int slot = 0; slot < scope_size(s); slot++) {
        const char *p = scope_at(s, slot)->name, *at;
        if (slot && strcmp(p, scope_at(s, slot - 1)->name) == 0) /* of another device */
            continue;
        while ((n = scope_word(&p, &at))) {
            char text[32];
            if (n < 4 || n >= sizeof text || n + 2 < length || length + 2 < n || *at != *wrong)
                continue;
            memcpy(text, at, n);
            text[n] = '\0';
            int d = text_distance(wrong, text);
            if (d < edits) {
                edits = d;
                found = true;
                text_copy(out, cap, text);
            }
        }
    }
    return found;
}
