/* rule.c - takes a rule apart, and holds values against it. */
#include "alert/rule.h"

#include "base/text.h"
#include "core/amount.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HYSTERESIS 0.03
#define EVENT_LASTS_S 600     /* an event is over when it did not come again for so long */
#define FORECAST_SLACK 1.2    /* a forecast is over when the time is that much longer than was asked */
#define DURATION_MAX_S (366 * 86400.0)

static const char *const receiver_names[RECEIVERS] = { "desktop", "log", "webhook", "email", "command" };

const char *receiver_name(enum receiver r)
{
    for (int i = 0; i < RECEIVERS; i++)
        if (r == (enum receiver)(1 << i))
            return receiver_names[i];
    return "?";
}

const char *const *rule_defaults(void)
{
    static const char *const rules[] = {
        "unusual: anomaly warning",
        "not recorded: event archive warning",
        "file system full soon: forecast fs.util{*} reaches 100 within 6h",
        "file system full: fs.util{*} > 95 for 1m clear 93 severity critical",
        "memory nearly gone: memory.util > 95 for 1m clear 90 severity critical",
        "processor hot: cpu.temp > 95 for 30s clear 88 for 1m severity critical",
        "graphics processor hot: gpu.temp{*} > 95 for 30s clear 88 for 1m severity critical",
        "disk hot: disk.temp{*} > 70 for 2m clear 65 for 1m",
        "sensor alarm: sensor.alarms{*} > 0 for 10s clear for 1m",
        "disk array degraded: raid.missing{*} > 0 for 10s severity critical",
        "memory errors: memory.errors.uncorrected.rate{*} > 0 clear for 10m severity critical",
        NULL,
    };
    return rules;
}

/* ---- words ---- */

struct reading {
    const char *p;      /* the rest */
    char word[RULE_MAX];
    char *why;
    enum rule_unit written; /* of the number that was read last */
};

__attribute__((format(printf, 2, 3))) static int rule_refuse(struct reading *r, const char *fmt, ...)
{
    va_list list;
    va_start(list, fmt);
    vsnprintf(r->why, RULE_WHY, fmt, list);
    va_end(list);
    return -EINVAL;
}

/* "X is no Y; there are ...", with all names there are. */
static int rule_refuse_name(struct reading *r, const char *word, const char *what, const char *(*name)(int i), int n)
{
    char names[RULE_WHY] = "";
    size_t at = 0;
    for (int i = 0; i < n && at < sizeof names; i++)
        at += (size_t)snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "", name(i));
    return rule_refuse(r, "%.40s is no %s; there are %s", *word ? word : "the end", what, names);
}

static const char *rule_event_name(int i)
{
    return event_kind_name((enum event_kind)i);
}

static const char *rule_receiver_name(int i)
{
    return receiver_names[i];
}

static const char *rule_severity_name(int i)
{
    return severity_name((enum severity)(SEVERITY_INFO + i));
}

/* How long the next word is: blanks in braces belong to it, comparisons and commas end it. */
static size_t rule_word_length(const char *p)
{
    size_t n = 0;
    bool inside = false;
    if (*p && strchr("<>=,", *p))
        return *p != ',' && p[1] == '=' ? 2 : 1;
    for (; p[n] && (inside || !strchr(" <>=,", p[n])); n++)
        inside = p[n] == '{' || (inside && p[n] != '}');
    return n;
}

/* What the next word is, "" at the end, without taking it. */
static const char *rule_peek(struct reading *r)
{
    r->p += strspn(r->p, " ");
    size_t n = rule_word_length(r->p);
    memcpy(r->word, r->p, n);
    r->word[n] = '\0';
    return r->word;
}

static const char *rule_word(struct reading *r)
{
    rule_peek(r);
    r->p += strlen(r->word);
    return r->word;
}

static bool rule_takes(struct reading *r, const char *word)
{
    return strcmp(rule_peek(r), word) == 0 && *rule_word(r);
}

