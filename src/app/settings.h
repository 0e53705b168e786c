/* From configuration files to what the program does. */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "app/command.h"
#include "core/adapter.h"
#include "core/budget.h"
#include "core/config.h"
#include "store/csvlog.h"
#include "store/retention.h"

/*
 * Reads /etc/sonde/sonde.yaml, the user's file, and the one of --config, each over the one before;
 * only the last must exist. Sets the log level from the files and options.
 *
 * On success *out is the caller's, to be freed with config_free(). Otherwise all that is
 * wrong was said on stderr. Errors: -EINVAL, or what kept a file from being read.
 */
int settings_read(const struct args *a, struct config **out);

/* The same files once more, as they are now, without a word and without an effect: for one who shows them. -EINVAL, or
 * what kept a file from being read. */
int settings_peek(const struct args *a, struct config **out);

/* Sets the level of messages from the configuration, NULL where there is none, and the options. */
void settings_level(const struct args *a, const struct config *c);

/* Puts where a file or folder of the user's own configuration lies; nothing where there is none. */
void settings_user_path(const char *name, struct buf *out);

/* Every adapter of this build, NULL-terminated, as sampler_open() takes them. */
const struct adapter *const *settings_adapters(void);

#define SETTINGS_ADAPTERS_MAX 96
#define SETTINGS_ADAPTERS_OWN 1

/* The same list, with the adapters that a key of the configuration is handed to (as their `of`). */
struct settings_adapters {
    const struct adapter *list[SETTINGS_ADAPTERS_MAX + 1]; /* NULL-terminated */
    struct adapter own[SETTINGS_ADAPTERS_OWN];
};

/* Borrows from the configuration, and is not to be moved. */
void settings_configure(const struct config *c, struct settings_adapters *out);

/* Do the switches of a `const struct config` want this adapter? For sampler_options.wanted. */
bool settings_wants(void *config, const char *adapter);

/* performance.max_*: for sampler_options.budget. */
struct budget_limits settings_budget(const struct config *c);

/* storage.keep_*: for retention_rules.keep_s. */
void settings_keep(const struct config *c, double keep_s[static RETENTION_TIERS]);

/*
 * logging.*: false where no CSV logs are asked for; else what csvlog_open() takes, below the data directory
 * unless *outside. hardware_id is borrowed.
 */
bool settings_csvlog(const struct config *c, const char *data_dir, const char *hardware_id,
                     struct csvlog_options *out, bool *outside);

#endif
