/* state.c - raises, reminds, clears; and what receivers are to believe. */
#include "alert/state_own.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LOST_S 900             /* a metric that is not read for so long is over */
#define LOST_FORECAST_S 7200
#define WORDS_S 60             /* how old the words and the value of a row that is kept may be */
#define RESTORED_EVENT_S 600   /* of an event that an earlier process saw, the end may have been missed */

static int64_t state_ns(double s)
{
    return (int64_t)(s * 1e9);
}

int alert_quiet_hours(const char *text, int *from, int *to)
{
    int h[2], m[2], n = 0;
    if (!*text) {
        *from = *to = 0;
        return 0;
    }
    bool good = sscanf(text, "%2d:%2d-%2d:%2d%n", &h[0], &m[0], &h[1], &m[1], &n) == 4 && !text[n] && n >= 7 &&
                !strpbrk(text, " +") && text[0] != '-';
    for (int i = 0; good && i < 2; i++)
        good = h[i] >= 0 && h[i] <= 24 && m[i] >= 0 && m[i] < 60 && h[i] * 60 + m[i] <= 24 * 60;
    if (!good)
        return -EINVAL;
    *from = (h[0] * 60 + m[0]) % (24 * 60);
    *to = (h[1] * 60 + m[1]) % (24 * 60);
    return *from == *to ? -EINVAL : 0;
}

/* ---- alerts at work ---- */

/* Names of mounts and devices are other people's: as they are kept and told they are plain. */
static void state_plain(char out[static SCHEMA_MAX_NAME], const char *metric)
{
    text_copy(out, SCHEMA_MAX_NAME, metric);
    text_clean(out);
}

struct live *alerts_find(const struct alerts *a, const struct rule *r, const char *metric)
{
    char plain[SCHEMA_MAX_NAME];
    state_plain(plain, metric);
    for (size_t i = 0; i < a->n_live; i++)
        if (a->live[i]->rule == r && strcmp(a->live[i]->row.metric, plain) == 0)
            return a->live[i];
    return NULL;
}

struct live *alerts_live(struct alerts *a, const struct rule *r, const char *metric, enum unit unit)
{
    struct live *l = alerts_find(a, r, metric);
    if (l || alerts_is_full(a))
        return l;
    l = mem_new(sizeof *l);
    *l = (struct live){ .rule = r, .holds_ns = ALERT_NEVER, .well_ns = ALERT_NEVER, .known_ns = ALERT_NEVER,
                        .differs_ns = ALERT_NEVER, .told_ns = ALERT_NEVER, .raise_told_ns = ALERT_NEVER,
                        .clear_told_ns = ALERT_NEVER, .worded_ns = ALERT_NEVER, .raised_value = NAN };
    l->row = (struct alert){ .value = NAN, .unit = unit, .severity = r->severity ? r->severity : SEVERITY_WARNING };
    text_copy(l->row.rule, sizeof l->row.rule, r->name);
    state_plain(l->row.metric, metric);
    a->live = mem_grow(a->live, a->n_live, &a->cap_live, sizeof *a->live);
    a->live[a->n_live++] = l;
    return l;
}

static void state_forget(struct alerts *a, size_t i)
{
    for (size_t k = 0; k < a->n_watch && a->live[i]->watched; k++)
        if (a->watch[k].live == a->live[i])
            a->watch[k].live = NULL;
    mem_free(a->live[i]);
    memmove(&a->live[i], &a->live[i + 1], (--a->n_live - i) * sizeof *a->live);
}

bool alerts_is_full(const struct alerts *a)
{
    return a->n_live >= ALERTS_MAX;
}

/* ---- what is so ---- */

static void live_raise(struct alerts *a, struct live *l, const struct alert_clock *now)
{
    l->raised = true;
    l->row.since_ms = l->holds_ms < now->wall_ms ? l->holds_ms : now->wall_ms;
    l->row.end_ms = 0;
    if (!l->told) /* else receivers believe that it never was over */
        l->row.told_ms = 0;
    l->raised_value = l->row.value;
    l->worded_ns = now->mono_ns;
    char sentence[MESSAGE_TEXT];
    alert_sentence(l, NEWS_RAISED, now->wall_ms, sentence);
    alert_keep_words(l, now->wall_ms, l->row.text);
    a->hooks.change(a->hooks.self, &l->row, true, sentence);
}

