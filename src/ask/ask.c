/* ask.c - from a question to its answer: what is there, what is meant, who writes it. */
#include "ask/ask.h"

#include "ask/calendar.h"
#include "ask/say.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef void writer(struct asked *q);

static writer *const writers[INTENTS] = {
    [INTENT_NONE] = say_not_understood, [INTENT_VALUE] = say_value, [INTENT_HIGHEST] = say_period, [INTENT_LOWEST] = say_period,
    [INTENT_AVERAGE] = say_period, [INTENT_TOTAL] = say_period, [INTENT_WHEN_HIGHEST] = say_period,
    [INTENT_WHEN_LOWEST] = say_period, [INTENT_BEYOND] = say_beyond, [INTENT_PROCESSES] = say_processes,
    [INTENT_PROCESS] = say_process, [INTENT_WHY] = say_why, [INTENT_HAPPENED] = say_happened, [INTENT_ANOMALIES] = say_anomalies,
    [INTENT_FORECAST] = say_forecast, [INTENT_TREND] = say_trend, [INTENT_COMPARE] = say_compare, [INTENT_CHANGED] = say_changed,
    [INTENT_AGEING] = say_ageing, [INTENT_LOGS] = say_logs,
    [INTENT_RAN_OUT] = say_ran_out, [INTENT_ALERTS] = say_alerts, [INTENT_INSTALLED] = say_installed,
    [INTENT_THROTTLE] = say_throttle, [INTENT_ADVICE] = say_advice, [INTENT_STATUS] = say_status, [INTENT_WORKLOAD] = say_workload,
    [INTENT_COST] = say_cost, [INTENT_RECORDED] = say_recorded, [INTENT_METRICS] = say_metrics, [INTENT_MACHINE] = say_machine,
    [INTENT_HELP] = say_help,
};

/* ---- what is there ---- */

static void ask_extent(struct asked *q)
{
    size_t n;
    if (!look_span(q->look, NULL, &q->first_ms, &q->last_ms))
        return;
    const struct archive_part *p = archive_parts(q->look->files, &n);
    q->interval_s = n ? p[n - 1].about.interval_s : 0;
    if (!(q->interval_s > 0) || q->interval_s > 3600)
        q->interval_s = 1;
}

/* When the machine started, by what it said last: how long it has run. */
static int64_t ask_boot(struct asked *q)
{
    struct figure f[FIGURES_MAX];
    struct subject up = say_topic(q, "uptime");
    struct span now = say_span(q, 0);
    if (!figures_read(q, &up, &now, false, f))
        return 0;
    return f->last_ms - (int64_t)(f->last * 1000);
}

/* When that was is read only for whoever asks: it is a question of its own. */
static bool ask_mentions_boot(const char *question)
{
    return strcasestr(question, "boot") || strcasestr(question, "start");
}

static int ask_open(struct asked *q, const struct ask_world *w, struct answer *out)
{
    *q = (struct asked){ .w = w, .look = w->look, .out = out, .interval_s = 1 };
    int rc = scope_open(&q->scope, w->look);
    if (rc == 0)
        ask_extent(q);
    q->here = (struct times_here){ w->now_ms, w->offset_s, q->first_ms ? q->first_ms : w->now_ms, 0, w->replay };
    return rc == -ENOENT ? 0 : rc;
}

/* ---- what is meant ---- */

/* "during the backup", "since the update": a time that nobody knows must not become another one. */
static bool ask_is_lost_in_time(const struct meaning *m)
{
    const struct words *q = &m->words;
    if (m->lost_time)
        return true;
    for (int i = 1; i < q->n; i++) {
        if (q->w[i].use || *q->w[i].is || q->w[i].number)
            continue;
        for (int k = i - 1; k >= 0 && k >= i - 2; k--)
            if (words_listed("during|while|before|after|since|until", q->w[k].text))
                return true;
    }
    return false;
}

