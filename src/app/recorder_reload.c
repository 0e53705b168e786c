/* recorder_reload.c - which keys can change while the recorder runs. */
#include "app/recorder_reload.h"

#include "app/settings.h"
#include "base/log.h"
#include "core/config.h"
#include "os/service.h"

#include <string.h>

/* How keys begin that take effect at once: whoever uses them asks anew, or is told. */
static const char *const live[] = {
    "debug.", "storage.max_mb", "storage.keep_", "performance.max_cpu_percent",
    "performance.max_rss_mb", "performance.max_write_mb_per_hour", "analysis.", "alerts.", "cloud.",
    "session_classification.confidence_threshold", "session_classification.update_interval",
};

static bool reload_is_live(const char *key)
{
    for (size_t i = 0; i < sizeof live / sizeof *live; i++)
        if (strncmp(key, live[i], strlen(live[i])) == 0)
            return true;
    return false;
}

/* Returns how many changed; those that need another start are named. */
static int reload_compare(const struct config *before, const struct config *now)
{
    size_t n;
    int changed = 0;
    const struct config_key *key = config_keys(&n);
    for (size_t i = 0; i < n; i++) {
        if (config_same(before, now, key[i].name))
            continue;
        changed++;
        if (!reload_is_live(key[i].name))
            log_warn(0, "record: %s changed, and is used from the next start on", key[i].name);
    }
    return changed;
}

static void reload_apply(struct recorder *r, const struct config *c)
{
    struct budget_limits limits = settings_budget(c);
    sampler_limit(r->observer.sampler, &limits);
    space_set_cap(store_space(r->store), (int64_t)(config_number(c, "storage.max_mb") * 1e6));
    for (int i = 0; i < r->n_parts; i++)
        if (r->part[i].part->reload)
            r->part[i].part->reload(r->part[i].self, c);
}

void recorder_reload(struct recorder *r)
{
    struct config *c;
    os_service_tell_reload();
    if (settings_read(r->o.args, &c) < 0) {
        log_error(0, "record: the configuration has errors and stays as it was");
    } else {
        int changed = reload_compare(r->config, c);
        reload_apply(r, c);
        log_info("record: the configuration was read again: %d change%s", changed, changed == 1 ? "" : "s");
        config_free(r->reloaded);
        r->config = r->reloaded = c;
    }
    os_service_tell("READY=1");
}