static void live_clear(struct alerts *a, struct live *l, const struct alert_clock *now)
{
    l->raised = false;
    l->row.end_ms = now->wall_ms > l->row.since_ms ? now->wall_ms : l->row.since_ms;
    char sentence[MESSAGE_TEXT];
    alert_sentence(l, NEWS_CLEARED, now->wall_ms, sentence);
    alert_keep_words(l, now->wall_ms, l->row.text);
    a->hooks.change(a->hooks.self, &l->row, false, sentence);
}

static void live_unknown(struct alerts *a, struct live *l, const struct alert_clock *now)
{
    double lost_s = l->rule->kind == RULE_METRIC ? LOST_S : LOST_FORECAST_S;
    bool lost = now->mono_ns - l->known_ns >= state_ns(lost_s);
    if (l->rule->kind == RULE_METRIC || lost)
        l->holds_ns = l->well_ns = ALERT_NEVER;
    if (!l->raised || !lost)
        return;
    l->row.value = NAN;
    live_clear(a, l, now);
}

/* Since when it is so; of a forecast it was so at once, and stays so until the next one. */
static void live_note(struct live *l, enum rule_verdict v, const struct alert_clock *now)
{
    l->known_ns = now->mono_ns;
    if (v == RULE_HOLDS && l->holds_ns == ALERT_NEVER) {
        l->holds_ns = now->mono_ns;
        l->holds_ms = now->wall_ms;
    }
    if (v == RULE_WELL && l->well_ns == ALERT_NEVER)
        l->well_ns = now->mono_ns;
    if (v == RULE_WELL || (v == RULE_BETWEEN && !l->raised))
        l->holds_ns = ALERT_NEVER;
    if (v != RULE_WELL)
        l->well_ns = ALERT_NEVER;
}

void alert_judge(struct alerts *a, struct live *l, enum rule_verdict v, double value, const struct alert_clock *now)
{
    if (v == RULE_UNKNOWN) {
        live_unknown(a, l, now);
        return;
    }
    live_note(l, v, now);
    l->row.value = value;
    if (v == RULE_HOLDS && !l->raised && now->mono_ns - l->holds_ns >= state_ns(l->rule->for_s) &&
        now->mono_ns - a->begun_ns >= state_ns(a->policy.grace_s))
        live_raise(a, l, now);
    else if (v == RULE_WELL && l->raised && now->mono_ns - l->well_ns >= state_ns(l->rule->clear_for_s))
        live_clear(a, l, now);
}

/* ---- what is told ---- */

bool alert_is_quiet(const struct alert_policy *p, int64_t wall_ms, int zone_s)
{
    int from = p->quiet_from, to = p->quiet_to;
    int64_t day_s = ((wall_ms / 1000 + zone_s) % 86400 + 86400) % 86400;
    int minute = (int)(day_s / 60);
    return from != to && (from < to ? minute >= from && minute < to : minute >= from || minute < to);
}

static bool tell_may(const struct alerts *a, const struct live *l, enum news news, const struct alert_clock *now)
{
    if (alerts_is_silenced(a, l->row.rule, now->wall_ms) ||
        (l->row.severity < SEVERITY_CRITICAL && alert_is_quiet(&a->policy, now->wall_ms, now->zone_s)))
        return false;
    double pause_s = news == NEWS_RAISED ? a->policy.raise_cooldown_s : news == NEWS_CLEARED ?
                     a->policy.clear_cooldown_s : a->policy.remind_s;
    int64_t before = news == NEWS_RAISED ? l->raise_told_ns : news == NEWS_CLEARED ? l->clear_told_ns : l->told_ns;
    return before == ALERT_NEVER || now->mono_ns - before >= state_ns(pause_s);
}

/* Is there this to tell of it at all? */
static bool tell_wants(const struct alerts *a, const struct live *l, enum news news)
{
    return news == NEWS_RAISED ? l->raised && !l->told : news == NEWS_CLEARED ? !l->raised && l->told :
           l->raised && l->told && a->policy.remind_s > 0;
}

static void tell_note(struct live *l, enum news news, const struct alert_clock *now)
{
    l->told = news != NEWS_CLEARED;
    l->told_ns = now->mono_ns;
    if (news == NEWS_RAISED)
        l->raise_told_ns = now->mono_ns;
    if (news == NEWS_CLEARED)
        l->clear_told_ns = now->mono_ns;
    l->differs_ns = ALERT_NEVER;
    l->row.told_ms = now->wall_ms;
}

