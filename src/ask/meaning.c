/* meaning.c - times first, as their numbers are no amounts; then amounts, things, and last what is wanted of them. */
#include "ask/meaning.h"

#include "ask/calendar.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- amounts ---- */

static bool meaning_unit(const struct words *q, int i, enum unit *unit, double *factor)
{
    static const struct { const char *words; enum unit unit; double factor; } units[] = {
        { "percent", UNIT_PERCENT, 1 }, { "degree|temperature", UNIT_CELSIUS, 1 }, { "kb", UNIT_BYTE, 1e3 },
        { "mb", UNIT_BYTE, 1e6 }, { "gb", UNIT_BYTE, 1e9 }, { "tb", UNIT_BYTE, 1e12 }, { "byte", UNIT_BYTE, 1 },
        { "kb/s", UNIT_BYTE_PER_S, 1e3 }, { "mb/s", UNIT_BYTE_PER_S, 1e6 }, { "gb/s", UNIT_BYTE_PER_S, 1e9 },
        { "mbit", UNIT_BYTE_PER_S, 125000 }, { "gbit", UNIT_BYTE_PER_S, 125e6 }, { "watt|w", UNIT_WATT, 1 },
        { "mhz", UNIT_HERTZ, 1e6 }, { "ghz", UNIT_HERTZ, 1e9 }, { "fan", UNIT_RPM, 1 }, { "ms", UNIT_SECOND, 1e-3 },
    };
    for (size_t k = 0; k < sizeof units / sizeof *units; k++)
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
        m->unit = unit ? m->unit : UNIT_NONE;
        m->amount = q->w[i].value * factor;
        words_take(q, i, i + 1 + unit, USE_AMOUNT);
    }
    m->below = words_find(q, 0, "below|less|lowest|fall") >= 0;
    m->much = words_find(q, 0, "much|many") >= 0;
}

/* ---- who goes on ---- */

static int meaning_first(const struct words *q)
{
    int i = 0;
    while (i < q->n && !q->w[i].use && q->w[i].kind == WORD_STOP && *q->w[i].is && strcmp(q->w[i].is, "but") != 0)
        i++;
    return i;
}

/* "and ...", "what about ...", "same for ...": said before anything else. */
static bool meaning_goes_on(const struct words *q)
{
    int i = meaning_first(q);
    bool too = q->n && words_listed("too|also", q->w[q->n - 1].text); /* "for the gpu, too" */
    return too || words_is(q, i, "and|but|or|then|same") || (words_is(q, i, "what|how") && words_is(q, i + 1, "about"));
}

static bool meaning_points_back(const struct words *q)
{
    static const char back[] = "then|it|there";
    for (int i = 0; i < q->n; i++)
        if (words_is(q, i, back) || (!q->w[i].use && words_listed("that|this|those|them|same", q->w[i].text)))
            return true;
    return false;
}

/* Words that say something. */
static int meaning_size(const struct words *q)
{
    int n = 0;
    for (int i = 0; i < q->n; i++)
        n += q->w[i].use || q->w[i].kind != WORD_STOP || !*q->w[i].is;
    return n;
}

static void meaning_inherit(struct meaning *m, const struct meaning *before, bool subjects, bool spans)
{
    if (subjects && !m->n_subjects) {
        memcpy(m->subject, before->subject, sizeof m->subject);
        m->n_subjects = before->n_subjects;
        m->follows = m->follows || m->n_subjects;
    }
    if (spans && !m->n_spans) {
        memcpy(m->span, before->span, sizeof m->span);
        m->n_spans = before->n_spans;
        m->follows = m->follows || m->n_spans;
    }
    if (!*m->process)
        memcpy(m->process, before->process, sizeof m->process);
}

/* Wants that make no sense without knowing of what. */
static bool meaning_needs_subject(enum intent i)
{
    return i == INTENT_VALUE || (i >= INTENT_HIGHEST && i <= INTENT_BEYOND);
}

static bool meaning_may_inherit(enum intent i)
{
    return meaning_needs_subject(i) || i == INTENT_PROCESSES || i == INTENT_WHY || i == INTENT_FORECAST ||
           i == INTENT_TREND || i == INTENT_COMPARE || i == INTENT_THROTTLE;
}

/* "the day before": the period of the question before, so much earlier. */
static bool meaning_shift(struct meaning *m, const struct meaning *before)
{
    static const struct { const char *word; int64_t ms; } units[] = {
        { "second", SECOND_MS }, { "minute", MINUTE_MS }, { "hour", HOUR_MS },
        { "day|night|morning|afternoon|evening", DAY_MS }, { "week", WEEK_MS },
    };
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        int i = words_find(&m->words, 0, units[k].word);
        if (i < 0 || !words_is(&m->words, i + 1, "before") || i + 2 != m->words.n)
            continue;
        words_take(&m->words, i, i + 2, USE_TIME);
        m->span[0] = before->span[0];
        m->span[0].from_ms -= units[k].ms;
        m->span[0].to_ms -= units[k].ms;
        m->n_spans = m->span[0].kind != SPAN_NOW && m->span[0].from_ms > 0;
        return m->n_spans > 0;
    }
    return false;
}

