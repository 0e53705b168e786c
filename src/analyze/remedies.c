/* remedies.c - the table of which finding has which remedy. */
#include "analyze/remedies.h"

#include "base/text.h"

#include <string.h>

static const struct remedy_words words[] = {
    { .name = "neighbour", .would = "let others go before who takes the processors",
      .insights = "cpu-saturated run-queue",
      .causes = "pressure.cpu.*,cpu.load*,process.running" },
    { .name = "swapping", .would = "keep programs in memory and give up caches first",
      .insights = "swap-storm memory-pressure",
      .causes = "swap.in*,swap.out*,pressure.memory.*" },
    { .name = "writer", .would = "let others read and write before who writes most",
      .insights = "io-pressure disk-saturated iowait",
      .causes = "pressure.io.*,disk.write*,disk.queue*,disk.latency*,disk.util*" },
    { .name = "poller", .would = "let who wakes up all the time do so in fewer batches", .insights = "wake-ups",
      .causes = "cpu.interrupts*,cpu.context_switches*", .first = true },
    { .name = "quota", .would = "raise the processor limit of the group to what it wants", .insights = "cgroup-throttled",
      .causes = "cgroup.cpu.throttled" },
    { .name = "frequency", .would = "let the processors run as fast as the hardware allows", .insights = "throttling",
      .causes = "cpu.freq,cpu.core.freq*", .fell = true, .first = true },
};

const struct remedy_words *remedy_words_at(size_t i)
{
    return i < sizeof words / sizeof *words ? &words[i] : NULL;
}

const struct remedy_words *remedy_words_of(const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].name, name) == 0)
            return &words[i];
    return NULL;
}

/* Is the text of n bytes one of the list's words? */
static bool remedies_has(const char *list, const char *text, size_t n)
{
    for (const char *at = list; n && *at; at += strcspn(at, " "), at += strspn(at, " "))
        if (strcspn(at, " ") == n && memcmp(at, text, n) == 0)
            return true;
    return false;
}

const struct remedy_words *remedy_of_insight(const char *id)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (remedies_has(words[i].insights, id, strcspn(id, ":")))
            return &words[i];
    return NULL;
}

static bool remedies_match(const char *globs, const char *metric)
{
    for (const char *at = globs; *at; at += strcspn(at, ","), at += *at == ',')
        if (text_glob_n(at, strcspn(at, ","), metric))
            return true;
    return false;
}

const struct remedy_words *remedy_of_cause(const char *metric, bool fell, int rank)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].fell == fell && (rank == 0 || !words[i].first) && remedies_match(words[i].causes, metric))
            return &words[i];
    return NULL;
}

const struct remedy_words *remedy_of_anomaly(const struct schema *s, const struct anomaly *a)
{
    const struct remedy_words *w = NULL;
    for (int i = 0; !w && i < a->n_causes; i++)
        if (!a->causes[i].stuck)
            w = remedy_of_cause(schema_id(s, a->causes[i].slot), a->causes[i].value < a->causes[i].expected, i);
    return w;
}
