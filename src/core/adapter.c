/* adapter.c - what an adapter that is absent would measure. */
#include "core/adapter.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define FAMILY_MAX 128
#define BETWEEN ", " /* families of a list, sets of them */

/* The next family of a list, without its instance: a shorter one where it is cut. False: there is none. */
static bool adapter_next_family(const char **rest, char family[static FAMILY_MAX])
{
    const char *p = *rest + strspn(*rest, BETWEEN);
    size_t all = strcspn(p, BETWEEN), n = strcspn(p, BETWEEN "{");
    snprintf(family, FAMILY_MAX, "%.*s", (int)n, p);
    *rest = p + all;
    return all > 0;
}

bool adapter_provides(const char *provides, const char *globs)
{
    char has[FAMILY_MAX], wanted[FAMILY_MAX];
    while (adapter_next_family(&globs, wanted))
        for (const char *rest = provides ? provides : ""; adapter_next_family(&rest, has); )
            if (text_glob(has, wanted) || text_glob(wanted, has))
                return true;
    return false;
}