/* A word that nobody knows may be the name of a process, which is asked about then. */
static void ask_process(struct asked *q)
{
    static const enum intent general[] = { INTENT_NONE, INTENT_VALUE, INTENT_BEYOND, INTENT_TREND, INTENT_STATUS };
    struct meaning *m = &q->m;
    bool may = false, lost = ask_is_lost_in_time(m); /* "during the backup" */
    for (size_t i = 0; i < sizeof general / sizeof *general; i++)
        may = may || m->intent == general[i];
    for (int i = 0; i < m->n_unknown && may && !lost && q->last_ms; i++) {
        const char *name = m->unknown[i];
        if (strlen(name) < 3 || (!say_knows_process(q, name) && !say_knows_episode(q, name)))
            continue;
        text_copy(m->process, sizeof m->process, name);
        m->unknown[i] = m->unknown[--m->n_unknown];
        m->intent = INTENT_PROCESS;
        return;
    }
}

/* Is it about something else than this machine, though a word of it is one of ours? */
static bool ask_is_elsewhere(const struct meaning *m)
{
    bool thing = false, ours = false;
    for (int i = 0; i < m->n_subjects; i++) {
        thing = thing || !m->subject[i].by_side;
        ours = ours || (m->subject[i].topic && !m->subject[i].by_side);
    }
    bool general = m->intent != INTENT_NONE && m->intent != INTENT_VALUE && m->intent != INTENT_PROCESS;
    if (m->n_elsewhere && (!ours || m->n_elsewhere > 1)) /* "ip address" is not "net.ip.errors" */
        return true;
    if (m->n_unknown && !m->n_subjects && !m->n_spans && (m->intent == INTENT_ADVICE || m->intent == INTENT_HELP))
        return true;
    return m->n_unknown && !thing && (m->n_unknown > 1 || m->n_subjects || !general) && m->intent != INTENT_PROCESS;
}

/* How much flowed in a period is a sum. */
static void ask_sum(struct asked *q)
{
    struct meaning *m = &q->m;
    int slot = m->n_subjects ? subject_slot(&m->subject[0], &q->scope) : -1;
    enum unit unit = slot >= 0 ? scope_at(&q->scope, slot)->unit : UNIT_NONE;
    bool range = m->n_spans && m->span[0].kind == SPAN_RANGE;
    if (m->intent == INTENT_VALUE && m->much && range && (unit == UNIT_BYTE_PER_S || unit == UNIT_PER_S))
        m->intent = INTENT_TOTAL;
    if (m->intent == INTENT_VALUE && range && words_find(&m->words, 0, "energy") >= 0)
        m->intent = INTENT_TOTAL;
    for (int i = 0; i < m->words.n; i++)
        if (m->intent == INTENT_VALUE && range && unit == UNIT_WATT && strcmp(m->words.w[i].is, "energy") == 0)
            m->intent = INTENT_TOTAL;
}

/* "what is my wifi signal strength": a side of a thing that is not measured is not the thing. */
static bool ask_is_unknown_side(const struct meaning *m)
{
    const struct words *q = &m->words;
    int i = words_find(q, 0, "what");
    if (m->intent != INTENT_VALUE || i < 0 || !words_is(q, i + 1, "is"))
        return false;
    for (i++; i + 1 < q->n; i++)
        if (q->w[i].use == USE_MATTER && !q->w[i + 1].use && !*q->w[i + 1].is && !q->w[i + 1].number)
            return true;
    return false;
}

/* What needs a thing and has none is not understood. */
static void ask_check(struct asked *q)
{
    struct meaning *m = &q->m;
    bool needs = m->intent == INTENT_VALUE || (m->intent >= INTENT_HIGHEST && m->intent <= INTENT_BEYOND);
    bool ahead = m->n_spans == 2 && (m->span[0].kind == SPAN_AHEAD || m->span[1].kind == SPAN_AHEAD);
    if (m->n_spans == 2 && m->intent == INTENT_VALUE && !ahead) /* "before and after the reboot" */
        m->intent = INTENT_COMPARE;
    if (m->intent == INTENT_WHEN_HIGHEST && !m->n_subjects) /* "the busiest hour" */
        m->subject[m->n_subjects++] = say_topic(q, "cpu");
    if (needs && !m->n_subjects)
        m->intent = INTENT_NONE;
    if (m->intent == INTENT_PROCESS && !*m->process)
        m->intent = INTENT_PROCESSES;
    if (m->order || ask_is_elsewhere(m) || ask_is_lost_in_time(m) || ask_is_unknown_side(m))
        m->intent = INTENT_NONE;
}

