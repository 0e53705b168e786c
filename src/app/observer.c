/* observer.c - opens the machine that a command looks at. */
#include "app/observer.h"

#include "base/log.h"
#include "os/os.h"

#include <math.h>

/* For --verbose. */
static void observer_tell(const struct sampler *sampler)
{
    int n;
    const struct source *s = sampler_sources(sampler, &n);
    for (int i = 0; i < n; i++)
        log_info("adapter %s: %s, %d metrics%s%s", s[i].adapter->name, source_state_name(s[i].state),
                 s[i].metrics, *s[i].reason ? ": " : "", s[i].reason);
}

int observer_open(struct observer *o, const struct args *a, double interval_s)
{
    *o = (struct observer){ .interval_s = interval_s };
    int rc = root_open(&o->root, args_text(a, "root"));
    if (rc < 0)
        return rc;
    if (!isnan(o->root.interval_s))
        o->interval_s = fmin(fmax(o->root.interval_s, SAMPLER_MIN_S), SAMPLER_MAX_S);
    os_more_files();
    struct sampler_options options = {
        .root = o->root.path, .interval_s = o->interval_s, .clock = o->root.clock,
        .wanted = settings_wants, .self = (void *)args_config(a),
    };
    settings_configure(args_config(a), &o->adapters);
    o->sampler = sampler_open(o->adapters.list, &options);
    observer_tell(o->sampler);
    return 0;
}

void observer_rest(struct observer *o)
{
    sampler_close(o->sampler);
    o->sampler = NULL;
}

void observer_close(struct observer *o)
{
    observer_rest(o);
    root_close(&o->root);
}

const char *observer_origin(const struct args *a)
{
    const char *root = args_text(a, "root");
    return root && *root ? root : "this machine";
}
