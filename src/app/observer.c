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

/* Opens the sampler on a root that is open. */
static void observer_start(struct observer *o, const struct args *a, struct clock *clock, double patience_s)
{
    os_more_files();
    struct sampler_options options = {
        .root = o->root.path, .interval_s = o->interval_s, .clock = clock,
        .patience_s = patience_s, .budget = settings_budget(args_config(a)),
        .wanted = settings_wants, .self = (void *)args_config(a),
    };
    settings_configure(args_config(a), &o->adapters);
    o->extensions = extensions_find(o->adapters.list, *o->root.path ? NULL : args_config(a));
    o->sampler = sampler_open(o->extensions->list, &options);
    const char *root = args_text(a, "root");
    o->feed = feed_of_sampler(o->sampler, root && *root ? root : "this machine", !*o->root.path);
    observer_tell(o->sampler);
}

static int observer_open_root(struct observer *o, const struct args *a, double interval_s)
{
    *o = (struct observer){ .interval_s = interval_s };
    int rc = root_open(&o->root, args_text(a, "root"));
    if (rc == 0 && !isnan(o->root.interval_s))
        o->interval_s = fmin(fmax(o->root.interval_s, SAMPLER_MIN_S), SAMPLER_MAX_S);
    return rc;
}

int observer_open(struct observer *o, const struct args *a, double interval_s, double patience_s)
{
    int rc = observer_open_root(o, a, interval_s);
    if (rc == 0)
        observer_start(o, a, o->root.clock, patience_s);
    return rc;
}

int observer_open_paced(struct observer *o, const struct args *a, double interval_s,
                        struct clock *(*pace)(void *self, struct clock *of), void *self)
{
    int rc = observer_open_root(o, a, interval_s);
    if (rc == 0)
        observer_start(o, a, pace(self, o->root.clock ? o->root.clock : clock_system()), 0);
    return rc;
}

void observer_rest(struct observer *o)
{
    feed_close(o->feed);
    o->feed = NULL;
    o->sampler = NULL;
}

void observer_close(struct observer *o)
{
    observer_rest(o);
    extensions_free(o->extensions);
    root_close(&o->root);
}
