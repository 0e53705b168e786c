/* What an analysis found of a session, into the index of its archive: `sessions list` filters by it, retention keeps
 * what lies around. */
#ifndef APP_FINDINGS_H
#define APP_FINDINGS_H

#include "analyze/report.h"

/* In place of what was found before. Silent where the archive may only be read: a report does not fail for it. */
void findings_keep(const char *dir, const char *session, const struct report *r);

#endif
