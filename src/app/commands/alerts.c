/* alerts.c - `sonde alerts`: the table of its verbs; each is a file in app/alerts/. */
#include "app/alerts/verbs.h"

/* The first is what `sonde alerts` does. */
static const struct command *const verbs[] = {
    &alerts_list, &alerts_test, &alerts_silence_verb, &alerts_unsilence, NULL,
};

static const struct example examples[] = {
    { "sonde alerts", "what is raised now, and the rules" },
    { "sonde alerts list --past 20", "the last twenty that are over, too" },
    { "sonde alerts test", "does everyone hear it?" },
    { "sonde alerts silence 'disk busy' --for 2h", "not now" },
    { 0 },
};

const struct command command_alerts = {
    .name = "alerts", .summary = "what is told of by itself: list, test, silence", .usage = "", .verbs = verbs,
    .also = "alarm alarms alert",
    .text = "While `sonde record` runs, what it records is held against rules. A rule is one line of the list "
            "alerts.rules in the configuration: [NAME:] CONDITION [OPTION ...].\n\n"
            "Conditions: METRIC > NUMBER (also >=, <, <=; a glob as --metrics takes it, each metric that matches is "
            "an alert of its own; 90%, 500MB, 2.5G); anomaly [SEVERITY]; event KIND [SEVERITY]; forecast METRIC "
            "reaches NUMBER within TIME; forecast risk medium|high.\n\n"
            "Options: for TIME, how long it must hold; clear NUMBER, where it is over (without, 3 % of the number "
            "back), and clear for TIME, how long it must be over; severity info|notice|warning|critical; to RECEIVER, "
            "... of desktop, log, webhook, email, command (without, all that are configured).\n\n"
            "Each alert is raised, told again every alerts.remind_minutes, and cleared. Alerts of one rule that come "
            "together are told together. What is told to whom stands in alerts.* (`sonde help config`). In a desktop "
            "session `sonde notify` shows what the recorder of the system raises.",
    .examples = examples,
};
