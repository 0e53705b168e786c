/*
 * What the helper does for whom. It has rights that who asks has not, so everything that is not said here is refused:
 *
 *   knobs of tasks      of the tasks of who asks only, and of none that nothing may touch (guarded.h)
 *   of the machine      and of GPUs: at an instance that the knob itself lists; what makes it hotter only where
 *                       it is known to be cool
 *   that take no right  not: who asks can set them, over the bus, say
 *   of groups           not, nor which one a task is in: they belong to systemd, and have limits
 *   of the environment  not: they are the program's own
 *
 * Never a real-time class or another knob that has to be asked for by name, and no value beyond a knob's hard limits.
 * Values that lower a limit are within them as well: nobody is given more than what the table of knobs has.
 */
#ifndef POLICY_HELPER_MAY_H
#define POLICY_HELPER_MAY_H

#include "policy/helper/helper_line.h"

struct helper_rules {
    const char *root;
    bool heats; /* may the machine be made hotter without a look at its sensors? */
};

/*
 * Fills the step that a request (HELPER_SET) of a user asks for: knob, place with the start of its task, and value. 0;
 * or -EPERM, -EINVAL, -ERANGE, -ENODEV, -ESRCH and a sentence.
 */
int helper_may(const struct helper_rules *rules, uint32_t uid, const struct helper_request *r, struct step *out,
               char why[static KNOB_WHY]);

#endif
