/* explain.c - `sonde policy explain`: what would be set, why, and what it takes; writes nothing. */
#include "app/datadir.h"
#include "app/policy/planning.h"
#include "app/policy/verbs.h"

#include "base/log.h"
#include "base/text.h"
#include "policy/goal.h"

#include <stdio.h>
#include <string.h>

/* A first word that is a number is a process; anything else is a program. */
static int explain_pid(const struct args *a, int32_t *pid)
{
    const char *word = args_positional(a, 0);
    double v = 0;
    *pid = 0;
    if (!word || word[strspn(word, "0123456789")])
        return EXIT_DONE;
    if (!text_double(word, &v) || v < 1 || v > INT32_MAX || !knob_task_start("", (int32_t)v)) {
        log_error(0, "there is no process %s", word);
        return EXIT_FAILED;
    }
    *pid = (int32_t)v;
    return EXIT_DONE;
}

static void explain_goals(void)
{
    for (int i = 0; i < GOALS; i++)
        printf("  %-12s%s\n", goal_name((enum goal)i), goal_meaning((enum goal)i));
    puts("\n`sonde policy explain --intent GOAL` says what each would set here, and why.");
}

static int explain_run(const struct args *a)
{
    struct planning p = { 0 };
    int32_t pid;
    if (!args_given(a, "intent") && !args_given(a, "set") && !args_positionals(a) && !args_flag(a, "json")) {
        explain_goals();
        return EXIT_DONE;
    }
    int status = explain_pid(a, &pid);
    if (status == EXIT_DONE)
        status = planning_make(a, pid, &p);
    if (status == EXIT_DONE)
        status = planning_show(a, &p.plan);
    planning_done(&p);
    return status;
}

static const struct option options[] = {
    PLANNING_OPTIONS,
    PLANNING_LEARNED,
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde policy explain", "the goals there are" },
    { "sonde policy explain --intent latency", "what a program would be given" },
    { "sonde policy explain --intent power --system", "with what concerns the whole machine" },
    { "sonde policy explain --intent latency 4711", "of a process that runs already" },
    { 0 },
};

const struct command policy_explain = {
    .name = "policy explain", .summary = "what would be set, why, and what it takes",
    .usage = "[PID | COMMAND [ARGUMENT ...]]",
    .text = "Makes the plan that `sonde run` and `sonde policy apply` would follow and prints it: each knob, what it "
            "is and what it would be, why (principle: documents say so; measured: we measured it; learned: it won "
            "trials of this work here; asked: it was named), what to mind, and how it is undone. What is left, and what "
            "it would take, is named as well. Nothing is written.",
    .options = options, .examples = examples, .passes = true, .run = explain_run,
};
