/* say_about.c - about Sonde: what it costs, what it recorded and measures, on which machine, what can be asked. */
#include "ask/say.h"

#include "ask/calendar.h"
#include "base/text.h"
#include "base/when.h"
#include "core/amount.h"
#include "look/judged.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void say_cost(struct asked *q)
{
    struct span s = say_span(q, HOUR_MS);
    struct answer *a = q->out;
    struct subject cpu = say_topic(q, "own.cpu"), memory = say_topic(q, "own.memory");
    struct figure f[FIGURES_MAX];
    size_t n;
    double bytes = 0;
    if (s.kind == SPAN_NOW)
        s.kind = SPAN_RANGE;
    if (figures_read(q, &cpu, &s, true, f)) {
        answer_say(a, "Sonde used ");
        answer_amount(a, "processor time of Sonde", f->mean, f->unit, f->id, 0);
        answer_say(a, " of a core on average");
        say_chart(q, f, &s);
        if (figures_read(q, &memory, &s, true, f)) {
            answer_say(a, " and ");
            answer_amount(a, "memory of Sonde", f->mean, f->unit, f->id, 0);
            answer_say(a, " of memory");
        }
        answer_say(a, ",");
        say_when(q, &s);
        answer_say(a, ".");
    } else {
        answer_say(a, "What Sonde itself used is not in this recording.");
    }
    if (look_files(q->look) == 0) {
        const struct archive_part *p = archive_parts(q->look->files, &n);
        for (size_t i = 0; i < n; i++)
            bytes += (double)p[i].bytes;
        answer_say(a, " The samples take ");
        answer_amount(a, "bytes of samples", bytes, UNIT_BYTE, NULL, 0);
        answer_say(a, " of disk.");
    }
    say_within(q, &s);
    answer_suggest(a, "what was recorded?");
}

struct recorded {
    int sessions;
    double samples, gaps;
    char labels[192];
    int64_t first_ms, last_ms;
    bool running;
};

static void recorded_note(void *self, const struct index_session *s)
{
    struct recorded *r = self;
    r->sessions++;
    r->samples += (double)s->samples;
    r->gaps += (double)s->gaps;
    if (*s->labels)
        text_copy(r->labels, sizeof r->labels, s->labels);
    r->first_ms = !r->first_ms || s->start_ms < r->first_ms ? s->start_ms : r->first_ms;
    r->last_ms = s->end_ms > r->last_ms ? s->end_ms : r->last_ms;
    r->running = r->running || s->state == INDEX_RUNNING;
}

void say_recorded(struct asked *q)
{
    struct answer *a = q->out;
    struct recorded r = { 0 };
    struct index_filter f = INDEX_ALL;
    bool asked = q->m.n_spans && q->m.span[0].kind != SPAN_NOW && q->m.span[0].kind != SPAN_AHEAD;
    struct span s = asked ? q->m.span[0] : (struct span){ SPAN_RANGE, q->first_ms, q->last_ms };
    char zone[WHEN_ZONE_MAX];
    f.from_ms = asked ? s.from_ms : 0;
    f.to_ms = asked ? s.to_ms : 0;
    say_sessions(q, &f, recorded_note, &r);
    if (!r.sessions) {
        say_not_recorded(q, &s);
        return;
    }
    answer_count(a, "sessions", r.sessions, "session");
    answer_say(a, r.sessions == 1 ? " was recorded, from " : " were recorded, from ");
    say_time(q, r.first_ms);
    answer_say(a, " to ");
    say_time(q, r.last_ms);
    answer_say(a, " %s: ", when_zone_text(q->here.offset_s, zone));
    answer_count(a, "samples", r.samples, "sample");
    answer_say(a, " of ");
    answer_count(a, "metrics", scope_size(&q->scope), "metric");
    answer_say(a, ", every ");
    answer_length(a, "interval", q->interval_s);
    answer_say(a, ", with ");
    answer_count(a, "gaps", r.gaps, "gap");
    answer_say(a, ".%s", r.running ? " One goes on." : "");
    if (*r.labels) {
        answer_say(a, " Labelled: ");
        answer_quote(a, "label", r.labels);
        answer_say(a, ".");
    }
    say_link(q, "sessions", "", &s);
    say_within(q, &s);
    answer_suggest(a, "what is measured?");
    answer_suggest(a, "any anomalies?");
}

void say_metrics(struct asked *q)
{
    static const struct { const char *glob, *what; } areas[] = {
        { "cpu.*", "processor" }, { "memory.*,swap.*", "memory" }, { "disk.*,fs.*", "disks" }, { "net.*", "network" },
        { "gpu.*", "graphics" }, { "sensor.*", "sensors" }, { "power.*,battery.*,energy.*", "power" }, { "process.*", "processes" },
    };
    struct answer *a = q->out;
    struct span s = { SPAN_RANGE, q->first_ms, q->last_ms };
    if (!scope_size(&q->scope)) {
        say_not_recorded(q, &s);
        return;
    }
    answer_count(a, "metrics", scope_size(&q->scope), "metric");
    answer_say(a, scope_size(&q->scope) == 1 ? " is measured here" : " are measured here");
    const char *lead = ": ";
    for (size_t i = 0; i < sizeof areas / sizeof *areas; i++) {
        int n = 0;
        for (int slot = -1; (slot = scope_match(&q->scope, areas[i].glob, slot)) >= 0;)
            n++;
        if (!n)
            continue;
        answer_say(a, "%s%s ", lead, areas[i].what);
        answer_note(a, areas[i].what, n, UNIT_NONE, NULL, 0);
        answer_say(a, "%d", n);
        lead = ", ";
    }
    answer_say(a, ". `sonde metrics` lists them, `sonde doctor` says what is missing.");
    say_link(q, "explore", "", &s);
    answer_suggest(a, "how is the cpu?");
    answer_suggest(a, "how hot is it?");
}

