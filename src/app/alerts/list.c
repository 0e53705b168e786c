/* list.c - `sonde alerts list`: what is raised, what is silenced, and by which rules. */
#include "app/alerts/verbs.h"

#include "app/alerting.h"
#include "app/alerts/untold.h"
#include "app/archived.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/amount.h"
#include "os/os.h"
#include "output/screen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_MAX 100 /* of those that hold, for people */
#define BEFORE_MAX 200
#define SILENCES 64
#define COOL_SLACK_MS 3600000 /* how long a rule takes at most, about, until it is raised and told */

struct listed {
    unsigned receivers;       /* that are configured */
    struct alerting rules;
    struct alert *row;        /* those that hold, then those that are over */
    size_t n, cap, holding;
    struct told {
        char rule[RULE_NAME_MAX], metric[SCHEMA_MAX_NAME];
        int64_t since_ms;
    } *before;                /* told, and over since */
    size_t n_before, cap_before;
    struct { char rule[RULE_NAME_MAX]; int64_t until_ms; } silence[SILENCES];
    size_t n_silences;
    char (*cannot)[RULE_WHY]; /* of each own rule why it can never hold here, or "" */
    bool indexed;             /* there is an index that knows of alerts */
};

static void list_note(void *self, const struct index_alert *a)
{
    struct listed *l = self;
    l->row = mem_grow(l->row, l->n, &l->cap, sizeof *l->row);
    alerting_of_row(a, &l->row[l->n++]);
}

static void list_note_before(void *self, const struct index_alert *a)
{
    struct listed *l = self;
    if (!a->told_ms)
        return;
    l->before = mem_grow(l->before, l->n_before, &l->cap_before, sizeof *l->before);
    struct told *t = &l->before[l->n_before++];
    text_copy(t->rule, sizeof t->rule, a->rule);
    text_copy(t->metric, sizeof t->metric, a->metric);
    t->since_ms = a->since_ms;
}

static void list_note_silence(void *self, const char *rule, int64_t until_ms)
{
    struct listed *l = self;
    if (l->n_silences == SILENCES)
        return;
    text_copy(l->silence[l->n_silences].rule, RULE_NAME_MAX, rule);
    l->silence[l->n_silences++].until_ms = until_ms;
}

static int list_read(struct look *v, int64_t past, struct listed *l)
{
    int rc = index_alerts(v->index, INDEX_ALERTS_RAISED, 0, ALERTS_MAX, list_note, l);
    l->holding = l->n;
    rc = rc < 0 || !past ? rc : index_alerts(v->index, INDEX_ALERTS_PAST, 0, past, list_note, l);
    int64_t cool_ms = os_wall_ms() - (int64_t)(1000 * l->rules.policy.raise_cooldown_s) - COOL_SLACK_MS;
    if (rc >= 0 && l->holding)
        rc = index_alerts(v->index, INDEX_ALERTS_PAST, cool_ms, BEFORE_MAX, list_note_before, l);
    return rc < 0 ? rc : index_silences(v->index, os_wall_ms(), list_note_silence, l);
}

static void list_fit(struct look *v, struct listed *l)
{
    struct schema *s = alerting_measured(v);
    for (size_t i = 0; s && i < l->rules.own; i++)
        if (rule_fits(&l->rules.rule[i], s, l->cannot[i]))
            *l->cannot[i] = '\0';
    schema_free(s);
}

static int64_t list_silenced(const struct listed *l, const char *rule)
{
    int64_t until_ms = 0;
    for (size_t i = 0; i < l->n_silences; i++)
        if ((strcmp(l->silence[i].rule, rule) == 0 || strcmp(l->silence[i].rule, "all") == 0) &&
            l->silence[i].until_ms > until_ms)
            until_ms = l->silence[i].until_ms;
    return until_ms;
}

/* The raise of the same that was told last, about. */
static int64_t list_before(const struct listed *l, const struct alert *a, const struct rule *r)
{
    for (size_t i = 0; i < l->n_before; i++) /* the newest first */
        if (strcmp(l->before[i].rule, a->rule) == 0 && strcmp(l->before[i].metric, a->metric) == 0)
            return l->before[i].since_ms + (int64_t)(1000 * ((r ? r->for_s : 0) + l->rules.policy.group_s));
    return 0;
}

