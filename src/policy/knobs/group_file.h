/*
 * Knobs that are a file of a control group: where it is, under either version. `arg` of the knob names the controller,
 * the files of version 2 and those of version 1 ("cpu cpu.weight cpu.shares"), several separated by commas of which the
 * first that is there counts; "-" is none. An instance is the path of a group below its hierarchy.
 */
#ifndef POLICY_KNOBS_GROUP_FILE_H
#define POLICY_KNOBS_GROUP_FILE_H

#include "os/os.h"
#include "policy/hierarchy.h"
#include "policy/knob.h"

/* What an error of a file in a group means: -ENODEV where it says that there is none. */
int group_missing(int rc);

/* The path of the file of a knob in a group; h is filled. -ENODEV: there is none. */
int group_find(const struct knob *k, const struct place *p, struct hierarchy *h, char path[static OS_PATH_MAX]);

/* Its text, to the end of the first line. */
int group_text(const struct knob *k, const struct place *p, struct hierarchy *h, char text[static 256]);
int group_put(const struct knob *k, const struct place *p, const char *text);

/* For knob.list, which names our own group alone, .probe and .writable. */
void group_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self);
int group_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY]);
int group_writable(const struct knob *k, const struct place *p);

#endif
