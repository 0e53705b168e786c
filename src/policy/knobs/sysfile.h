/* Knobs that are a file of the kernel with one value in it: their functions, for tables of them. */
#ifndef POLICY_KNOBS_SYSFILE_H
#define POLICY_KNOBS_SYSFILE_H

#include "policy/knob.h"

/* knob.arg is the path; a "%s" in it stands for the instance, a "%d" for the task (0: this process). */
int sysfile_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX]);
int sysfile_write(const struct knob *k, const struct place *p, const char *value);
int sysfile_writable(const struct knob *k, const struct place *p);

/* All of the text, where a value is something else than its first line. Errors as of knob.read. */
int sysfile_text(const struct knob *k, const struct place *p, char *text, size_t cap);

/* The same of a file like "none [mq-deadline] kyber": the value is the one in brackets, and what may be written is what
 * stands there. */
int sysfile_read_chosen(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX]);
int sysfile_check_chosen(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY]);

/* Calls each() with the names that stand for the "%s" of the path, of those for which the file is there. */
void sysfile_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self);

/* The path of a place, in OS_PATH_MAX bytes. */
void sysfile_path(const struct knob *k, const struct place *p, char *out);

#endif
