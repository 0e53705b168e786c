/* What rules about the time to come are held against: forecasts of the minutes of an archive, and the risk by its
 * index. */
#ifndef APP_ALERTS_AHEAD_H
#define APP_ALERTS_AHEAD_H

#include "alert/rule.h"

/*
 * Looks ahead for each rule of such a kind, and calls each() for what it says of each metric: the seconds until the
 * level is reached (0 now, INFINITY not within the time of the rule), or the level of risk 0..2 with metric "". What
 * cannot be known is not said. It reads the archive: not for a thread that may not wait.
 */
void alerts_ahead(const char *dir, const struct rule *rules, size_t n,
                  void (*each)(void *self, const struct rule *r, const char *metric, enum unit unit, double value),
                  void *self);

#endif