/* "" where it was told, or is over. */
static const char *list_untold(const struct listed *l, const struct alert *a, char out[static UNTOLD_MAX])
{
    const struct rule *r = alerting_rule(&l->rules, a->rule);
    int64_t now_ms = os_wall_ms();
    *out = '\0';
    return a->end_ms || a->told_ms ? out :
           untold_words(&(struct untold){ &l->rules.policy, r, l->receivers, list_silenced(l, a->rule),
                                          list_before(l, a, r), now_ms, os_zone_s(now_ms) }, a, out);
}

/* ---- as JSON ---- */

static void list_put_row(struct json *j, const struct listed *l, const struct alert *a)
{
    char untold[UNTOLD_MAX];
    json_object(j, NULL);
    json_string(j, "rule", a->rule);
    json_said(j, "metric", a->metric);
    json_string(j, "severity", severity_name(a->severity));
    json_time(j, "since", a->since_ms);
    if (a->end_ms)
        json_time(j, "end", a->end_ms);
    else
        json_null(j, "end");
    if (a->told_ms)
        json_time(j, "told", a->told_ms);
    else
        json_null(j, "told");
    json_said(j, "untold", list_untold(l, a, untold));
    json_digits(j, "value", a->value, 6);
    json_string(j, "unit", unit_code(a->unit));
    json_string(j, "text", a->text);
    json_end(j);
}

static void list_put_rule(struct json *j, const struct listed *l, size_t i)
{
    const struct rule *r = &l->rules.rule[i];
    int64_t until_ms = list_silenced(l, r->name);
    json_object(j, NULL);
    json_string(j, "name", r->name);
    json_string(j, "text", r->text);
    json_bool(j, "own", i < l->rules.own);
    if (until_ms)
        json_time(j, "silenced_until", until_ms);
    else
        json_null(j, "silenced_until");
    json_said(j, "cannot_hold", l->cannot[i]);
    json_end(j);
}

static void list_json(const struct listed *l, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    for (int past = 0; past < 2; past++) {
        json_array(&j, past ? "past" : "raised");
        for (size_t i = past ? l->holding : 0; i < (past ? l->n : l->holding); i++)
            list_put_row(&j, l, &l->row[i]);
        json_end(&j);
    }
    json_array(&j, "silences");
    for (size_t i = 0; i < l->n_silences; i++) {
        json_object(&j, NULL);
        json_string(&j, "rule", l->silence[i].rule);
        json_time(&j, "until", l->silence[i].until_ms);
        json_end(&j);
    }
    json_end(&j);
    json_array(&j, "rules");
    for (size_t i = 0; i < l->rules.n; i++)
        list_put_rule(&j, l, i);
    json_end(&j);
    json_end(&j);
    buf_putc(out, '\n');
}

/* ---- for people ---- */

static void list_row(const struct screen *s, const struct listed *l, const struct alert *a, struct buf *out)
{
    char untold[UNTOLD_MAX + 16];
    char time[TEXT_TIME_MAX], span[32], line[MESSAGE_TEXT + 160];
    enum tone tone = a->end_ms ? TONE_QUIET : a->severity == SEVERITY_CRITICAL ? TONE_BAD :
                     a->severity == SEVERITY_WARNING ? TONE_WARN : TONE_PLAIN;
    text_time(a->since_ms, time);
    time[16] = '\0';
    time[10] = ' ';
    text_span((double)((a->end_ms ? a->end_ms : os_wall_ms()) - a->since_ms) * 1e-3, span, sizeof span);
    buf_puts(out, "  ");
    screen_cell(s, out, tone, severity_name(a->severity), 9, true);
    snprintf(line, sizeof line, "%s UTC, %s %s", time, a->end_ms ? "for" : "since", span);
    screen_put(s, out, TONE_PLAIN, a->rule);
    buf_puts(out, "  ");
    screen_put(s, out, TONE_QUIET, line);
    buf_putc(out, '\n');
    screen_wrap(s, out, 4, a->text);
    snprintf(untold, sizeof untold, "not told: ");
    if (*list_untold(l, a, untold + strlen(untold)))
        screen_wrap(s, out, 4, untold);
}

