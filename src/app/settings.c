/* settings.c - reads the configuration and applies what is the whole program's:
 * messages, adapters. */
#include "app/settings.h"

#include "adapters/registry.h"
#include "app/extensions.h"
#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SYSTEM_FILE "/etc/sonde/sonde.yaml"
#define DAY_S 86400.0

static const struct adapter *const adapters[] = { ADAPTERS NULL };

/* Which switch of the configuration an adapter obeys;
 * one without a row obeys adapters.disabled only. */
static const struct { const char *adapter, *key; } switches[] = {
    { "cpu", "general.collect_cpu" },
    { "freq", "general.collect_cpu" },
    { "cpuinfo", "general.collect_cpu" },
    { "load", "general.collect_cpu" },
    { "cpuidle", "general.collect_cpu" },
    { "throttle", "general.collect_cpu" },
    { "tuning", "general.collect_cpu" },
    { "interrupts", "general.collect_cpu" },
    { "schedstat", "general.collect_cpu" },
    { "memory", "general.collect_ram" },
    { "paging", "general.collect_ram" },
    { "zones", "general.collect_ram" },
    { "numa", "general.collect_ram" },
    { "hugepages", "general.collect_ram" },
    { "slab", "general.collect_ram" },
    { "zram", "general.collect_ram" },
    { "disk", "general.collect_disk" },
    { "fs", "general.collect_disk" },
    { "md", "general.collect_disk" },
    { "net", "general.collect_network" },
    { "sockets", "general.collect_network" },
    { "snmp", "general.collect_network" },
    { "netstat", "general.collect_network" },
    { "snmp6", "general.collect_network" },
    { "softnet", "general.collect_network" },
    { "conntrack", "general.collect_network" },
    { "link", "general.collect_network" },
    { "nfs", "general.collect_network" },
    { "rapl", "general.collect_power" },
    { "battery", "general.collect_power" },
    { "nvidia", "general.collect_gpu" },
    { "amdgpu", "general.collect_gpu" },
    { "intel_gpu", "general.collect_gpu" },
    { "fs", "privacy.collect_mount_points" },
    { "process", "privacy.collect_process_names" },
    { "services", "privacy.collect_process_names" },
    { "services_io", "privacy.collect_process_names" },
};

/* Which adapter gets the text of a key. */
static const struct { const char *adapter, *key; } handed[SETTINGS_ADAPTERS_OWN] = {
    { "process", "adapters.process_walk" },
};

_Static_assert(sizeof adapters / sizeof *adapters - 1 <= SETTINGS_ADAPTERS_MAX, "there is room for every adapter");

/* By the XDG base directory specification, which ignores relative paths. */
void settings_user_path(const char *name, struct buf *out)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (base && *base == '/')
        buf_printf(out, "%s/sonde/%s", base, name);
    else if (home && *home == '/')
        buf_printf(out, "%s/.config/sonde/%s", home, name);
}

static void settings_log_lines(const char *lines, void (*put)(const char *line))
{
    auto_free char *copy = mem_dup(lines);
    for (char *p = copy, *end; (end = strchr(p, '\n')); p = end + 1) {
        *end = '\0';
        put(p);
    }
}

static void settings_put_error(const char *line)
{
    log_error(0, "%s", line);
}

static void settings_put_notice(const char *line)
{
    log_warn(0, "%s", line);
}

static int settings_file(struct config *c, const char *path, bool must)
{
    auto_buf struct buf complaints = { 0 };
    int rc = config_read(c, path, &complaints);
    if (rc == 0)
        log_info("read the configuration %s", path);
    if (rc == -EINVAL)
        settings_log_lines(buf_text(&complaints), settings_put_error);
    else if (rc < 0 && must)
        log_error(rc, "cannot read the configuration %s", path);
    else if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR)
        log_warn(rc, "cannot read the configuration %s; going on without it", path);
    return must || rc == -EINVAL ? rc : 0;
}

/* The table of keys lives where adapters are not known. */
static int settings_disabled(const struct config *c, const struct adapter *const *list)
{
    size_t n, count = 0;
    const char *const *disabled = config_list(c, "adapters.disabled", &n);
    while (list[count])
        count++;
    auto_free const char **name = mem_new(count * sizeof *name);
    for (size_t i = 0; i < count; i++)
        name[i] = list[i]->name;
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < count && strcmp(name[k], disabled[i]) != 0)
            k++;
        if (k < count)
            continue;
        auto_buf struct buf message = { 0 };
        buf_puts(&message, "adapters.disabled: there is no adapter ");
        check_put_quoted(&message, disabled[i]);
        const char *meant = text_nearest(disabled[i], name, count, sizeof *name);
        if (meant)
            buf_printf(&message, "; did you mean %s?", meant);
        log_error(0, "%s", message.p);
        rc = -EINVAL;
    }
    return rc;
}

