/* A number with its unit, as people say it: three digits, "1.20 MB/s", "2.40 GHz", "48.0 C". */
#ifndef CORE_AMOUNT_H
#define CORE_AMOUNT_H

#include "core/schema.h"

#define AMOUNT_MAX 32

/* "-" where v is not known. Returns out. */
char *amount_text(double v, enum unit unit, char out[static AMOUNT_MAX]);

#endif
