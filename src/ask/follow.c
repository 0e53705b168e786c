/* follow.c - a question that goes on from the one before: what it leaves out is taken from there. */
#include "ask/follow.h"

#include "ask/calendar.h"

#include <stdio.h>
#include <string.h>

static int follow_first(const struct words *q)
{
    int i = 0;
    while (i < q->n && !q->w[i].use && q->w[i].kind == WORD_STOP && *q->w[i].is && strcmp(q->w[i].is, "but") != 0)
        i++;
    return i;
}

/* "and ...", "what about ...", "same for ...": said before anything else. */
static bool follow_goes_on(const struct words *q)
{
    int i = follow_first(q);
    bool too = q->n && words_listed("too|also", q->w[q->n - 1].text); /* "for the gpu, too" */
    return too || words_is(q, i, "and|but|or|then|same") || (words_is(q, i, "what|how") && words_is(q, i + 1, "about"));
}

static bool follow_points_back(const struct words *q)
{
    static const char back[] = "then|it|there";
    for (int i = 0; i < q->n; i++)
        if (words_is(q, i, back) || (!q->w[i].use && words_listed("that|this|those|them|same", q->w[i].text)))
            return true;
    return false;
}

/* Words that say something. */
static int follow_size(const struct words *q)
{
    int n = 0;
    for (int i = 0; i < q->n; i++)
        n += q->w[i].use || q->w[i].kind != WORD_STOP || !*q->w[i].is;
    return n;
}

static void follow_inherit(struct meaning *m, const struct meaning *before, bool subjects, bool spans)
{
    if (subjects && !m->n_subjects) {
        memcpy(m->subject, before->subject, sizeof m->subject);
        m->n_subjects = before->n_subjects;
    }
    if (spans && !m->n_spans) {
        memcpy(m->span, before->span, sizeof m->span);
        m->n_spans = before->n_spans;
    }
    if (!*m->process)
        memcpy(m->process, before->process, sizeof m->process);
}

/* Wants that make no sense without knowing of what. */
static bool follow_needs_subject(enum intent i)
{
    return i == INTENT_VALUE || (i >= INTENT_HIGHEST && i <= INTENT_BEYOND);
}

static bool follow_may_inherit(enum intent i)
{
    return follow_needs_subject(i) || i == INTENT_PROCESSES || i == INTENT_WHY || i == INTENT_FORECAST ||
           i == INTENT_TREND || i == INTENT_COMPARE || i == INTENT_THROTTLE;
}

/* "the day before": the period of the question before, so much earlier. */
static void follow_shift(struct meaning *m, const struct meaning *before)
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
        return;
    }
}

/* "how hot is the cpu", "and the gpu?": how hot that is, where there is such a side of it. */
static void follow_same_side(struct meaning *m, const struct meaning *before, const struct scope *s)
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

static void follow_amount(struct meaning *m, const struct meaning *before)
{
    if (m->intent != INTENT_BEYOND || m->has_amount || !before->has_amount)
        return;
    m->has_amount = true;
    m->amount = before->amount;
    m->unit = before->unit;
    m->below = before->below;
    m->reach = before->reach;
}

/* Nothing but words of a list, and one at least. */
static bool follow_is_only(const struct words *q, const char *list)
{
    int n = 0;
    for (int i = 0; i < q->n; i++) {
        if (!q->w[i].use && q->w[i].kind == WORD_STOP && *q->w[i].is)
            continue;
        if (!words_is(q, i, list))
            return false;
        n++;
    }
    return n > 0;
}

/* "and in GiB?", "how many GB is that?": the same in another unit. */
static bool follow_unit(struct meaning *m, const struct meaning *before, const struct scope *s)
{
    static const struct { const char *words; enum unit unit; } units[] = {
        { "kb|mb|gb|tb|byte", UNIT_BYTE }, { "percent", UNIT_PERCENT },
    };
    static const char filler[] = "and|how|much|many|is|it|that|then|what|kb|mb|gb|tb|byte|percent";
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        if (words_find(&m->words, 0, units[k].words) < 0 || !follow_is_only(&m->words, filler) || !before->n_subjects)
            continue;
        m->intent = INTENT_VALUE;
        m->n_subjects = 0;
        follow_inherit(m, before, true, true);
        const struct topic *is = m->subject[0].topic, *same = is ? topics_in_unit(is, units[k].unit) : NULL;
        if (same)
            m->subject[0] = subject_of(same, s, m->subject[0].inst);
        return true;
    }
    return false;
}

