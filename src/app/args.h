/* Makes the `struct args` that commands read through app/command.h. */
#ifndef APP_ARGS_H
#define APP_ARGS_H

#include "app/command.h"

/*
 * Reads what follows the name of a command.
 *
 *   argv       argc words after the name; borrowed by *out
 *   complaint  on -EINVAL, one line: the command, the option, what is wrong and what to do
 *
 * On success *out is the caller's, to be freed with args_free().
 */
int args_parse(const struct command *c, int argc, char *const *argv, struct args **out,
               struct buf *complaint);
void args_free(struct args *a);

/* What args_config() answers from now on; borrowed. */
void args_set_config(struct args *a, const struct config *c);

#endif