int settings_read(const struct args *a, struct config **out)
{
    struct config *c = config_new();
    auto_buf struct buf user = { 0 };
    settings_user_path("sonde.yaml", &user);
    const char *path[] = { SYSTEM_FILE, user.n ? user.p : NULL, args_text(a, "config") };
    int rc = 0;
    for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
        int now = path[i] ? settings_file(c, path[i], i == 2) : 0;
        rc = rc ? rc : now; /* all files are read: all complaints in one go */
    }
    if (rc == 0) {
        struct extensions *x = extensions_find(adapters, c);
        rc = settings_disabled(c, x->list);
        extensions_free(x);
    }
    if (rc < 0) {
        config_free(c);
        return rc;
    }
    settings_level(a, c);
    settings_log_lines(config_notices(c), settings_put_notice);
    *out = c;
    return 0;
}

int settings_peek(const struct args *a, struct config **out)
{
    struct config *c = config_new();
    auto_buf struct buf user = { 0 }, complaints = { 0 };
    settings_user_path("sonde.yaml", &user);
    const char *path[] = { SYSTEM_FILE, user.n ? user.p : NULL, args_text(a, "config") };
    int rc = 0;
    for (size_t i = 0; i < sizeof path / sizeof *path && rc == 0; i++) {
        int now = path[i] ? config_read(c, path[i], &complaints) : 0;
        rc = i == 2 || now == -EINVAL ? now : 0;
    }
    if (rc < 0)
        config_free(c);
    else
        *out = c;
    return rc < 0 ? rc : 0;
}

void settings_level(const struct args *a, const struct config *c)
{
    static const struct { const char *name; enum log_level level; } levels[] = {
        { "DEBUG", LOG_INFO }, { "INFO", LOG_INFO }, { "WARNING", LOG_WARN },
        { "ERROR", LOG_ERROR }, { "CRITICAL", LOG_ERROR },
    };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (c && strcmp(levels[i].name, config_string(c, "debug.log_level")) == 0)
            log_set_level(levels[i].level);
    if ((c && config_bool(c, "debug.verbose")) || args_flag(a, "verbose"))
        log_set_level(LOG_INFO);
    if (args_flag(a, "quiet"))
        log_set_level(LOG_ERROR);
}

const struct adapter *const *settings_adapters(void)
{
    return adapters;
}

void settings_configure(const struct config *c, struct settings_adapters *out)
{
    *out = (struct settings_adapters){ 0 };
    for (size_t i = 0; adapters[i]; i++) {
        out->list[i] = adapters[i];
        for (size_t k = 0; k < SETTINGS_ADAPTERS_OWN; k++)
            if (strcmp(adapters[i]->name, handed[k].adapter) == 0) {
                out->own[k] = *adapters[i];
                out->own[k].of = config_string(c, handed[k].key);
                out->list[i] = &out->own[k];
            }
    }
}

bool settings_wants(void *config, const char *adapter)
{
    const struct config *c = config;
    size_t n;
    const char *const *disabled = config_list(c, "adapters.disabled", &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(disabled[i], adapter) == 0)
            return false;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        if (strcmp(switches[i].adapter, adapter) == 0 && !config_bool(c, switches[i].key))
            return false;
    return true;
}

struct budget_limits settings_budget(const struct config *c)
{
    return (struct budget_limits){
        .cpu_percent = config_number(c, "performance.max_cpu_percent"),
        .rss_bytes = config_number(c, "performance.max_rss_mb") * 1e6,
        .written_bytes_per_hour = config_number(c, "performance.max_write_mb_per_hour") * 1e6,
    };
}

void settings_keep(const struct config *c, double keep_s[static RETENTION_TIERS])
{
    keep_s[RETENTION_INSTANTS] = config_number(c, "storage.keep_days") * DAY_S;
    keep_s[RETENTION_MINUTES] = config_number(c, "storage.keep_minutes_days") * DAY_S;
    keep_s[RETENTION_TENS] = 0; /* as long as there is room */
}

bool settings_csvlog(const struct config *c, const char *data_dir, const char *hardware_id,
                     struct csvlog_options *out, bool *outside)
{
    const char *folder = config_string(c, "logging.log_directory");
    *outside = folder[0] == '/' || strstr(folder, "..");
    *out = (struct csvlog_options){
        .layout = strcmp(config_string(c, "logging.layout"), "optimetrics") ? CSVLOG_SONDE : CSVLOG_OPTIMETRICS,
        .filter = config_bool(c, "logging.enable_delta_filtering"),
        .percent = config_number(c, "logging.delta_threshold_percent"),
        .max_bytes = (int64_t)(config_number(c, "logging.max_file_size_mb") * 1e6),
        .max_files = (int)config_number(c, "logging.max_files_per_day"),
        .compress_days = config_number(c, "logging.compress_after_days"),
        .hardware_id = hardware_id,
    };
    if (!config_bool(c, "logging.rolling_logs"))
        out->max_bytes = INT64_MAX / 2;
    if (!config_bool(c, "logging.compress_old_logs"))
        out->compress_days = -1;
    if (folder[0] == '/')
        snprintf(out->dir, sizeof out->dir, "%s", folder);
    else
        snprintf(out->dir, sizeof out->dir, "%s/%s", data_dir, folder);
    return config_bool(c, "logging.csv");
}
