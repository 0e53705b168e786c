/* From the options of a command to a plan, and a plan as text and as JSON: what run, explain and apply share. */
#ifndef APP_POLICY_PLANNING_H
#define APP_POLICY_PLANNING_H

#include "app/command.h"
#include "base/json.h"
#include "policy/learn/learned.h"

/* For the table of a command that starts a program; it has DATADIR_OPTION, too. */
#define PLANNING_LEARNED \
    { "no-learned", 0, OPTION_FLAG, .help = "what the goal has for all work, whatever trials of this one found" }, \
    { "metric", 0, OPTION_TEXT, "METRIC", .help = "only what trials by this metric found (sonde help policy learn)" }

/* For the table of a command. */
#define PLANNING_OPTIONS \
    { "intent", 'i', OPTION_CHOICE, "GOAL", .choices = GOAL_NAMES, \
      .help = "what the program is to be good at" }, \
    { "set",    0, OPTION_TEXT, "KNOB=VALUE ...", .help = "set these as well, or instead of what the goal has" }, \
    { "system", 0, OPTION_FLAG, .help = "knobs of the whole machine and of GPUs, too" }, \
    { "rt",     0, OPTION_FLAG, .help = "real-time classes may be set; they can lock a machine up" }

struct planning {
    struct machine machine;
    struct plan plan;
    bool recalled;          /* what trials of this command found is used */
    struct learned learned;
};

/*
 * Looks at the machine and makes the plan for a running tree, or for a program that is about to start (pid 0). 0, or an
 * exit status; what is wrong was said. To be released with planning_done(), also after an error.
 */
int planning_make(const struct args *a, int32_t pid, struct planning *out);
void planning_done(struct planning *p);

/* "latency", "the knobs that were named": what a plan is for. */
const char *planning_purpose(const struct plan *p);

/* Prints the plan, as text or with --json as an object. Returns an exit status. */
int planning_show(const struct args *a, const struct plan *p);

void planning_text(const struct plan *p, struct buf *out);
void planning_json(struct json *j, const struct plan *p); /* the members of an object */
void planning_json_steps(struct json *j, const struct plan *p); /* of them its steps and notes */

/* "autogroup 0 -> -10, session own": the steps that were set, in one line. Returns how many. */
int planning_line(const struct plan *p, struct buf *out);

#endif
