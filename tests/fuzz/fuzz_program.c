/*
 * fuzz_program.c - what an adapter program prints: each line taken apart, metrics added.
 *
 * A line that passes holds what its word promises; a metric that passes lies under the program's
 * prefix, and its name is whole.
 */
#include "adapters/linux/program_lines.h"
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct extension fuzzed = { .name = "fuzzed" };

static void add(struct schema *s, const struct extension_metric *m)
{
    char why[EXTENSION_WHY] = "";
    int slot = extension_add(&fuzzed, s, m, why);
    assert(slot >= 0 || (slot < 0 && *why && text_is_plain(m->name)));
    if (slot < 0)
        return;
    const struct metric *is = schema_at(s, slot);
    assert(strncmp(schema_id(s, slot), "ext.fuzzed.", 11) == 0 && strcmp(is->name + 11, m->name) == 0);
    assert(strlen(schema_id(s, slot)) + sizeof ".rate" < SCHEMA_MAX_NAME && is->min <= is->max);
    assert(is->kind != KIND_COUNTER || schema_find(s, is->name, is->inst) == slot);
}

static void take(struct schema *s, const uint8_t *from, size_t n)
{
    char why[EXTENSION_WHY] = "", *line = mem_new(n + 1); /* exactly, so that a read past the end is seen */
    struct program_line l;
    memcpy(line, from, n);
    line[n] = '\n';
    bool declares = program_line_declares(line);
    int rc = program_line(line, n, &l, why);
    assert(rc == 0 || *why);
    assert(rc < 0 || declares == (l.word == PROGRAM_METRIC));
    if (rc == 0 && l.word == PROGRAM_METRIC)
        add(s, &l.metric);
    assert(rc < 0 || l.word != PROGRAM_VALUE || (*l.id && !isinf(l.value)));
    assert(rc < 0 || l.word != PROGRAM_END || isnan(l.seconds) || l.seconds > 0);
    assert(rc < 0 || l.word != PROGRAM_EVENT || (l.severity && *l.text && text_is_plain(l.text)));
    mem_free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct schema *s = schema_new();
    schema_source(s, "ext.fuzzed");
    for (size_t at = 0; at < n;) {
        const uint8_t *end = memchr(data + at, '\n', n - at);
        size_t length = end ? (size_t)(end - data) - at : n - at;
        if (length < PROGRAM_LINE_MAX)
            take(s, data + at, length);
        at += length + 1;
    }
    schema_free(s);
    return 0;
}
