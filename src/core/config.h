/*
 * Configuration: YAML files against one table of keys.
 *
 * The table in config_keys.c gives every key its type, default, bounds, help and what becomes of
 * it; the file reader, `sonde help config`, the example file and the manual page are made from it.
 * Later files override earlier ones.
 */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum config_type {
    CONFIG_BOOL,
    CONFIG_NUMBER,  /* within min..max */
    CONFIG_STRING,
    CONFIG_CHOICE,  /* one of `choices` */
    CONFIG_LIST,    /* of texts; of one of `choices` each, where given */
};

struct config_key {
    const char *name;       /* "general.logging_interval" */
    enum config_type type;
    const char *fallback;   /* default, as it would stand in a file; "" = empty */
    double min, max;        /* of numbers, and of a list's items where min < max */
    bool whole;             /* such numbers have no fraction */
    const char *choices;    /* "sha256 sha384 sha512", separated by blanks */
    const char *help;       /* one sentence */
    const char *fixed;      /* the one value that Sonde keeps in any case, NULL for none ... */
    const char *answer;     /* ... and the sentence that says so when a file asks otherwise */
};

/* All keys, in the order of the manual. */
const struct config_key *config_keys(size_t *n);

/* What a section ("general", "cloud.gdrive") is about, in a few words; NULL when there is none. */
const char *config_section_help(const char *section);

#define CONFIG_SECTION_SIZE 64

/*
 * For a walk through config_keys(): true when this key begins another section than the one named in
 * `section` (at first ""), which then holds the new name.
 */
bool config_enter(const struct config_key *key, char section[static CONFIG_SECTION_SIZE]);

/* The last part of its name: "logging_interval". */
const char *config_leaf(const struct config_key *key);

/* What a value may be: "0.1 to 3600", "a, b, c", "always true";
 * nothing where the type says it all. */
void config_put_allowed(const struct config_key *key, struct buf *out);

struct config;

struct config *config_new(void); /* all defaults */
void config_free(struct config *c);

/*
 * Reads a file over what is there.
 *
 *   complaints  one line for each error ("FILE:LINE: what, what to do"), all of a file in one go
 *
 * Errors: -EINVAL when there were any, and the configuration is then as it was before; others
 * (-ENOENT, -EACCES ...) when the file cannot be read.
 */
int config_read(struct config *c, const char *path, struct buf *complaints);

/* The same from memory; `path` is for messages. */
int config_parse(struct config *c, const char *path, const char *text, size_t n, struct buf *complaints);

/*
 * One line for each key that a file set to what Sonde does not do ("FILE:LINE: key: why not"); the
 * promise was kept and the file is no error. Empty for none; borrowed.
 */
const char *config_notices(const struct config *c);

/* The key must exist and have the type: asking for another is a programming error. */
bool config_bool(const struct config *c, const char *name);
double config_number(const struct config *c, const char *name);
const char *config_string(const struct config *c, const char *name); /* strings and choices; borrowed */
const char *const *config_list(const struct config *c, const char *name, size_t *n); /* borrowed */

/* The place, "FILE:LINE", that gave a key its value; "" where it is the default. Borrowed. */
const char *config_where(const struct config *c, const char *name);

/* Puts a value of any type, as it would stand in a file; the items of a list with commas. */
void config_put_value(const struct config *c, const char *name, struct buf *out);

/* Is the value of a key the same in both? */
bool config_same(const struct config *a, const struct config *b, const char *name);

/* A commented YAML file of all keys with their defaults. */
void config_example(struct buf *out);

#endif