/* "90", "90%", "500MB", "2.5G". */
static int rule_number(struct reading *r, double *out)
{
    static const char letters[] = "kMGT";
    const char *word = rule_word(r);
    size_t n = strlen(word);
    char number[RULE_MAX];
    double factor = 1;
    r->written = RULE_BARE;
    memcpy(number, word, n + 1);
    if (n > 1 && number[n - 1] == '%') {
        r->written = RULE_PERCENT;
        number[--n] = '\0';
    }
    if (n > 1 && number[n - 1] == 'B') {
        r->written = RULE_BYTES;
        number[--n] = '\0';
    }
    const char *letter = n > 1 ? strchr(letters, number[n - 1]) : NULL;
    if (letter && *letter) {
        factor = pow(1000, (double)(letter - letters + 1));
        number[--n] = '\0';
    }
    double v;
    if (!text_double(number, &v) || !isfinite(v * factor))
        return rule_refuse(r, "%s is no number, as 90, 90%%, 500MB", *word ? word : "the end");
    *out = v * factor;
    if (rule_takes(r, "%"))
        r->written = RULE_PERCENT;
    return 0;
}

/* "5": of what, and how is that said? Words that people write behind it are known. */
static int rule_refuse_bare(struct reading *r, const char *word)
{
    char number[32], next[32];
    snprintf(number, sizeof number, "%.31s", word);
    snprintf(next, sizeof next, "%.31s", rule_peek(r));
    static const char *const units[] = { "s", "m", "h", "d" };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strncmp(next, units[i], strlen(units[i])) == 0 && strcmp(next, "severity") != 0)
            return rule_refuse(r, "%s %s: say %s%c", number, next, number, *units[i]);
    return rule_refuse(r, "%s is no time without a unit; say %ss or %sm", number, number, number);
}

static int rule_time(struct reading *r, double *out_s)
{
    const char *word = rule_word(r);
    double s;
    if (text_double(word, &s) && s != 0)
        return s > 0 ? rule_refuse_bare(r, word) : rule_refuse(r, "%s is no time, as 30s, 5m, 6h", word);
    if (!text_duration(word, &s) || !(s >= 0 && s <= DURATION_MAX_S))
        return rule_refuse(r, "%s is no time, as 30s, 5m, 6h", *word ? word : "the end");
    *out_s = s;
    return 0;
}

/* ---- conditions ---- */

/* A severity that may stand there, or not. */
static void rule_at_least(struct reading *r, struct rule *rule)
{
    rule->at_least = SEVERITY_NOTICE;
    rule->clear_for_s = rule->kind == RULE_ANOMALY ? 0 : EVENT_LASTS_S; /* of an anomaly the end is said */
    bool named = strcmp(rule_peek(r), "severity") == 0; /* "anomaly severity warning" says the same */
    struct reading before = *r;
    if (named)
        rule_word(r);
    int s = severity_of(rule_peek(r));
    if (s < 0)
        r->p = before.p;
    else
        rule->at_least = (enum severity)s, rule_word(r);
}

static int rule_event(struct reading *r, struct rule *rule)
{
    const char *word = rule_word(r);
    int kind = event_kind_of(word);
    if (kind < 0)
        return rule_refuse_name(r, word, "kind of event", rule_event_name, EVENT_ALERT); /* but for that one */
    if (kind == EVENT_ALERT)
        return rule_refuse(r, "event alert would be told of itself for ever");
    rule->kind = RULE_EVENT;
    rule->event = (enum event_kind)kind;
    rule_at_least(r, rule);
    return 0;
}

static int rule_metric(struct reading *r, const char *word, struct rule *rule)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ*?";
    const char *brace = strchr(word, '{');
    if (!*word || !strchr(letters, *word))
        return rule_refuse(r, "%s is no metric, nor anomaly, event or forecast", *word ? word : "the end");
    if (brace && (brace == word || word[strlen(word) - 1] != '}'))
        return rule_refuse(r, "%s: a metric is family or family{instance}", word);
    if (strlen(word) >= sizeof rule->metric)
        return rule_refuse(r, "no metric has so long a name");
    text_copy(rule->metric, sizeof rule->metric, word);
    for (char *p = rule->metric; (p = strchr(p, ',')) != NULL;)
        *p = '?'; /* globs are parted by commas */
    return 0;
}

