/* fuzz_ask.c - a question, and behind a NUL a context, to an archive in which nothing is. */
#include "ask/ask.h"
#include "base/mem.h"
#include "base/text.h"
#include "ask/meaning.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What is meant, with metrics that are made up; a context that was made is read back as it was. */
static void fuzz_meaning(const char *question, const char *context)
{
    static const char *const names[] = { "cpu.util", "memory.util", "memory.used", "disk.read.rate", "net.recv.rate",
                                         "fs.util", "sensor.temp" };
    static bool counters[16];
    struct scope s = { .schema = schema_new(), .counter = counters };
    struct times_here here = { .now_ms = 1795694400000, .offset_s = 3600, .first_ms = 1795392000000,
                               .boot_ms = 1795400000000 };
    struct meaning before, *m = mem_new(sizeof *m), *again = mem_new(sizeof *again);
    struct buf kept = { 0 };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        schema_add(s.schema, &(struct metric){ .name = names[i], .inst = i > 2 ? i == 5 ? "/home" : "sda" : NULL,
                                               .help = "" });
    bool on = meaning_take(context, &s, &before);
    meaning_read(m, question, on ? &before : NULL, &s, &here);
    assert(m->n_subjects <= SUBJECTS_MAX && m->n_spans <= 2 && m->intent < INTENTS);
    for (int i = 0; i < m->n_spans; i++)
        assert(m->span[i].kind != SPAN_NONE && m->span[i].from_ms <= m->span[i].to_ms);
    meaning_put(m, &kept);
    assert(text_is_plain(buf_text(&kept)));
    if (m->intent != INTENT_NONE && kept.n <= MEANING_CONTEXT_MAX) {
        assert(meaning_take(buf_text(&kept), &s, again));
        assert(again->intent == m->intent);
    }
    buf_done(&kept);
    mem_free(m);
    mem_free(again);
    schema_free(s.schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    char *text = mem_new(n + 2);
    memcpy(text, data, n);
    const char *context = text + strlen(text) + (strlen(text) < n);
    struct look look = { .dir = { 0 } };
    buf_puts(&look.dir, "/nowhere/at/all");
    struct ask_world w = { .look = &look, .now_ms = 1795694400000 };
    struct answer a;
    ask(&w, text, context, &a);
    assert(a.text.n > 0 && a.status <= ANSWER_OFF_TOPIC && a.n_suggestions <= ANSWER_SUGGESTIONS);
    answer_done(&a);
    buf_done(&look.dir);
    fuzz_meaning(text, context);
    mem_free(text);
    return 0;
}
