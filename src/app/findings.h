/* What an analysis found of a session, into the index of its archive: `sessions list` filters by it, retention keeps
 * what lies around. */
#ifndef APP_FINDINGS_H
#define APP_FINDINGS_H

#include "analyze/report.h"
#include "store/index.h"

/* In place of what was found before. Silent where the archive may only be read: a report does not fail for it. */
void findings_keep(const char *dir, const char *session, const struct report *r);

/* One anomaly as a row; `causes` in it is the caller's, the rest borrowed. s is what slots in it are of. */
struct index_anomaly findings_row(const struct schema *s, const struct anomaly *a);

#endif
