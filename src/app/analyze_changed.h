/* `sonde analyze --changed`: a window of what was recorded against the time before it. */
#ifndef APP_ANALYZE_CHANGED_H
#define APP_ANALYZE_CHANGED_H

#include "app/command.h"
#include "core/recording.h"

#define ANALYZE_CHANGED_OPTION \
    { "changed", 0, OPTION_FLAG, \
      .help = "instead of the report: what changed between --from and --to, against as long before (at least ten " \
              "minutes)" }

/* Is --from there, without which nothing changed? Says so. */
bool analyze_changed_can(const struct args *a);

/* Prints what changed, as --json or text. Returns an exit status: EXIT_FAILED where nothing can be said. */
int analyze_changed(const struct args *a, const struct recording *r, int64_t from_ms, int64_t to_ms);

#endif
