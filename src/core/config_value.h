/* What config.c and config_read.c share: the value of one key, made from text. */
#ifndef CORE_CONFIG_VALUE_H
#define CORE_CONFIG_VALUE_H

#include "core/config.h"

struct config_value {
    double number; /* numbers; switches as 0 and 1 */
    char *text;    /* texts and choices */
    char **items;  /* lists */
    size_t n;
    char *where;   /* "FILE:LINE" that it was read at; NULL: nowhere, it is the default */
};

void config_value_done(struct config_value *v);

/*
 * A value from the text of a scalar; not for lists. On -EINVAL says what is wrong and what would be
 * right, and *out is as it was.
 */
int config_value_scalar(const struct config_key *key, const char *text, struct config_value *out,
                        struct buf *why);

/* One more item of a list; the same errors. */
int config_value_item(const struct config_key *key, const char *text, struct config_value *out,
                      struct buf *why);

/* The index of a key in config_keys(), or -1. */
int config_find(const char *name);

/* Why there is no key of this name in this section ("" = none), and what was probably meant. */
void config_put_unknown(const char *section, const char *name, struct buf *out);

/*
 * Takes the value for a key, and ownership of what is in it. A promise that is kept in any case
 * stays, and a notice says so; it begins with `where`, "FILE:LINE".
 */
void config_take(struct config *c, int key, struct config_value *v, const char *where);

#endif
