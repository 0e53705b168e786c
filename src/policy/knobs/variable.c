/* variable.c - knobs that are a variable of the environment. */
#include "policy/knobs/variable.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>

int variable_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    const char *now = *p->root ? NULL : getenv(k->arg);
    text_copy(value, KNOB_VALUE_MAX, now ? now : "");
    return 0;
}

int variable_write(const struct knob *k, const struct place *p, const char *value)
{
    if (*p->root)
        return -ENODEV;
    int rc = *value ? setenv(k->arg, value, 1) : unsetenv(k->arg);
    return rc < 0 ? -errno : 0;
}
