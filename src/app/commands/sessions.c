/* sessions.c - `sonde sessions`: the table of its verbs; each is a file in app/sessions/. */
#include "app/sessions/sessions.h"

/* The first is what `sonde sessions` does. */
static const struct command *const verbs[] = {
    &sessions_list, &sessions_show, &sessions_label, &sessions_unlabel, &sessions_stats, &sessions_verify,
    &sessions_prune, &sessions_export, &sessions_flight,
    NULL,
};

static const struct example examples[] = {
    { "sonde sessions", "all sessions" },
    { "sonde sessions show last", "the newest, with what happened in it" },
    { "sonde sessions label last 'new fan'", "give it a name" },
    { 0 },
};

const struct command command_sessions = {
    .name = "sessions", .summary = "the archive: list, show, label, check, prune, export, flight", .usage = "",
    .verbs = verbs,
    .text = "A session is one run of the recorder, with its samples, events, anomalies and the labels that "
            "people gave it.",
    .examples = examples,
};