void say_machine(struct asked *q)
{
    struct report_host h;
    struct answer *a = q->out;
    struct subject memory = say_topic(q, "memory.total");
    struct figure f[FIGURES_MAX];
    struct span now = say_span(q, 0);
    h = (struct report_host){ .memory_bytes = NAN };
    if (q->look->index)
        judged_host(q->look, NULL, &h);
    if (*h.cpu) {
        answer_say(a, "The processor is ");
        answer_quote(a, "processor", h.cpu);
        if (h.cores) {
            answer_say(a, ", with ");
            answer_count(a, "cores", h.cores, "core");
        }
        answer_say(a, ".");
    }
    double bytes = h.memory_bytes;
    if (isnan(bytes) && figures_read(q, &memory, &now, false, f))
        bytes = f->last;
    if (!isnan(bytes)) {
        answer_say(a, "%sIt has ", a->text.n ? " " : "");
        answer_amount(a, "memory", bytes, UNIT_BYTE, NULL, 0);
        answer_say(a, " of memory.");
    }
    if (*h.os) {
        answer_say(a, "%sIt runs ", a->text.n ? " " : "");
        answer_quote(a, "system", h.os);
        answer_say(a, ".");
    }
    if (!a->text.n) {
        a->status = ANSWER_NO_DATA;
        answer_say(a, "What was recorded does not say on which machine. `sonde id` tells of this one.");
    }
    answer_suggest(a, "how is it?");
}

void say_help(struct asked *q)
{
    answer_say(q->out,
               "Ask about what was recorded here, in English: how something is or was (\"how was the disk last night\"), "
               "what used it (\"what was using memory at 14:05\"), why (\"why was it slow\"), anomalies, what is coming (\"when "
               "will / be full\"), comparisons (\"compare today with yesterday\"), what changed, and go on with \"and the memory?\" or "
               "\"why?\". Every metric can be named, every time be said in words.");
    answer_note(q->out, "time of an example", 14 * 3600 + 5 * 60, UNIT_SECOND, NULL, 0);
    answer_suggest(q->out, "how is it?");
    answer_suggest(q->out, "any anomalies?");
    answer_suggest(q->out, "what is using the cpu?");
}

/* "/backup", "sdx1", "eth7": meant as a device, of which there are others. */
static bool about_device(struct asked *q)
{
    const char *word = q->m.n_unknown == 1 ? q->m.unknown[0] : "";
    bool path = *word == '/', numbered = *word && strpbrk(word, "0123456789") && !q->m.n_elsewhere;
    const char *topic = path ? "space" : strncmp(word, "sd", 2) == 0 || strncmp(word, "nvme", 4) == 0 ? "disk" :
                        strncmp(word, "e", 1) == 0 || strncmp(word, "wl", 2) == 0 ? "network" : NULL;
    struct answer *a = q->out;
    if (!path && (!numbered || !topic))
        return false;
    a->status = ANSWER_NO_DATA;
    answer_say(a, "Nothing called %s is measured here.", word);
    struct subject u = say_topic(q, topic);
    int said = 0;
    for (int slot = -1; (slot = scope_match(&q->scope, strcspn(u.globs, " ,{") ? u.topic->globs : u.globs,
                                            slot)) >= 0 && said < 6;) {
        const char *inst = scope_at(&q->scope, slot)->inst;
        if (inst && strcmp(inst, "total") != 0)
            answer_say(a, "%s%s", said++ ? ", " : " There are ", inst);
    }
    if (said)
        answer_say(a, ".");
    answer_suggest(a, "what is measured?");
    return true;
}

/* A question about nothing here, or one that no rule fits: never an answer to something else. */
void say_not_understood(struct asked *q)
{
    struct answer *a = q->out;
    const struct meaning *m = &q->m;
    if (!m->order && about_device(q))
        return;
    bool elsewhere = m->order || m->n_elsewhere > 0 || (m->n_unknown > 1 && !m->n_subjects);
    a->status = elsewhere ? ANSWER_OFF_TOPIC : ANSWER_NOT_UNDERSTOOD;
    if (m->order)
        answer_say(a, "Sonde does nothing but answer questions about what it recorded here.");
    else if (elsewhere)
        answer_say(a, "That is not about this machine. Sonde answers questions about what it recorded here.");
    else if (m->n_unknown)
        answer_say(a, "\"%s\" is not understood.", m->unknown[0]);
    else
        answer_say(a, "That is not understood.");
    if (!elsewhere && m->n_subjects && !m->n_unknown)
        answer_say(a, " It is about %s, but what is wanted of it is not clear.", m->subject[0].label);
    if (m->n_subjects && !elsewhere) {
        char line[96];
        snprintf(line, sizeof line, "how is %.60s?", m->subject[0].label);
        answer_suggest(a, line);
    }
    answer_suggest(a, "how is it?");
    answer_suggest(a, "any anomalies?");
    answer_suggest(a, "what can I ask?");
}
