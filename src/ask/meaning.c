/* meaning.c - times first, as their numbers are no amounts; then amounts, things, and last what is wanted of them. */
#include "ask/meaning.h"

#include "ask/follow.h"
#include "ask/phrases.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- amounts ---- */

static bool meaning_unit(const struct words *q, int i, enum unit *unit, double *factor)
{
    static const struct { const char *words; enum unit unit; double factor; } units[] = {
        { "kib|kibibyte|kibibytes", UNIT_BYTE, 1024 }, { "mib|mebibyte|mebibytes", UNIT_BYTE, 1048576 },
        { "gib|gibibyte|gibibytes", UNIT_BYTE, 1073741824 }, { "tib|tebibyte|tebibytes", UNIT_BYTE, 1099511627776 },
        { "percent", UNIT_PERCENT, 1 }, { "degree|temperature", UNIT_CELSIUS, 1 }, { "kb", UNIT_BYTE, 1e3 },
        { "mb", UNIT_BYTE, 1e6 }, { "gb", UNIT_BYTE, 1e9 }, { "tb", UNIT_BYTE, 1e12 }, { "byte", UNIT_BYTE, 1 },
        { "kb/s", UNIT_BYTE_PER_S, 1e3 }, { "mb/s", UNIT_BYTE_PER_S, 1e6 }, { "gb/s", UNIT_BYTE_PER_S, 1e9 },
        { "mbit", UNIT_BYTE_PER_S, 125000 }, { "gbit", UNIT_BYTE_PER_S, 125e6 }, { "watt|w", UNIT_WATT, 1 },
        { "mhz", UNIT_HERTZ, 1e6 }, { "ghz", UNIT_HERTZ, 1e9 }, { "fan", UNIT_RPM, 1 }, { "ms", UNIT_SECOND, 1e-3 },
    };
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) /* by its text first: "gib" is a form of "gb" */
        if (words_is(q, i, units[k].words)) {
            *unit = units[k].unit;
            *factor = units[k].factor;
            return true;
        }
    return false;
}

/* "90 %", "4 GB", and a number alone behind a word that compares. */
static void meaning_amount(struct meaning *m)
{
    struct words *q = &m->words;
    for (int i = 0; i < q->n && !m->has_amount; i++) {
        double factor = 1;
        if (!q->w[i].number || q->w[i].use)
            continue;
        bool unit = meaning_unit(q, i + 1, &m->unit, &factor);
        bool compared = words_is(q, i - 1, "above|below|reach|than|at|to") && !topics_is_thing(q->w[i - 1].is) &&
                        !words_is(q, i + 1, "minute|hour|second|day|week|process|am|pm");
        if (!unit && !compared)
            continue;
        m->has_amount = true;
        m->reach = words_is(q, i - 1, "reach|at") || words_find(q, 0, "reach") >= 0;
        m->unit = unit ? m->unit : UNIT_NONE;
        m->amount = q->w[i].value * factor;
        words_take(q, i, i + 1 + unit, USE_AMOUNT);
    }
    m->below = words_find(q, 0, "below|less|lowest|fall") >= 0;
    m->binary = words_find(q, 0, "kib|mib|gib|tib|kibibytes|mebibytes|gibibytes|tebibytes") >= 0;
    m->much = words_find(q, 0, "much|many") >= 0;
}

/* ---- all of it ---- */

struct known {
    const struct scope *s;
};

static bool meaning_knows(void *self, const char *text)
{
    const struct known *k = self;
    return scope_knows(k->s, text);
}

/* "top 5 processes", "the 5 biggest". */
static void meaning_most(struct meaning *m)
{
    struct words *q = &m->words;
    for (int i = 0; i < q->n; i++) {
        const struct word *w = &q->w[i];
        bool beside = words_is(q, i - 1, "most|highest|first") || words_is(q, i + 1, "most|highest|process");
        if (!w->number || w->use || !beside || w->value < 1 || w->value > 100 || w->value != floor(w->value))
            continue;
        m->most = (int)w->value;
        words_take(q, i, i + 1, USE_COUNT);
        return;
    }
}