static void tell_add_more(struct message *m, const char *metric)
{
    size_t n = strlen(m->text);
    snprintf(m->text + n, sizeof m->text - n, "%s%s", m->more == 1 ? "; also " : ", ", metric);
    text_clean(m->text); /* one that was cut in the middle of a character */
}

/* One message about an alert and all of its rule of which the same is to be told. */
static void tell_one(struct alerts *a, struct live *lead, enum news news, const struct alert_clock *now)
{
    struct message m = { .news = news, .value = lead->row.value, .unit = lead->row.unit, .severity = lead->row.severity,
                         .since_ms = lead->row.since_ms, .now_ms = now->wall_ms, .receivers = lead->rule->receivers };
    text_copy(m.rule, sizeof m.rule, lead->row.rule);
    text_copy(m.metric, sizeof m.metric, lead->row.metric);
    alert_sentence(lead, news, now->wall_ms, m.text);
    message_set_id(&m);
    tell_note(lead, news, now);
    a->hooks.told(a->hooks.self, &lead->row);
    for (size_t i = 0; i < a->n_live; i++) {
        struct live *l = a->live[i];
        if (l == lead || l->rule != lead->rule || !tell_wants(a, l, news) || !tell_may(a, l, news, now))
            continue;
        m.more++;
        tell_add_more(&m, l->row.metric);
        tell_note(l, news, now);
        a->hooks.told(a->hooks.self, &l->row);
    }
    a->hooks.tell(a->hooks.self, &m);
}

static bool tell_is_due(const struct alerts *a, struct live *l, enum news news, const struct alert_clock *now)
{
    if (!tell_wants(a, l, news))
        return false;
    if (news != NEWS_REMINDED && l->differs_ns == ALERT_NEVER)
        l->differs_ns = now->mono_ns;
    bool grouped = news == NEWS_REMINDED || now->mono_ns - l->differs_ns >= state_ns(a->policy.group_s);
    return grouped && tell_may(a, l, news, now);
}

/* Is there nothing more to say of it, nor any cool-down to remember? */
static bool state_is_over(const struct alerts *a, const struct live *l, const struct alert_clock *now)
{
    int64_t raise = state_ns(a->policy.raise_cooldown_s), clear = state_ns(a->policy.clear_cooldown_s);
    return !l->raised && !l->told && l->holds_ns == ALERT_NEVER && now->mono_ns - l->raise_told_ns >= raise &&
           now->mono_ns - l->clear_told_ns >= clear;
}

/* Whoever reads the rows sees what is so now, not what was when it was raised. */
static void state_reword(struct alerts *a, struct live *l, const struct alert_clock *now)
{
    char text[MESSAGE_TEXT];
    if (!l->raised || isnan(l->row.value) || now->mono_ns - l->worded_ns < state_ns(WORDS_S))
        return;
    l->worded_ns = now->mono_ns;
    alert_keep_words(l, now->wall_ms, text);
    if (strcmp(text, l->row.text) == 0)
        return;
    text_copy(l->row.text, sizeof l->row.text, text);
    a->hooks.told(a->hooks.self, &l->row);
}

void alerts_tell(struct alerts *a, const struct alert_clock *now)
{
    for (size_t i = 0; i < a->n_live; i++)
        state_reword(a, a->live[i], now);
    for (size_t i = 0; i < a->n_live; i++)
        for (int news = NEWS_RAISED; news <= NEWS_CLEARED; news++)
            if (tell_is_due(a, a->live[i], (enum news)news, now))
                tell_one(a, a->live[i], (enum news)news, now);
    for (size_t i = a->n_live; i-- > 0;) {
        if (a->live[i]->raised == a->live[i]->told)
            a->live[i]->differs_ns = ALERT_NEVER;
        if (state_is_over(a, a->live[i], now))
            state_forget(a, i);
    }
}

/* ---- from outside ---- */

struct alerts *alerts_new(const struct rule *rules, size_t n, const struct alert_policy *p, const struct alert_hooks *h,
                          const struct alert_clock *now)
{
    struct alerts *a = mem_new(sizeof *a);
    *a = (struct alerts){ .policy = *p, .hooks = *h, .begun_ns = now->mono_ns, .n_rules = n };
    a->rules = mem_new((n + 1) * sizeof *a->rules);
    memcpy(a->rules, rules, n * sizeof *a->rules);
    return a;
}

void alerts_free(struct alerts *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->n_live; i++)
        mem_free(a->live[i]);
    mem_free(a->live);
    mem_free(a->watch);
    mem_free(a->rules);
    mem_free(a);
}

