/* say_throttle.c - is the processor or a graphics processor held back, by what, for how long. */
#include "ask/say.h"

#include "ask/calendar.h"
#include "core/amount.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Each says 1 while it holds, but for the processor's, which counts. */
static const struct { const char *glob, *what; } reasons[] = {
    { "gpu.throttle.thermal", "because it was too hot" }, { "gpu.throttle.power", "by its power limit" },
    { "gpu.throttle.hardware", "by the hardware" }, { "gpu.throttle.other", "for another reason" },
};

/* "was it held by its power limit": then no other reason counts. */
static bool throttle_is_of_power(const struct asked *q)
{
    for (int i = 0; i < q->m.words.n; i++)
        if (strcmp(q->m.words.w[i].text, "power") == 0)
            return true;
    return false;
}

static int throttle_gpu(struct asked *q, const struct span *s)
{
    struct answer *a = q->out;
    bool of_power = throttle_is_of_power(q);
    int found = 0;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (of_power && strcmp(reasons[i].glob, "gpu.throttle.power") != 0)
            continue;
        struct subject u = { .of = OF_HIGHEST };
        struct figure f[FIGURES_MAX];
        snprintf(u.globs, sizeof u.globs, "%s", reasons[i].glob);
        snprintf(u.label, sizeof u.label, "graphics processor");
        int n = figures_read(q, &u, s, true, f);
        for (int k = 0; k < n; k++) {
            if (!(f[k].max > 0))
                continue;
            const char *which = f[k].which, *blank = *which ? " " : "";
            answer_say(a, "%sThe graphics processor%s%s was throttled %s for ", a->text.n ? " " : "", blank, which,
                       reasons[i].what);
            answer_length(a, "throttled", f[k].mean * f[k].known_s);
            answer_say(a, ", ");
            answer_amount(a, "share of the time", 100 * f[k].mean, UNIT_PERCENT, f[k].id, 0);
            answer_say(a, " of the time, first at ");
            struct beyond b;
            figures_beyond(q, f[k].id, s, 0, false, &b);
            say_time(q, b.n ? b.stretch[0].from_ms : f[k].max_ms);
            answer_say(a, ".");
            say_chart(q, &f[k], s);
            found++;
        }
    }
    return found;
}

static int throttle_cpu(struct asked *q, const struct span *s)
{
    struct answer *a = q->out;
    struct subject u = say_topic(q, "cpu.throttle");
    struct figure f[FIGURES_MAX];
    int n = figures_read(q, &u, s, true, f);
    double events = n ? f[0].mean * f[0].known_s : 0;
    if (!n || !(f[0].max > 0))
        return 0;
    answer_say(a, "%sThe processor was throttled ", a->text.n ? " " : "");
    answer_count(a, "throttle events", round(events), "time");
    answer_say(a, ", most often at ");
    say_time(q, f[0].max_ms);
    answer_say(a, ".");
    say_chart(q, &f[0], s);
    return 1;
}

/* What goes along with it. */
static void throttle_around(struct asked *q, const char *key, const struct span *s)
{
    struct subject u = say_topic(q, key);
    struct figure f[FIGURES_MAX];
    if (!figures_read(q, &u, s, true, f))
        return;
    answer_say(q->out, " ");
    say_name(q, &u, f, true);
    answer_say(q->out, ": on average ");
    answer_amount(q->out, "average", f->mean, f->unit, f->id, 0);
    answer_say(q->out, ", highest ");
    answer_amount(q->out, "highest", f->max, f->unit, f->id, f->max_ms);
    answer_say(q->out, ".");
}

void say_throttle(struct asked *q)
{
    bool past = false; /* "is it" asks of now, "was it" of more */
    for (int i = 0; i < q->m.words.n; i++)
        past = past || words_listed("was|were|did|has|had|been|long|often", q->m.words.w[i].text);
    struct span s = say_span(q, past ? 24 * HOUR_MS : HOUR_MS);
    struct subject cpu = say_topic(q, "cpu.throttle"), gpu = say_topic(q, "gpu.throttle");
    const char *asked = q->m.n_subjects && q->m.subject[0].topic ? q->m.subject[0].topic->key : "";
    bool of_gpu = strncmp(asked, "gpu", 3) == 0, of_cpu = strncmp(asked, "cpu", 3) == 0;
    bool has_gpu = subject_slot(&gpu, &q->scope) >= 0, has_cpu = subject_slot(&cpu, &q->scope) >= 0;
    if (s.kind == SPAN_NOW)
        s.kind = SPAN_RANGE;
    if ((of_gpu && !has_gpu) || (of_cpu && !has_cpu) || (!has_gpu && !has_cpu)) {
        say_not_measured(q, of_gpu || (!of_cpu && !has_cpu && has_gpu) ? &gpu : &cpu);
        return;
    }
    bool of_power = has_gpu && !of_cpu && throttle_is_of_power(q); /* of processors only how often is known */
    of_gpu = of_gpu || of_power;
    int found = of_cpu ? 0 : throttle_gpu(q, &s);
    found += of_gpu ? 0 : throttle_cpu(q, &s);
    if (!found) {
        answer_note(q->out, "throttled", 0, UNIT_SECOND, NULL, 0);
        bool both = has_gpu && has_cpu && !of_gpu && !of_cpu, gpu_only = of_gpu || (!of_cpu && !has_cpu);
        answer_say(q->out, "No: %s not %s", both ? "processor and graphics processor were" :
                   gpu_only ? "the graphics processor was" : "the processor was",
                   of_power ? "held by its power limit" : "throttled");
        say_when(q, &s);
        answer_say(q->out, ".");
    } else {
        answer_say(q->out, " Looked at");
        say_when(q, &s);
        answer_say(q->out, ".");
    }
    if (!of_power)
        throttle_around(q, of_gpu || (!of_cpu && has_gpu) ? "gpu.temperature" : "cpu.temperature", &s);
    if (of_gpu || (!of_cpu && has_gpu))
        throttle_around(q, "gpu.power", &s);
    say_within(q, &s);
    answer_suggest(q->out, "why?");
    answer_suggest(q->out, "how hot is it?");
}