/* "pid 1200". */
static void meaning_pid(struct meaning *m)
{
    int i = words_find(&m->words, 0, "pid");
    if (i < 0 || i + 1 >= m->words.n || !m->words.w[i + 1].number || m->words.w[i + 1].use)
        return;
    text_copy(m->process, sizeof m->process, m->words.w[i + 1].text);
    words_take(&m->words, i, i + 2, USE_PROCESS);
}

/* The first word that says something tells to do something, which Sonde does not. */
static bool meaning_is_order(const struct words *q)
{
    int i = 0;
    while (i < q->n && q->w[i].kind == WORD_STOP && *q->w[i].is)
        i++;
    static const char orders[] = "shut|shutdown|reboot|restart|turn|kill|clear|set|close|stop|start|overclock|rm|buy|"
                                 "delete|remove|format|install|uninstall|update|upgrade|disable|enable|hack|write|sing|play";
    return i < q->n && words_listed(orders, q->w[i].text);
}

/* Words of a time that no period was made of: "february 30", "999999999 years ago". */
static bool meaning_is_lost_time(const struct word *w)
{
    return w->use == USE_LOST ||
        (!w->use && words_listed("dawn|dusk|sunrise|sunset|daybreak|teatime|bedtime", w->text)) ||
        (!w->use && words_listed("january|february|march|april|june|july|august|september|october|november|december|"
                                 "ago|am|pm|oclock|monday|tuesday|wednesday|thursday|friday|saturday|sunday", w->is));
}

/* "5 minute load average": a length in front of a thing is a kind of it. */
static bool meaning_is_attribute(const struct words *q, int i)
{
    return i + 2 < q->n && q->w[i + 2].use == USE_MATTER && words_is(q, i + 1, "second|minute|hour|day");
}

/* What nobody knows: a time that is none first, numbers last. */
static void meaning_unknown(struct meaning *m, const struct scope *s)
{
    const struct word *lost = NULL, *number = NULL;
    for (int i = 0; i < m->words.n && !lost; i++)
        lost = meaning_is_lost_time(&m->words.w[i]) ? &m->words.w[i] : NULL;
    if ((m->lost_time = lost != NULL))
        m->unknown[m->n_unknown++] = lost->text;
    for (int i = 0; i < m->words.n; i++) {
        const struct word *w = &m->words.w[i];
        if (w->use || w == lost)
            continue;
        bool file = strcmp(w->is, "file") == 0;
        number = w->number && !number && !meaning_is_attribute(&m->words, i) ? w : number;
        m->n_elsewhere += w->kind != WORD_ELSE ? 0 : strcmp(w->is, "joke") == 0 ? 2 : 1;
        if ((*w->is && !file) || w->number || (m->n_subjects && scope_knows(s, w->text)))
            continue;
        if (m->n_unknown < 2)
            m->unknown[m->n_unknown++] = w->text;
        if (!*m->process)
            text_copy(m->process, sizeof m->process, w->text);
    }
    if (number && !m->n_unknown)
        m->unknown[m->n_unknown++] = number->text;
}

void meaning_read(struct meaning *m, const char *question, const struct meaning *before, const struct scope *s,
                  const struct times_here *here)
{
    struct known known = { s };
    *m = (struct meaning){ 0 };
    words_read(&m->words, question, meaning_knows, &known);
    phrases_read(&m->words);
    m->n_spans = times_read(&m->words, here, m->span);
    meaning_amount(m);
    meaning_pid(m);
    meaning_most(m);
    m->order = meaning_is_order(&m->words);
    m->n_subjects = subjects_read(&m->words, s, m->subject);
    meaning_unknown(m, s);
    bool ahead = false;
    for (int i = 0; i < m->n_spans; i++)
        ahead = ahead || m->span[i].kind == SPAN_AHEAD;
    m->intent = intents_read(&m->words, ahead);
    if (before && before->intent != INTENT_NONE)
        follow(m, before, s);
}