static void list_rule(const struct screen *s, const struct listed *l, const struct rule *r, struct buf *out)
{
    char until[TEXT_TIME_MAX], line[RULE_WHY + 32];
    const char *behind = strncmp(r->text, r->name, strlen(r->name)) == 0 && r->text[strlen(r->name)] == ':' ?
                         r->text + strlen(r->name) + 1 : r->text;
    int64_t silenced_ms = list_silenced(l, r->name);
    buf_puts(out, "  ");
    screen_put(s, out, TONE_STRONG, r->name);
    if (silenced_ms) {
        text_time(silenced_ms, until)[16] = '\0';
        until[10] = ' ';
        screen_put(s, out, TONE_WARN, "  silenced until ");
        screen_put(s, out, TONE_WARN, until);
        screen_put(s, out, TONE_WARN, " UTC");
    }
    buf_putc(out, '\n');
    if (strcmp(r->text, r->name) != 0)
        screen_wrap(s, out, 4, behind + strspn(behind, " "));
    const char *cannot = l->cannot[r - l->rules.rule];
    if (*cannot) {
        snprintf(line, sizeof line, "it can never hold: %s", cannot);
        screen_wrap(s, out, 4, line);
    }
}

static void list_text(const struct screen *s, const struct listed *l, struct buf *out)
{
    if (!l->holding)
        buf_puts(out, l->indexed ? "Nothing is raised.\n" : "Nothing was recorded yet, and nothing is raised.\n");
    else
        buf_printf(out, "%zu raised:\n", l->holding);
    for (size_t i = 0; i < l->holding && i < SHOWN_MAX; i++)
        list_row(s, l, &l->row[i], out);
    if (l->holding > SHOWN_MAX)
        buf_printf(out, "... and %zu more; --json has them all\n", l->holding - SHOWN_MAX);
    if (l->n > l->holding)
        buf_puts(out, "\nOver:\n");
    for (size_t i = l->holding; i < l->n; i++)
        list_row(s, l, &l->row[i], out);
    buf_printf(out, "\n%zu rule%s%s\n", l->rules.n, l->rules.n == 1 ? "" : "s",
               l->rules.own < l->rules.n ? l->rules.own ? ", yours first:" : ", all of Sonde's own:" : ":");
    for (size_t i = 0; i < l->rules.n; i++)
        list_rule(s, l, &l->rules.rule[i], out);
}

static int list_run(const struct args *a)
{
    struct look v;
    struct listed *l = mem_new(sizeof *l);
    auto_buf struct buf out = { 0 };
    struct screen s = screen_of(1, args_flag(a, "no-color"));
    l->cannot = mem_new(RULES_MAX * sizeof *l->cannot);
    l->receivers = untold_receivers(args_config(a));
    int wrong = alerting_read_said(args_config(a), "alerts", &l->rules);
    int64_t past = args_given(a, "past") ? (int64_t)args_number(a, "past") : 0;
    int rc = archived_open(&v, a, false), status = EXIT_DONE;
    if (rc == 0)
        rc = list_read(&v, past, l);
    l->indexed = rc >= 0;
    if (rc >= 0 && l->rules.own)
        list_fit(&v, l);
    if (rc < 0 && rc != -ENOENT)
        status = archived_say(buf_text(&v.dir), rc);
    if (status == EXIT_DONE && args_flag(a, "json"))
        list_json(l, &out);
    else if (status == EXIT_DONE)
        list_text(&s, l, &out);
    fwrite(buf_text(&out), 1, out.n, stdout);
    look_close(&v);
    mem_free(l->row);
    mem_free(l->cannot);
    mem_free(l->before);
    mem_free(l);
    return status == EXIT_DONE && wrong < 0 ? EXIT_USAGE : status;
}

static const struct option options[] = {
    { "past", 0, OPTION_COUNT, "N", .min = 1, .max = 10000, .help = "the last N that are over, too" },
    ARCHIVED_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde alerts", "what is raised now, and the rules" },
    { "sonde alerts list --past 20 --json", "with the last twenty that are over, for a program" },
    { 0 },
};

const struct command alerts_list = {
    .name = "alerts list", .summary = "what is raised now, what is silenced, and the rules", .usage = "",
    .text = "A rule that cannot be read is told with its place in the file, and the exit status is 2.",
    .options = options, .examples = examples, .run = list_run,
};