/* "when?", "for how long?", "how often?": the same question, whose answer says that. */
static bool follow_asks_on(struct meaning *m, const struct meaning *before)
{
    static const char asks[] = "and|when|how|long|often|until|what|which|one|time|many|is|do|it|that|there|then|last";
    if (!follow_is_only(&m->words, asks) || words_find(&m->words, 0, "when|long|often|until|one|time") < 0)
        return false;
    bool value = before->intent == INTENT_VALUE && words_find(&m->words, 0, "when") >= 0;
    m->intent = value ? INTENT_WHEN_HIGHEST : before->intent;
    follow_inherit(m, before, true, true);
    return true;
}

/* "and its memory?" of a graphics processor, "how much is left?" of /data: a side of what was asked about. */
static void follow_side(struct meaning *m, const struct meaning *before, const struct scope *s)
{
    const struct topic *was = before->n_subjects ? before->subject[0].topic : NULL, *is = m->subject[0].topic;
    if (!was || !is || m->n_subjects != 1 || *m->subject[0].inst)
        return;
    char thing[32], side[32];
    snprintf(thing, sizeof thing, "%.*s", (int)strcspn(was->thing, "|"), was->thing);
    snprintf(side, sizeof side, "%.*s", (int)strcspn(is->thing, "|"), is->thing);
    bool its = false;
    for (int i = 0; i < m->words.n; i++)
        its = its || strcmp(m->words.w[i].text, "its") == 0;
    const struct topic *same = its ? topics_of(thing, side) : NULL;
    struct subject u = same ? subject_of(same, s, before->subject[0].inst) :
                              subject_of(is, s, before->subject[0].inst);
    bool alike = same || (strncmp(is->key, was->key, strcspn(was->key, ".")) == 0 && m->subject[0].by_side);
    if (alike && subject_slot(&u, s) >= 0)
        m->subject[0] = u;
}

void follow(struct meaning *m, const struct meaning *before, const struct scope *s)
{
    const struct words *q = &m->words;
    if (follow_unit(m, before, s) || follow_asks_on(m, before)) {
        follow_amount(m, before);
        return;
    }
    follow_side(m, before, s);
    bool on = follow_goes_on(q), brief = follow_size(q) <= 3, back = follow_points_back(q);
    bool machine = words_find(q, 0, "machine|slow|anything|all") >= 0;
    if (!m->n_spans && before->n_spans)
        follow_shift(m, before);
    bool judged = words_find(q, 0, "normal|high|low|fine|problem|much|unusual") >= 0;
    if ((m->intent == INTENT_STATUS || m->intent == INTENT_NONE || m->intent == INTENT_ANOMALIES) && !m->n_subjects &&
        before->n_subjects && back && brief && judged && !machine) {
        m->intent = INTENT_VALUE; /* "is that normal?" */
        follow_inherit(m, before, true, true);
    } else if (m->intent == INTENT_NONE && words_find(q, 0, "when") >= 0 && brief &&
               (back || words_find(q, 0, "since") >= 0)) {
        m->intent = before->intent == INTENT_VALUE ? INTENT_WHEN_HIGHEST : before->intent; /* "when was that?" */
        follow_inherit(m, before, true, true);
    } else if (m->intent == INTENT_VALUE && on && m->n_subjects && follow_may_inherit(before->intent) &&
        before->intent != INTENT_WHY) {
        m->intent = before->intent; /* "and the memory?" */
        follow_same_side(m, before, s);
        follow_inherit(m, before, false, true);
    } else if ((m->intent == INTENT_NONE || (m->intent == INTENT_STATUS && on)) && (m->n_spans || m->n_subjects) &&
               !m->n_unknown) {
        m->intent = before->intent; /* "and yesterday?" */
        follow_inherit(m, before, true, true);
    } else if (m->intent == INTENT_BEYOND && (m->n_subjects || (before->n_subjects && (on || back || brief)))) {
        follow_inherit(m, before, true, on);
    } else if (follow_may_inherit(m->intent) && !machine && (on || brief || back)) {
        bool same = !m->n_subjects || on || (back && words_find(q, 0, "then") >= 0);
        bool other = m->has_amount && m->intent == INTENT_PROCESSES; /* of what is in its unit */
        follow_inherit(m, before, !other, same);
    } else if (m->n_subjects && words_find(q, 0, "then") >= 0) {
        follow_inherit(m, before, false, true);
    } else if ((m->intent == INTENT_ANOMALIES || m->intent == INTENT_HAPPENED || m->intent == INTENT_STATUS) &&
               (on || words_find(q, 0, "then") >= 0)) {
        follow_inherit(m, before, false, true);
    }
    follow_amount(m, before);
}
