/*
 * log_memory.c - a ring of lines, each in one piece of memory of just its size: a struct log_line has room for the
 * longest of all.
 */
#include "analyze/logs/log_memory.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

struct kept {
    int64_t wall_ms;
    uint64_t template;
    int priority;
    bool claimed;
    const char *log;
    char *texts; /* ident, unit, message id and text, each with its NUL */
};

struct log_memory {
    struct kept ring[LOG_MEMORY_MAX];
    size_t first, n;
};

struct log_memory *log_memory_new(void)
{
    return mem_new(sizeof(struct log_memory));
}

static struct kept *memory_at(const struct log_memory *m, size_t i)
{
    return (struct kept *)&m->ring[(m->first + i) % LOG_MEMORY_MAX];
}

static void memory_drop(struct log_memory *m)
{
    mem_free(memory_at(m, 0)->texts);
    *memory_at(m, 0) = (struct kept){ 0 };
    m->first = (m->first + 1) % LOG_MEMORY_MAX;
    m->n--;
}

void log_memory_free(struct log_memory *m)
{
    while (m && m->n)
        memory_drop(m);
    mem_free(m);
}

static char *memory_texts(const struct log_line *l)
{
    const char *const part[] = { l->ident, l->unit, l->message_id, l->text };
    size_t size[4], n = 0;
    for (int i = 0; i < 4; i++)
        n += size[i] = strlen(part[i]) + 1;
    char *texts = mem_new(n), *p = texts;
    for (int i = 0; i < 4; i++) {
        memcpy(p, part[i], size[i]);
        p += size[i];
    }
    return texts;
}

/* Too many of it are there: its last one is replaced, so that the first ones and the newest stay. */
static struct kept *memory_last_of_many(struct log_memory *m, uint64_t template)
{
    struct kept *last = NULL;
    size_t same = 0;
    for (size_t i = m->n; i > 0 && same < LOG_MEMORY_SAME; i--)
        if (memory_at(m, i - 1)->template == template) {
            last = last ? last : memory_at(m, i - 1);
            same++;
        }
    return same >= LOG_MEMORY_SAME ? last : NULL;
}

void log_memory_add(struct log_memory *m, const struct log_line *l, uint64_t template)
{
    struct kept *k = memory_last_of_many(m, template);
    if (k) {
        mem_free(k->texts);
    } else {
        if (m->n == LOG_MEMORY_MAX)
            memory_drop(m);
        k = memory_at(m, m->n++);
    }
    *k = (struct kept){ l->wall_ms, template, l->priority, l->claimed, l->log, memory_texts(l) };
}

void log_memory_forget(struct log_memory *m, int64_t before_ms)
{
    while (m->n && memory_at(m, 0)->wall_ms < before_ms)
        memory_drop(m);
}

void log_memory_each(const struct log_memory *m, void (*each)(void *self, const struct log_line *l, uint64_t template),
                     void *self)
{
    for (size_t i = 0; i < m->n; i++) {
        const struct kept *k = memory_at(m, i);
        struct log_line l = { .wall_ms = k->wall_ms, .priority = k->priority, .log = k->log,
                              .claimed = k->claimed };
        const char *p = k->texts;
        text_copy(l.ident, sizeof l.ident, p);
        p += strlen(p) + 1;
        text_copy(l.unit, sizeof l.unit, p);
        p += strlen(p) + 1;
        text_copy(l.message_id, sizeof l.message_id, p);
        text_copy(l.text, sizeof l.text, p + strlen(p) + 1);
        each(self, &l, k->template);
    }
}
