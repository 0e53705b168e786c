/*
 * A power profile, held through power-profiles-daemon's interface (tuned-ppd and tlp-pd serve it, too) instead of
 * turning what it owns: governor, energy preference, platform profile.
 *
 * A hold ends with the process that has it, however that ends. It is dropped when a person chooses a profile by hand.
 */
#ifndef POLICY_PROFILES_H
#define POLICY_PROFILES_H

#include "modules/profiles.h"
#include "policy/knob.h"

struct profiles;

/* -ENOTSUP the module is not installed, -ENOENT there is no system bus; and why. *out is for profiles_close(). */
int profiles_open(struct profiles **out, char why[static KNOB_WHY]);
void profiles_close(struct profiles *p); /* releases what it holds */

/* What is there now; nobody is started by it. */
int profiles_read(struct profiles *p, struct profiles_state *out, char why[static KNOB_WHY]);

/* What suits a goal: "performance", "power-saver", or NULL: the one that is. */
const char *profiles_for(int goal);

/* Asks for a profile, in place of one that is held already. -ENODEV nobody serves profiles, -EINVAL it is none that
 * can be held, -EACCES, -ENOTCONN; and why. */
int profiles_take(struct profiles *p, const char *profile, const char *reason, char why[static KNOB_WHY]);
int profiles_release(struct profiles *p, char why[static KNOB_WHY]);

/* Takes in what came, waiting at most wait_ms for it. The profile that is held, or "" : none, or it was dropped. */
const char *profiles_held(struct profiles *p, int64_t wait_ms);

/* One line on tuned, where it runs: it owns the frequencies, and its profile is never switched. "" where not. */
void profiles_tuned(const struct profiles_state *s, char out[static KNOB_WHY]);

#endif
