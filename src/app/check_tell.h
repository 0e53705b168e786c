/* What `sonde check` found, told where --notifications and --system-logging say. */
#ifndef APP_CHECK_TELL_H
#define APP_CHECK_TELL_H

#include "analyze/report.h"
#include "app/command.h"

/* One notification with the verdict; an entry in the log of the system for each finding, and for the verdict. What is
 * wrong is said once, and changes nothing else. */
void check_tell(const struct args *a, const struct report *r);

#endif