/* "how hot is the cpu", "and the gpu?": how hot that is, where there is such a side of it. */
static void meaning_same_side(struct meaning *m, const struct meaning *before, const struct scope *s)
{
    const struct topic *was = before->n_subjects ? before->subject[0].topic : NULL, *is = m->subject[0].topic;
    char side[32], thing[32];
    if (!was || !is || m->n_subjects != 1 || !*was->side || *was->side == '|' || !strchr(was->key, '.') ||
        strchr(is->key, '.'))
        return;
    snprintf(side, sizeof side, "%.*s", (int)strcspn(was->side, "|"), was->side);
    snprintf(thing, sizeof thing, "%.*s", (int)strcspn(is->thing, "|"), is->thing);
    const struct topic *same = topics_of(thing, side);
    if (same)
        m->subject[0] = subject_of(same, s, m->subject[0].inst);
}

static void meaning_follow(struct meaning *m, const struct meaning *before, const struct scope *s)
{
    const struct words *q = &m->words;
    bool on = meaning_goes_on(q), brief = meaning_size(q) <= 3, back = meaning_points_back(q);
    bool machine = words_find(q, 0, "machine|slow|anything|all") >= 0;
    if (!m->n_spans && before->n_spans && meaning_shift(m, before)) /* "and the day before?" */
        m->follows = true;
    bool judged = words_find(q, 0, "normal|high|low|fine|problem|much|unusual") >= 0;
    if ((m->intent == INTENT_STATUS || m->intent == INTENT_NONE || m->intent == INTENT_ANOMALIES) && !m->n_subjects &&
        before->n_subjects && back && brief && judged && !machine) {
        m->intent = INTENT_VALUE; /* "is that normal?" */
        meaning_inherit(m, before, true, true);
    } else if (m->intent == INTENT_NONE && words_find(q, 0, "when") >= 0 && brief &&
               (back || words_find(q, 0, "since") >= 0)) {
        m->intent = before->intent == INTENT_VALUE ? INTENT_WHEN_HIGHEST : before->intent; /* "when was that?" */
        meaning_inherit(m, before, true, true);
    } else if (m->intent == INTENT_VALUE && on && m->n_subjects && meaning_may_inherit(before->intent) &&
        before->intent != INTENT_WHY) {
        m->intent = before->intent; /* "and the memory?" */
        meaning_same_side(m, before, s);
        meaning_inherit(m, before, false, true);
        m->follows = true;
    } else if ((m->intent == INTENT_NONE || (m->intent == INTENT_STATUS && on)) && (m->n_spans || m->n_subjects) &&
               !m->n_unknown) {
        m->intent = before->intent; /* "and yesterday?" */
        meaning_inherit(m, before, true, true);
        m->follows = true;
    } else if (m->intent == INTENT_BEYOND && (m->n_subjects || (before->n_subjects && (on || back || brief)))) {
        meaning_inherit(m, before, true, on);
    } else if (meaning_may_inherit(m->intent) && !machine && (on || brief || back)) {
        bool same = !m->n_subjects || on || (back && words_find(q, 0, "then") >= 0);
        bool other = m->has_amount && m->intent == INTENT_PROCESSES; /* of what is in its unit */
        meaning_inherit(m, before, !other, same);
    } else if (m->n_subjects && words_find(q, 0, "then") >= 0) {
        meaning_inherit(m, before, false, true);
    } else if ((m->intent == INTENT_ANOMALIES || m->intent == INTENT_HAPPENED || m->intent == INTENT_STATUS) &&
               (on || words_find(q, 0, "then") >= 0)) {
        meaning_inherit(m, before, false, true);
    }
    if (m->intent == INTENT_BEYOND && !m->has_amount && before->has_amount) {
        m->has_amount = true;
        m->amount = before->amount;
        m->unit = before->unit;
        m->below = before->below;
    }
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

/* "can you tell me", "do you know": said out of politeness. */
static void meaning_polite(struct words *q)
{
    for (int i = 0; i + 1 < q->n; i++) {
        bool asks = words_listed("can|could|would|will|may|might", q->w[i].text) && words_is(q, i + 1, "you");
        bool knows = words_is(q, i, "you") &&
            words_listed("know|see|think|tell|show|give|list|print|find|say|explain", q->w[i + 1].text);
        if (!asks && !knows)
            continue;
        for (int k = i; k <= i + 1; k++) {
            if (words_listed("explain", q->w[k].text))
                continue;
            q->w[k].is = "the";
            q->w[k].kind = WORD_STOP;
        }
        if (knows && i && words_is(q, i - 1, "do") && i == 1) {
            q->w[i - 1].is = "the";
            q->w[i - 1].kind = WORD_STOP;
        }
    }
}

/* Words of a time that no period was made of: "february 30", "999999999 years ago". */
static bool meaning_is_lost_time(const struct word *w)
{
    return w->use == USE_LOST ||
        (!w->use && words_listed("january|february|march|april|june|july|august|september|october|november|december|"
                                 "ago|am|pm|oclock|monday|tuesday|wednesday|thursday|friday|saturday|sunday|dawn", w->is));
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
        m->n_elsewhere += w->kind == WORD_ELSE && *w->is;
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
    meaning_polite(&m->words);
    m->n_spans = times_read(&m->words, here, m->span);
    meaning_amount(m);
    m->n_subjects = subjects_read(&m->words, s, m->subject);
    meaning_unknown(m, s);
    bool ahead = false;
    for (int i = 0; i < m->n_spans; i++)
        ahead = ahead || m->span[i].kind == SPAN_AHEAD;
    m->intent = intents_read(&m->words, ahead);
    if (before && before->intent != INTENT_NONE)
        meaning_follow(m, before, s);
}
