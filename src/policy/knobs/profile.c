/*
 * profile.c - the power profile, held through who serves it (power-profiles-daemon and its like).
 *
 * A hold belongs to the connection of one process and ends with it: that a process has it is all the knob knows. So one
 * that was killed left nothing behind, and what another process reads is its own hold, none.
 */
#include "base/text.h"
#include "policy/bus/profiles.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NONE "none"

static struct profiles *profile_link; /* of this process, from the first hold on */

static int profile_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    struct profiles *own = NULL;
    struct profiles_state s = { 0 };
    (void)k;
    if (*p->root) {
        snprintf(why, KNOB_WHY, "a recorded machine has no bus");
        return -ENODEV;
    }
    int rc = profile_link ? 0 : profiles_open(&own, why);
    if (rc == 0)
        rc = profiles_read(profile_link ? profile_link : own, &s, why);
    profiles_close(own);
    if (rc == 0 && !*s.service)
        snprintf(why, KNOB_WHY, "nobody serves power profiles on the system bus%s",
                 s.tuned ? "; tuned does with tuned-ppd" : "");
    return rc < 0 || !*s.service ? -ENODEV : 0;
}

static int profile_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    if (*p->root)
        return -ENODEV;
    const char *held = profile_link ? profiles_held(profile_link, 0) : "";
    text_copy(value, KNOB_VALUE_MAX, *held ? held : NONE);
    return 0;
}

static int profile_release(void)
{
    char why[KNOB_WHY];
    int rc = profile_link ? profiles_release(profile_link, why) : 0;
    profiles_close(profile_link);
    profile_link = NULL;
    return rc == -ENOTCONN ? 0 : rc; /* the bus went, and the hold with it */
}

static int profile_write(const struct knob *k, const struct place *p, const char *value)
{
    char why[KNOB_WHY];
    (void)k;
    if (*p->root)
        return -ENODEV;
    if (strcmp(value, NONE) == 0)
        return profile_release();
    int rc = profile_link ? 0 : profiles_open(&profile_link, why);
    return rc < 0 ? rc : profiles_take(profile_link, value, "a program runs under a policy", why);
}

const struct knob knobs_profile[] = {
    { .name = "power.profile", .doc = "power profile that is asked for while the work lasts", .class = KNOB_SYSTEM, .held = true,
      .risk = RISK_OTHERS, .type = KNOB_CHOICE, .choices = "performance power-saver none", .needs = "",
      .reverts = "the hold ends with the process that has it, or when somebody chooses a profile by hand",
      .caution = "performance takes more power and may be louder; power-saver wins over it where both are asked for",
      .probe = profile_probe, .read = profile_read, .write = profile_write },
    { 0 },
};
