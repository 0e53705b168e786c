/*
 * A command of the program, and its options. A file in commands/ defines one `const struct command`
 * and stands in the list of this folder's meson.build; help, manual pages and bash completion are
 * made from these tables, so they cannot disagree with what is parsed.
 */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_FILE,     /* completed as a path */
    OPTION_DIR,
    OPTION_NUMBER,   /* within min..max; min == max: any, INFINITY: no upper bound */
    OPTION_COUNT,    /* the same, of whole numbers */
    OPTION_DURATION, /* "90", "1.5m", "2h": seconds, within min..max */
    OPTION_CHOICE,   /* one of `choices` */
    OPTION_TIME,     /* "2026-11-22T14:05", "yesterday 14:05", "-2h": see base/when.h */
};

struct option {
    const char *name;    /* "duration", without the dashes; NULL ends a list */
    char letter;         /* 'd' for -d, or 0 */
    enum option_type type;
    const char *value;   /* how help calls the value: "SECONDS" */
    double min, max;
    const char *choices; /* separated by blanks */
    const char *fallback;/* default, shown in help; NULL = none */
    const char *help;    /* one line */
};

struct args; /* what was given */

struct example {
    const char *line, *what; /* "sonde check --duration 20", "a quick look"; NULL line ends a list */
};

struct command {
    const char *name;              /* of a verb with that of its command: "sessions list" */
    const char *summary;           /* one line */
    const char *also;              /* what others call it, separated by blanks: who tries that is told the name */
    const char *usage;             /* positional arguments: "[FILE]", "" for none */
    const char *text;              /* paragraphs for the manual */
    const struct option *options;  /* its own; the common ones are everybody's */
    const struct example *examples;
    const struct command *const *verbs; /* "sessions list" ..., to a NULL; the first is meant where none is named */
    int max_positional;
    bool passes;                   /* what begins with the first positional word is the command line of a program */
    bool bare;                     /* runs without a configuration: args_config() is NULL */
    int (*run)(const struct args *a); /* returns an exit status */
};

enum exit_status { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_PART = 3 };

/* Options that every command takes: --help, --config, --root, --verbose,
 * --quiet, --no-color, --json. */
const struct option *command_common(void);

/* All commands, in the order of the list. */
const struct command *const *command_all(size_t *n);
const struct command *command_find(const char *name); /* NULL */
const struct command *command_verb(const struct command *c, const char *name); /* NULL */
const char *command_leaf(const struct command *c); /* the last word of its name */

/* Says that there is no command of this name, and which was meant. */
void command_put_unknown(const char *name, struct buf *out);
void command_put_unknown_verb(const struct command *c, const char *name, struct buf *out);

bool args_has(const struct args *a, const char *name); /* does the command have such an option? */

/* The option must be in the command's tables, with that type. */
bool args_flag(const struct args *a, const char *name);
bool args_given(const struct args *a, const char *name);
const char *args_text(const struct args *a, const char *name); /* NULL when not given and no default */
double args_number(const struct args *a, const char *name);    /* durations too; NaN, likewise */
int64_t args_time(const struct args *a, const char *name);     /* 0 when not given */
const char *args_positional(const struct args *a, int i);      /* NULL past the end */
int args_positionals(const struct args *a);
const char *const *args_words(const struct args *a); /* all positional words, to a NULL; borrowed */

struct config;
const struct config *args_config(const struct args *a); /* files and options, already read */

#endif
