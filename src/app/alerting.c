/* alerting.c - rules and limits from the configuration. */
#include "app/alerting.h"

#include "alert/template.h"
#include "app/command.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "look/look.h"
#include "store/query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COMPLAINTS_MAX 20 /* rules that are told one by one */
#define MEASURED_MS 60000 /* how far back "here" goes: of instants, which a short recording has, too */

const struct rule *alerting_rule(const struct alerting *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->rule[i].name, name) == 0)
            return &a->rule[i];
    return NULL;
}

/* The place in a file, where the configuration comes from one. */
static void alerting_complain(const struct config *c, const char *key, struct buf *out)
{
    const char *where = config_where(c, key);
    buf_printf(out, "%s%s%s: ", where, *where ? ": " : "", key);
}

static void alerting_own(const struct config *c, struct alerting *a, struct buf *complaints)
{
    size_t n;
    const char *const *text = config_list(c, "alerts.rules", &n);
    char why[RULE_WHY];
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        struct rule r;
        int rc = rule_parse(text[i], &r, why);
        if (rc == 0 && alerting_rule(a, r.name)) {
            snprintf(why, sizeof why, "there is a rule %s already; give it another name in front, with a colon",
                     r.name);
            rc = -EINVAL;
        }
        if (rc == 0 && a->n < RULES_MAX) {
            a->rule[a->n++] = r;
            continue;
        }
        if (++wrong > COMPLAINTS_MAX)
            continue;
        alerting_complain(c, "alerts.rules", complaints);
        buf_printf(complaints, "rule %zu, \"%.100s\": %s\n", i + 1, text[i], rc < 0 ? why : "there are too many rules");
    }
    if (wrong > COMPLAINTS_MAX) {
        alerting_complain(c, "alerts.rules", complaints);
        buf_printf(complaints, "and %zu more rules are not in force\n", wrong - COMPLAINTS_MAX);
    }
    a->own = a->n;
}

static void alerting_defaults(const struct config *c, struct alerting *a)
{
    char why[RULE_WHY];
    for (const char *const *p = rule_defaults(); *p && config_bool(c, "alerts.defaults") && a->n < RULES_MAX; p++)
        if (rule_parse(*p, &a->rule[a->n], why) == 0)
            a->n += !alerting_rule(a, a->rule[a->n].name);
}

static void alerting_policy(const struct config *c, struct alert_policy *p, struct buf *complaints)
{
    char why[TEMPLATE_WHY];
    *p = (struct alert_policy){ .grace_s = config_number(c, "alerts.grace_s"),
                                .group_s = config_number(c, "alerts.group_s"),
                                .remind_s = 60 * config_number(c, "alerts.remind_minutes"),
                                .raise_cooldown_s = config_number(c, "alerts.raise_cooldown_s"),
                                .clear_cooldown_s = config_number(c, "alerts.clear_cooldown_s") };
    if (alert_quiet_hours(config_string(c, "alerts.quiet_hours"), &p->quiet_from, &p->quiet_to) < 0) {
        alerting_complain(c, "alerts.quiet_hours", complaints);
        buf_puts(complaints, "two times of day, as 22:00-07:00\n");
    }
    if (template_check(config_string(c, "alerts.template"), why) < 0) {
        alerting_complain(c, "alerts.template", complaints);
        buf_printf(complaints, "%s\n", why);
    }
}

int alerting_read(const struct config *c, struct alerting *out, struct buf *complaints)
{
    size_t before = complaints->n;
    memset(out, 0, sizeof *out);
    alerting_own(c, out, complaints);
    alerting_defaults(c, out);
    alerting_policy(c, &out->policy, complaints);
    return complaints->n > before ? -EINVAL : 0;
}

int alerting_read_said(const struct config *c, const char *who, struct alerting *out)
{
    auto_buf struct buf complaints = { 0 };
    int rc = alerting_read(c, out, &complaints);
    for (char *line = complaints.p, *end; line && *line; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';
        log_error(0, "%s: %s", who, line);
    }
    return rc;
}

struct schema *alerting_measured(struct look *v)
{
    int64_t first_ms, last_ms;
    struct query_result *q;
    if (!look_span(v, NULL, &first_ms, &last_ms) || look_files(v) < 0 ||
        store_query(v->files, NULL, last_ms - MEASURED_MS, last_ms, NULL, 60, &q) < 0)
        return NULL;
    struct schema *s = schema_new();
    for (size_t i = 0; i < q->n; i++) {
        const struct metric *m = &q->series[i].metric;
        schema_add(s, &(struct metric){ .name = m->name, .inst = m->inst, .unit = m->unit });
    }
    query_free(q);
    return s;
}

struct index_alert alerting_row(const struct alert *a)
{
    return (struct index_alert){ .rule = a->rule, .metric = a->metric, .unit = unit_code(a->unit), .text = a->text,
                                 .since_ms = a->since_ms, .end_ms = a->end_ms, .told_ms = a->told_ms,
                                 .severity = a->severity, .value = a->value };
}

void alerting_of_row(const struct index_alert *row, struct alert *out)
{
    int unit = unit_of(row->unit);
    *out = (struct alert){ .since_ms = row->since_ms, .end_ms = row->end_ms, .told_ms = row->told_ms,
                           .value = row->value,
                           .severity = row->severity, .unit = unit < 0 ? UNIT_NONE : (enum unit)unit };
    text_copy(out->rule, sizeof out->rule, row->rule);
    text_copy(out->metric, sizeof out->metric, row->metric);
    text_copy(out->text, sizeof out->text, row->text);
}

unsigned alerting_wanted(const struct args *a)
{
    return (args_has(a, "notifications") && args_flag(a, "notifications") ? RECEIVER_DESKTOP : 0u) |
           (args_has(a, "system-logging") && args_flag(a, "system-logging") ? RECEIVER_LOG : 0u);
}
