/* words.c - the sentence about an alert. */
#include "alert/state_own.h"

#include "base/text.h"
#include "core/amount.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *words_compare(const struct rule *r)
{
    return r->compare == RULE_ABOVE ? "above" : r->compare == RULE_AT_LEAST ? "at least" :
           r->compare == RULE_BELOW ? "below" : "at most";
}

static void words_metric(const struct live *l, enum news news, const char *span, char *out)
{
    const char *lasts = strcmp(span, "0.0 s") == 0 ? "" : " for "; /* it has only begun */
    const struct rule *r = l->rule;
    char value[AMOUNT_MAX], level[AMOUNT_MAX], clear[AMOUNT_MAX];
    amount_text(l->row.value, l->row.unit, value);
    amount_text(r->level, l->row.unit, level);
    if (news == NEWS_CLEARED && isnan(l->row.value))
        snprintf(out, MESSAGE_TEXT, "%s is no longer measured; it was %s %s for %s", l->row.metric, words_compare(r),
                 level, span);
    else if (news == NEWS_CLEARED)
        snprintf(out, MESSAGE_TEXT, "%s is %s, no longer %s %s; it was for %s", l->row.metric, value, words_compare(r),
                 level, span);
    else if (l->raised && rule_judge(r, l->row.value) != RULE_HOLDS) /* not far enough back */
        snprintf(out, MESSAGE_TEXT, "%s is %s; it was %s %s, and is not back at %s for %s", l->row.metric, value,
                 words_compare(r), level, amount_text(r->clear, l->row.unit, clear), span);
    else
        snprintf(out, MESSAGE_TEXT, "%s is %s%s, %s %s%s%s", l->row.metric, news == NEWS_REMINDED ? "still " : "",
                 value, words_compare(r), level, lasts, *lasts ? span : "");
}

static void words_forecast(const struct live *l, enum news news, char *out)
{
    char level[AMOUNT_MAX], in[32], within[32];
    amount_text(l->rule->level, l->row.unit, level);
    text_span(l->rule->within_s, within, sizeof within);
    if (news == NEWS_CLEARED)
        snprintf(out, MESSAGE_TEXT, "%s is no longer forecast to reach %s within %s", l->row.metric, level, within);
    else if (!(l->row.value > 0))
        snprintf(out, MESSAGE_TEXT, "%s has reached %s", l->row.metric, level);
    else
        snprintf(out, MESSAGE_TEXT, "%s is %sforecast to reach %s in %s", l->row.metric,
                 news == NEWS_REMINDED ? "still " : "", level, text_span(l->row.value, in, sizeof in));
}

static void words_event(const struct live *l, enum news news, const char *span, char *out)
{
    if (news == NEWS_RAISED)
        snprintf(out, MESSAGE_TEXT, "%s", l->row.text);
    else if (news == NEWS_REMINDED)
        snprintf(out, MESSAGE_TEXT, "since %s: %.400s", span, l->row.text);
    else
        snprintf(out, MESSAGE_TEXT, "it lasted %s: %.400s", span, l->row.text);
}

void alert_sentence(const struct live *l, enum news news, int64_t now_ms, char out[static MESSAGE_TEXT])
{
    char span[32];
    int64_t end_ms = news == NEWS_CLEARED && l->row.end_ms ? l->row.end_ms : now_ms;
    text_span(end_ms > l->row.since_ms ? (double)(end_ms - l->row.since_ms) * 1e-3 : 0, span, sizeof span);
    switch (l->rule->kind) {
    case RULE_METRIC: words_metric(l, news, span, out); break;
    case RULE_FORECAST: words_forecast(l, news, out); break;
    case RULE_RISK:
        snprintf(out, MESSAGE_TEXT, news == NEWS_CLEARED ? "the risk of something unusual is low again" :
                 "the risk of something unusual within the hour is %s", l->row.value >= 2 ? "high" : "medium");
        break;
    case RULE_ANOMALY:
    case RULE_EVENT: words_event(l, news, span, out); break;
    }
    text_clean(out); /* one that was cut in the middle of a character */
}

/* "... was 57.3 % when it was raised, above 40.0 %", "... is 100 %, above 40.0 %; it was 57.3 % when it was raised". */
static void words_keep_metric(const struct live *l, char *out)
{
    const struct rule *r = l->rule;
    char value[AMOUNT_MAX], level[AMOUNT_MAX], first[AMOUNT_MAX];
    bool known = !isnan(l->raised_value), same = known && l->row.value == l->raised_value;
    amount_text(l->row.value, l->row.unit, value);
    amount_text(r->level, l->row.unit, level);
    amount_text(l->raised_value, l->row.unit, first);
    const char *compare = words_compare(r);
    if (!l->raised && !known)
        snprintf(out, MESSAGE_TEXT, "%s was %s %s, and %s when it was over", l->row.metric, compare, level, value);
    else if (!l->raised)
        snprintf(out, MESSAGE_TEXT, "%s was %s when it was raised, %s %s; %s when it was over", l->row.metric, first,
                 compare, level, isnan(l->row.value) ? "no longer measured" : value);
    else if (same)
        snprintf(out, MESSAGE_TEXT, "%s was %s when it was raised, %s %s", l->row.metric, first, compare, level);
    else
        snprintf(out, MESSAGE_TEXT, "%s is %s, %s%s %s%s%s%s", l->row.metric, value,
                 rule_judge(r, l->row.value) == RULE_HOLDS ? "" : "and was ", compare, level, known ? "; it was " : "",
                 known ? first : "", known ? " when it was raised" : "");
}

void alert_keep_words(const struct live *l, int64_t now_ms, char out[static MESSAGE_TEXT])
{
    char text[MESSAGE_TEXT];
    if (l->rule->kind == RULE_METRIC)
        words_keep_metric(l, text);
    else if (l->raised && (l->rule->kind == RULE_FORECAST || l->rule->kind == RULE_RISK))
        alert_sentence(l, NEWS_RAISED, now_ms, text);
    else /* of events it is what was said */
        text_copy(text, sizeof text, l->row.text);
    text_clean(text);
    text_copy(out, MESSAGE_TEXT, text);
}
