/* Control groups of the processor for scenarios: the group at the top, where autogroup counts, and one below it. */
#ifndef APP_POLICY_BENCH_GROUP_H
#define APP_POLICY_BENCH_GROUP_H

#include "os/os.h"

/* The folder of the top group of the hierarchy that the cpu controller is in. -ENODEV: there is none. */
int group_top(char out[static OS_PATH_MAX]);

/* A group below it, made now; its folder. -EACCES, -EROFS and others of mkdir(2). */
int group_make(char out[static OS_PATH_MAX]);

/* Removes it, with groups that were made in it. Nobody may be left in them. */
void group_remove(const char *folder);

#endif