/* A boot is no period of the time since it. */
static void ask_uptime(struct meaning *m, const struct scope *s)
{
    bool boot = false;
    for (int i = 0; i < m->words.n; i++)
        boot = boot || strcmp(m->words.w[i].is, "boot") == 0;
    if (boot && m->intent == INTENT_NONE && !m->n_subjects) { /* "was there a reboot today" */
        m->subject[m->n_subjects++] = subject_of(topics_find("uptime"), s, "");
        m->intent = INTENT_VALUE;
        m->n_spans = 0;
    }
    const struct topic *t = m->n_subjects ? m->subject[0].topic : NULL;
    if (t && strcmp(t->key, "uptime") == 0 && m->n_spans && words_find(&m->words, 0, "when|long|time") >= 0) {
        m->intent = INTENT_VALUE;
        m->n_spans = 0;
    }
}

static void ask_slips(struct asked *q)
{
    if (*q->m.words.slips[0] && q->out->status != ANSWER_NOT_UNDERSTOOD && q->out->status != ANSWER_OFF_TOPIC)
        answer_say(q->out, " (\"%s\" was read as \"%s\".)", q->m.words.slips[0], q->m.words.slips[1]);
}

/* A word that nobody knows beside those that are: left out, and said. */
static void ask_unknown(struct asked *q)
{
    bool used = q->m.intent == INTENT_PROCESS || q->m.intent == INTENT_NONE;
    if (q->m.n_unknown && !used)
        answer_say(q->out, " \"%s\" was not understood and left out.", q->m.unknown[0]);
}

static void ask_failed(struct answer *out, int rc)
{
    out->status = ANSWER_NO_DATA;
    answer_say(out, rc == -EACCES ? "What was recorded may not be read by this user." :
               "What was recorded cannot be read.");
}

int ask(const struct ask_world *w, const char *question, const char *context, struct answer *out)
{
    struct asked q;
    struct meaning before;
    char bounded[ASK_QUESTION_MAX + 1];
    *out = (struct answer){ .intent = intent_name(INTENT_NONE) };
    text_copy(bounded, sizeof bounded, question);
    int rc = ask_open(&q, w, out);
    if (rc < 0) {
        ask_failed(out, rc);
        scope_done(&q.scope);
        return rc;
    }
    if (ask_mentions_boot(bounded))
        q.here.boot_ms = ask_boot(&q);
    bool goes_on = context && *context && meaning_take(context, &q.scope, &before);
    meaning_read(&q.m, bounded, goes_on ? &before : NULL, &q.scope, &q.here);
    ask_uptime(&q.m, &q.scope);
    ask_process(&q);
    ask_check(&q);
    ask_sum(&q);
    out->intent = intent_name(q.m.intent);
    bool about_us = q.m.intent == INTENT_HELP || (q.m.intent == INTENT_NONE && (q.m.n_elsewhere || !q.m.n_subjects));
    if (!q.last_ms && !about_us) {
        struct span s = say_span(&q, DAY_MS);
        say_not_recorded(&q, &s);
    } else {
        writers[q.m.intent](&q);
    }
    ask_unknown(&q);
    ask_slips(&q);
    if (q.m.intent != INTENT_NONE)
        meaning_put(&q.m, &out->context);
    else if (goes_on)
        buf_puts(&out->context, context);
    figures_drop(&q);
    scope_done(&q.scope);
    return 0;
}
