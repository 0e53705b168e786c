/* What remedies share: finding who does most of something, and steps that are looked at before they are planned. */
#ifndef POLICY_REMEDIES_AIM_H
#define POLICY_REMEDIES_AIM_H

#include "policy/remedies/remedy.h"

extern const struct remedy remedy_neighbour, remedy_swapping, remedy_writer, remedy_poller, remedy_quota,
    remedy_frequency;

/* Seconds between two points. */
double aim_seconds(const struct remedy_point *a, const struct remedy_point *b);

/* What a process did between two points: `then` NULL, it is new and all of it counts. */
typedef double aim_did(const struct doing *then, const struct doing *now);

/* How much all that are below the tops of a target did, or all others where not `in`; threads of the kernel are
 * neither. */
double aim_sum(const struct remedy_target *t, bool in, aim_did *did, const struct remedy_point *a,
               const struct remedy_point *b);

/*
 * Finds who did most of something between the points of a scene, and how much a second: the processes of one name and
 * parent, and from there up as long as nobody else below that parent wants a processor, but never up to the shell of a
 * terminal. Whom a person named is taken as he is. Fills name, top and group.
 *
 *   least  a second, below which nobody is meant
 *   what   "uses the processors", for the sentence where nobody does
 *
 * 0, or -ENODATA nobody does so much, -EPERM who does is guarded, -ESRCH the one who was named is not there, and why.
 */
int aim_find(const struct remedy_scene *s, aim_did *did, double least, const char *what, struct remedy_target *t,
             double *rate, char why[static KNOB_WHY]);

/* The control group of a process, in the hierarchy of the processor; false: not known. */
bool aim_group_of(const struct remedy_scene *s, int32_t pid, char out[static KNOB_INST_MAX]);

/* Are all processes of their session below the tops of a target? One that autogroup takes for one then: its process;
 * else 0. */
int32_t aim_session(const struct remedy_scene *s, const struct remedy_target *t);

/*
 * Adds a step as it may be taken: with what the knob is now, STEP_SAME where it is so already, STEP_LEFT where it may
 * not be written or somebody else holds it. Where there is no such knob the notes of the plan say so, and NULL comes
 * back. Borrowed until the next step.
 */
struct step *aim_step(const struct remedy_scene *s, struct plan *p, const char *knob, const char *inst, int32_t pid,
                      const char *value, const char *why);

/* One for every process of the target, as far as they are not guarded. */
void aim_processes(const struct remedy_scene *s, struct plan *p, const struct remedy_target *t, const char *knob,
                   const char *value, const char *why);

/* A number that stands behind a key in a file of lines like "pswpin 4711"; NaN. */
double aim_keyed(const char *root, const char *path, const char *key);

#endif