static const struct rule *state_rule(const struct alerts *a, const char *name)
{
    for (size_t i = 0; i < a->n_rules; i++)
        if (strcmp(a->rules[i].name, name) == 0)
            return &a->rules[i];
    return NULL;
}

int alerts_restore(struct alerts *a, const struct alert *row, const struct alert_clock *now)
{
    const struct rule *r = state_rule(a, row->rule);
    struct live *l = r ? alerts_live(a, r, row->metric, row->unit) : NULL;
    if (!l)
        return -ENOENT;
    bool is_event = r->kind == RULE_EVENT || r->kind == RULE_ANOMALY;
    int64_t ago_ms = now->wall_ms - row->told_ms;
    l->row = *row;
    l->raised = !row->end_ms;
    l->told = row->told_ms != 0;
    l->known_ns = now->mono_ns;
    l->holds_ns = l->raised ? now->mono_ns : ALERT_NEVER;
    l->holds_ms = row->since_ms;
    if (is_event && l->raised)
        l->well_ns = now->mono_ns + state_ns(RESTORED_EVENT_S);
    if (l->told)
        l->told_ns = l->raise_told_ns = now->mono_ns - (ago_ms > 0 ? ago_ms * 1000000 : 0);
    return 0;
}

void alerts_take(struct alerts *a, const struct schema *s, const struct moment *m, int zone_s)
{
    struct alert_clock now = { m->frame.wall_ms, m->frame.mono_ns, zone_s };
    alerts_watch(a, s, m, &now);
    alerts_tell(a, &now);
}

void alerts_foresee(struct alerts *a, const char *rule, const char *metric, enum unit unit, double value,
                    const struct alert_clock *now)
{
    const struct rule *r = state_rule(a, rule);
    if (!r || (r->kind != RULE_FORECAST && r->kind != RULE_RISK))
        return;
    enum rule_verdict v = r->kind == RULE_RISK ? rule_judge(r, value) : rule_judge_reached(r, value);
    struct live *l = v == RULE_HOLDS ? alerts_live(a, r, metric, unit) : alerts_find(a, r, metric);
    if (l)
        alert_judge(a, l, v, value, now);
}

bool alerts_silence(struct alerts *a, const char *rule, int64_t until_ms)
{
    size_t i = 0;
    while (i < a->n_silences && strcmp(a->silence[i].rule, rule) != 0)
        i++;
    if (i == ALERT_SILENCES)
        return false;
    text_copy(a->silence[i].rule, sizeof a->silence[i].rule, rule);
    a->silence[i].until_ms = until_ms;
    a->n_silences += i == a->n_silences;
    return true;
}

void alerts_silence_as(struct alerts *a, const struct alerts *other)
{
    memcpy(a->silence, other->silence, sizeof a->silence);
    a->n_silences = other->n_silences;
}

void alerts_unsilence_all(struct alerts *a)
{
    a->n_silences = 0;
}

bool alerts_is_silenced(const struct alerts *a, const char *rule, int64_t now_ms)
{
    for (size_t i = 0; i < a->n_silences; i++)
        if (a->silence[i].until_ms > now_ms &&
            (strcmp(a->silence[i].rule, "all") == 0 || strcmp(a->silence[i].rule, rule) == 0))
            return true;
    return false;
}

void alerts_each(const struct alerts *a, void (*each)(void *self, const struct alert *row), void *self)
{
    for (size_t i = 0; i < a->n_live; i++)
        if (a->live[i]->raised || a->live[i]->told)
            each(self, &a->live[i]->row);
}

void alert_message(const struct alerts *a, const struct alert *row, enum news news, int64_t now_ms, struct message *out)
{
    const struct rule *r = state_rule(a, row->rule);
    *out = (struct message){ .news = news, .value = row->value, .unit = row->unit, .severity = row->severity,
                             .since_ms = row->since_ms, .now_ms = now_ms, .receivers = r ? r->receivers :
                                 RECEIVER_ANY };
    text_copy(out->rule, sizeof out->rule, row->rule);
    text_copy(out->metric, sizeof out->metric, row->metric);
    const struct live *l = r ? alerts_find(a, r, row->metric) : NULL;
    if (l && l->raised)
        alert_sentence(l, news, now_ms, out->text);
    else
        text_copy(out->text, sizeof out->text, row->text);
    message_set_id(out);
}

const struct rule *alerts_rules(const struct alerts *a, size_t *n)
{
    *n = a->n_rules;
    return a->rules;
}
