/* list.c - the loads of `sonde-load`. */
#include "load.h"

extern const struct load load_redis, load_poll, load_table, load_hog;

const struct load *const loads[] = { &load_redis, &load_poll, &load_table, &load_hog, NULL };
