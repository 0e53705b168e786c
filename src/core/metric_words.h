/* What people call a metric beside others of its kind. */
#ifndef CORE_METRIC_WORDS_H
#define CORE_METRIC_WORDS_H

#include <stddef.h>

/*
 * Puts which of its kind it is: "/home", "core 3", "k10temp/Tctl"; "" for the only one, and for a total. Of a sensor's
 * place/chip/label the place is left out: it says where on which bus, which few people know.
 *
 *   inst  the instance; NULL or "" for none
 */
void metric_which(const char *name, const char *inst, char *out, size_t cap);

#endif
