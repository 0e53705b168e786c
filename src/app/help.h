/*
 * Help, manual pages and shell completion, all made from the tables of app/command.h and
 * core/config.h, so that they cannot say anything else than what is parsed.
 *
 * Everything is appended to `out`; widths are in columns.
 */
#ifndef APP_HELP_H
#define APP_HELP_H

#include "app/command.h"

struct config_key;

/* Columns of the terminal, but neither too narrow for two columns nor too wide to read. */
int help_width(void);

void help_overview(int width, struct buf *out);
void help_command(const struct command *c, int width, struct buf *out);
void help_config(int width, struct buf *out);

/* A label and its text in two columns, the second from `column` on;
 * a long label has its own line. */
void help_row(struct buf *out, const char *label, const char *text, int column, int width);

/* "1 to 60; default 5" and the like: what a value may be, "" where there is nothing to say. */
void help_note(const struct option *o, struct buf *out);
void help_key_note(const struct config_key *key, struct buf *out);

/* The tables of commands (all, or the one) and of keys as JSON objects. */
void help_json(const struct command *c, struct buf *out);
void help_config_json(struct buf *out);

/* man(7) source: sonde(1), sonde-COMMAND(1), sonde.yaml(5). */
void man_title(struct buf *out, const char *name, int section, const char *summary);
void man_text(struct buf *out, const char *text); /* text that roff does not take for requests */
void man_overview(struct buf *out);
void man_command(const struct command *c, struct buf *out);
void man_config(struct buf *out);

/* A script for bash: commands, options, choices, files. */
void completion_bash(struct buf *out);

#endif
