/*
 * Whom no policy touches: the first process, kernel threads, processes of other users, whoever carries sound, the
 * screen, logins or messages of the whole session, and Sonde itself with those it was started by.
 *
 * A wrong value there takes the machine away from its person, who then cannot undo it.
 */
#ifndef POLICY_GUARDED_H
#define POLICY_GUARDED_H

#include "policy/knob.h"

/*
 * True: the process is left alone, and `why` is a sentence that names it. Also of one that is gone, or of which it is
 * not known whose it is. Of the administrator (uid 0) processes of all users are free: who asks must have named them.
 *
 *   root  of the machine; "" is the running one, whose /proc/self is this process
 *   uid   for whom it is asked
 */
bool guarded_is(const char *root, int32_t pid, uint32_t uid, char why[static KNOB_WHY]);

#endif
