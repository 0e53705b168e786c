/* policy.c - `sonde policy`: the table of its verbs; each is a file in app/policy/. */
#include "app/policy/verbs.h"

/* The first is what `sonde policy` does. */
static const struct command *const verbs[] = {
    &policy_explain,
    &policy_apply,
    &policy_status,
    &policy_revert,
    &policy_probe,
    &policy_learn,
    &policy_bench,
    &policy_profile,
    &policy_gamemode,
    &policy_helper,
    NULL,
};

static const struct example examples[] = {
    { "sonde policy explain", "what could be set here, and why" },
    { "sonde policy status", "what is set now, and by whom" },
    { "sonde policy revert --all", "set it back" },
    { "sonde policy probe", "which knobs there are here, and who may turn them" },
    { "sonde policy learn -i throughput -- ./simulate", "which knobs serve a program best" },
    { 0 },
};

const struct command command_policy = {
    .name = "policy", .summary = "what Sonde may set on this machine, and what it set", .usage = "", .verbs = verbs,
    .also = "policies tune tuning knobs",
    .text = "Whatever Sonde sets is in a journal on disk before it is set, and is set back when it is no longer "
            "wanted, after a crash, too, unless somebody else changed it since.",
    .examples = examples,
};