static int rule_forecast(struct reading *r, struct rule *rule)
{
    const char *word = rule_word(r);
    if (strcmp(word, "risk") == 0) {
        rule->kind = RULE_RISK;
        word = rule_word(r);
        rule->level = strcmp(word, "high") == 0 ? 2 : 1;
        rule->clear = rule->level - 1;
        return strcmp(word, "high") == 0 || strcmp(word, "medium") == 0 ? 0 :
               rule_refuse(r, "forecast risk takes medium or high");
    }
    rule->kind = RULE_FORECAST;
    int rc = rule_metric(r, word, rule);
    if (rc == 0 && !rule_takes(r, "reaches"))
        rc = rule_refuse(r, "forecast METRIC reaches NUMBER within TIME: `reaches` is missing");
    rc = rc < 0 ? rc : rule_number(r, &rule->level);
    rule->written = r->written;
    if (rc == 0 && !rule_takes(r, "within"))
        rc = rule_refuse(r, "forecast METRIC reaches NUMBER within TIME: `within` is missing");
    rc = rc < 0 ? rc : rule_time(r, &rule->within_s);
    if (rc == 0 && !(rule->within_s >= 600 && rule->within_s <= 3 * 86400))
        rc = rule_refuse(r, "a forecast looks 10 minutes to 3 days ahead");
    return rc;
}

static int rule_comparison(struct reading *r, const char *word, struct rule *rule)
{
    static const char *const words[] = { ">", ">=", "<", "<=" };
    char metric[RULE_MAX];
    int rc = rule_metric(r, word, rule);
    if (rc < 0)
        return rc;
    snprintf(metric, sizeof metric, "%s", word);
    word = rule_word(r);
    size_t i = 0;
    while (i < sizeof words / sizeof *words && strcmp(words[i], word) != 0)
        i++;
    if (i == sizeof words / sizeof *words)
        return rule_refuse(r, "behind %.80s stands >, >=, < or <= and a number", metric);
    rule->kind = RULE_METRIC;
    rule->compare = (enum rule_compare)i;
    int read = rule_number(r, &rule->level);
    rule->written = r->written;
    return read;
}

static int rule_condition(struct reading *r, struct rule *rule)
{
    char word[RULE_MAX];
    snprintf(word, sizeof word, "%s", rule_word(r));
    if (strcmp(word, "anomaly") == 0) {
        rule->kind = RULE_ANOMALY;
        rule->event = EVENT_ANOMALY;
        rule_at_least(r, rule);
        return 0;
    }
    rule->severity = strcmp(word, "event") == 0 ? 0 : SEVERITY_WARNING;
    return strcmp(word, "event") == 0 ? rule_event(r, rule) :
           strcmp(word, "forecast") == 0 ? rule_forecast(r, rule) : rule_comparison(r, word, rule);
}

/* ---- options ---- */

static bool rule_is_upward(const struct rule *r)
{
    return r->compare == RULE_ABOVE || r->compare == RULE_AT_LEAST;
}

/* A number of a rule, as it was meant: what its metric is in is not known here. */
static const char *rule_number_text(double v, enum rule_unit written, char out[static AMOUNT_MAX])
{
    if (written == RULE_BARE)
        snprintf(out, AMOUNT_MAX, "%.10g", v);
    else
        amount_text(v, written == RULE_BYTES ? UNIT_BYTE : UNIT_PERCENT, out);
    return out;
}

static int rule_clear(struct reading *r, struct rule *rule)
{
    char clear[AMOUNT_MAX], level[AMOUNT_MAX];
    if (strcmp(rule_peek(r), "for") == 0)
        return 0;
    if (rule->kind != RULE_METRIC)
        return rule_refuse(r, "clear NUMBER goes with a metric only; clear for TIME goes with all");
    int rc = rule_number(r, &rule->clear);
    if (rc == 0 && (rule_is_upward(rule) ? rule->clear > rule->level : rule->clear < rule->level))
        rc = rule_refuse(r, "it would be over at %s while it holds; clear is %s %s",
                         rule_number_text(rule->clear, r->written, clear),
                         rule_is_upward(rule) ? "at most" : "at least",
                         rule_number_text(rule->level, rule->written, level));
    return rc;
}

static int rule_receivers(struct reading *r, struct rule *rule)
{
    do {
        const char *word = rule_word(r);
        int i = 0;
        while (i < RECEIVERS && strcmp(receiver_names[i], word) != 0)
            i++;
        if (i == RECEIVERS)
            return rule_refuse_name(r, word, "receiver", rule_receiver_name, RECEIVERS);
        rule->receivers |= 1u << i;
    } while (rule_takes(r, ","));
    return 0;
}

