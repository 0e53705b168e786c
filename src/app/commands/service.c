/* service.c - `sonde service`: the table of its verbs; each is a file in app/service/. */
#include "app/service/service.h"

/* The first is what `sonde service` does. */
static const struct command *const verbs[] = { &service_print, &service_install, &service_remove, NULL };

static const struct example examples[] = {
    { "sonde service print", "the unit, to be read" },
    { "sudo sonde service install", "record from now on, and after every start" },
    { "sonde service install --user --dry-run", "what would be done for a service of this user" },
    { "sudo sonde service remove", "undo it; what was recorded stays" },
    { 0 },
};

const struct command command_service = {
    .name = "service", .summary = "record in the background, as a service of systemd", .usage = "",
    .verbs = verbs,
    .text = "The recorder runs as a service of systemd, under a user of its own (sonde) and with few rights: it may "
            "read what only root may read (CAP_DAC_READ_SEARCH), see what processes do (CAP_SYS_PTRACE), and hear which of "
            "them end (CAP_NET_ADMIN); with --bpf CAP_BPF and CAP_PERFMON instead of the last. It may write to "
            "/var/lib/sonde and /run/sonde only, and opens no connection. For what a configuration names beyond the machine "
            "(webhooks, pushed metrics) there is --network. The page (--web) is a service of its own without any rights. "
            "Members of the group sonde may ask the recorder: adduser NAME sonde.",
    .examples = examples,
};
