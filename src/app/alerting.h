/* Alerts as the configuration has them: all rules, how often is told, and rows of the index as alerts. */
#ifndef APP_ALERTING_H
#define APP_ALERTING_H

#include "alert/state.h"
#include "core/config.h"
#include "store/index.h"

struct alerting {
    struct rule rule[RULES_MAX];
    size_t n;
    size_t own;               /* of them, the first ones, are the person's; the others are those that Sonde brings */
    struct alert_policy policy;
};

/*
 * Reads alerts.*. What is wrong is put as lines ("FILE:LINE: alerts.rules: rule 2, ...: why"), and -EINVAL comes back;
 * *out has the rest all the same.
 */
int alerting_read(const struct config *c, struct alerting *out, struct buf *complaints);

/* The same, and the complaints are said. */
int alerting_read_said(const struct config *c, const char *who, struct alerting *out);

const struct rule *alerting_rule(const struct alerting *a, const char *name); /* NULL */

/* What was measured here lately, as a schema of names and units, to hold rules against; NULL: nothing is known. The
 * caller's. */
struct look;
struct schema *alerting_measured(struct look *v);

struct index_alert alerting_row(const struct alert *a);                       /* its texts are borrowed */
void alerting_of_row(const struct index_alert *row, struct alert *out);

/* The receivers that options ask for: --notifications, --system-logging. Bits. */
struct args;
unsigned alerting_wanted(const struct args *a);

#define ALERTING_OPTIONS \
    { "notifications", 0, OPTION_FLAG, .help = "show it on the desktop, too (alerts.desktop)" }, \
    { "system-logging", 0, OPTION_FLAG, .help = "write it to the log of the system, too (alerts.system_log)" }

#endif