static int rule_option(struct reading *r, struct rule *rule, bool *clearing)
{
    char word[RULE_MAX];
    snprintf(word, sizeof word, "%s", rule_word(r));
    bool was_clearing = *clearing;
    *clearing = strcmp(word, "clear") == 0;
    if (strcmp(word, "for") == 0)
        return rule_time(r, was_clearing ? &rule->clear_for_s : &rule->for_s);
    if (*clearing)
        return rule_clear(r, rule);
    if (strcmp(word, "to") == 0)
        return rule_receivers(r, rule);
    if (strcmp(word, "severity") != 0)
        return rule_refuse(r, "%s is none of for, clear, severity, to", word);
    const char *named = rule_word(r);
    int s = severity_of(named);
    if (s < 0)
        return rule_refuse_name(r, named, "severity", rule_severity_name, SEVERITY_CRITICAL);
    rule->severity = (enum severity)s;
    return 0;
}

static int rule_options(struct reading *r, struct rule *rule)
{
    bool clearing = false, upward = rule_is_upward(rule);
    int rc = 0;
    if (rule->kind == RULE_METRIC)
        rule->clear = rule->level + (upward ? -1 : 1) * HYSTERESIS * fabs(rule->level);
    while (rc == 0 && *rule_peek(r))
        rc = rule_option(r, rule, &clearing);
    if (rc == 0 && rule->for_s > 0 && (rule->kind == RULE_ANOMALY || rule->kind == RULE_EVENT))
        rc = rule_refuse(r, "an event lasts no time that it could hold for; clear for TIME says when it is over");
    if (!rule->receivers)
        rule->receivers = RECEIVER_ANY;
    return rc;
}

/* A name ends at the first colon before which no brace and no comparison stands. */
static int rule_name(struct reading *r, struct rule *rule)
{
    size_t n = strcspn(r->p, ":{<>=");
    if (r->p[n] != ':')
        return 0;
    char name[RULE_MAX];
    snprintf(name, sizeof name, "%.*s", (int)n, r->p);
    while (n && name[n - 1] == ' ')
        name[--n] = '\0';
    if (!n)
        return rule_refuse(r, "there is no name before the colon");
    if (n >= sizeof rule->name)
        return rule_refuse(r, "a name has less than %d bytes", RULE_NAME_MAX);
    if (strcmp(name, "all") == 0)
        return rule_refuse(r, "no rule is called all: that means every one");
    text_copy(rule->name, sizeof rule->name, name);
    r->p += strcspn(r->p, ":") + 1;
    return 0;
}

int rule_parse(const char *text, struct rule *out, char why[static RULE_WHY])
{
    struct reading r = { .p = text + strspn(text, " "), .why = why };
    struct rule rule = { 0 };
    if (strlen(text) >= RULE_MAX)
        return rule_refuse(&r, "a rule has less than %d bytes", RULE_MAX);
    if (!text_is_plain(text))
        return rule_refuse(&r, "a rule is one line of plain text");
    text_copy(rule.text, sizeof rule.text, text);
    int rc = rule_name(&r, &rule);
    r.p += strspn(r.p, " ");
    const char *condition = r.p;
    rc = rc < 0 ? rc : rule_condition(&r, &rule);
    const char *end = r.p;
    while (end > condition && end[-1] == ' ')
        end--;
    if (rc == 0 && !*rule.name)
        snprintf(rule.name, sizeof rule.name, "%.*s", (int)(end - condition), condition);
    rc = rc < 0 ? rc : rule_options(&r, &rule);
    text_clean(rule.name); /* one that was cut in the middle of a character */
    if (rc == 0)
        *out = rule;
    return rc;
}

/* ---- values ---- */

enum rule_verdict rule_judge(const struct rule *r, double v)
{
    if (isnan(v))
        return RULE_UNKNOWN;
    if (r->kind == RULE_RISK)
        return v >= r->level ? RULE_HOLDS : RULE_WELL;
    bool holds = r->compare == RULE_ABOVE ? v > r->level : r->compare == RULE_AT_LEAST ? v >= r->level :
                 r->compare == RULE_BELOW ? v < r->level : v <= r->level;
    if (holds)
        return RULE_HOLDS;
    return (rule_is_upward(r) ? v <= r->clear : v >= r->clear) ? RULE_WELL : RULE_BETWEEN;
}

enum rule_verdict rule_judge_reached(const struct rule *r, double in_s)
{
    return isnan(in_s) ? RULE_UNKNOWN : in_s <= r->within_s ? RULE_HOLDS :
           in_s > FORECAST_SLACK * r->within_s ? RULE_WELL : RULE_BETWEEN;
}
