/* observer.c - opens the machine that a command looks at. */
#include "app/observer.h"

#include "app/attach.h"
#include "app/recorder_request.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "store/tape_feed.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

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

/* What a command cannot show of a tape has no such option. */
static const char *observer_tape(const struct args *a)
{
    return args_has(a, "replay") ? args_text(a, "replay") : NULL;
}

/* Of a tape that was played as far as it goes. */
void observer_say_lost(const struct feed *f)
{
    uint64_t n = tape_feed_lost(f);
    if (n)
        log_warn(0, "%s: %llu damaged place%s passed over", f->origin, (unsigned long long)n,
                 n == 1 ? " was" : "s were");
}

int observer_say_tape(const char *path, int rc)
{
    if (rc == -EBADMSG)
        log_error(0, "%s is no tape: --replay takes a segment, a flight recording, or what `sonde sessions export "
                  "--format sonde` wrote; a CSV or JSON file is for `sonde analyze`", path);
    else if (rc == -ENODATA)
        log_error(0, "%s holds no instant: there is nothing to play", path);
    else if (rc == -ENOTSUP)
        log_error(0, "%s was written by a later version of Sonde, in a format that this one does not know", path);
    else if (rc == -EINVAL)
        log_error(0, "%s is no file: --replay takes one file", path);
    else if (rc < 0 && rc != -EINTR)
        log_error(rc, "%s cannot be read", path);
    return rc;
}

/* clock: to be waited on between instants, of a command with --speed; NULL: as fast as it can be read. */
static int observer_open_tape(struct observer *o, const struct args *a, const char *path, struct clock *clock)
{
    *o = (struct observer){ 0 };
    if (args_given(a, "root")) {
        log_error(0, "--replay and --root both name what to look at; give one of them");
        return -EINVAL;
    }
    struct tape_feed_options options = { .clock = clock, .speed = clock ? args_number(a, "speed") : 0 };
    int rc = observer_say_tape(path, tape_feed_open(path, &options, &o->feed));
    if (rc == 0)
        o->interval_s = o->feed->interval_s > 0 ? o->feed->interval_s : 1;
    return rc;
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
    const char *tape = observer_tape(a);
    if (tape)
        return observer_open_tape(o, a, tape, NULL);
    int rc = observer_open_root(o, a, interval_s);
    if (rc == 0)
        observer_start(o, a, o->root.clock, patience_s);
    return rc;
}

int observer_open_paced(struct observer *o, const struct args *a, double interval_s,
                        struct clock *(*pace)(void *self, struct clock *of), void *self)
{
    const char *tape = observer_tape(a);
    if (tape)
        return observer_open_tape(o, a, tape, pace(self, clock_system()));
    int rc = observer_open_root(o, a, interval_s);
    if (rc == 0)
        observer_start(o, a, pace(self, o->root.clock ? o->root.clock : clock_system()), 0);
    return rc;
}

int observer_attach(struct observer *o, const struct args *a, double interval_s, double back_s, struct clock *clock)
{
    struct attach_state s;
    char request[64], since[TEXT_TIME_MAX];
    *o = (struct observer){ .root.path = "" };
    bool paced = args_has(a, "interval") && args_given(a, "interval");
    if (args_flag(a, "fresh") || args_given(a, "root") || observer_tape(a) || attach_state(a, &s) < 0)
        return -ENOENT;
    if (paced ? s.interval_s != interval_s : s.interval_s > interval_s) {
        log_info("the recorder that is running samples every %g s; this is sampled apart", s.interval_s);
        return -ENOENT;
    }
    snprintf(request, sizeof request, "live %.4f", fmin(back_s / 60, REQUEST_MINUTES));
    int rc = attach_feed(a, request, clock, true, &o->feed);
    if (rc < 0)
        return -ENOENT;
    snprintf(o->origin, sizeof o->origin, "the running recorder, %s, since %s", s.session,
             text_time(s.since_ms, since));
    o->feed->origin = o->origin;
    o->interval_s = s.interval_s;
    return 0;
}

void observer_rest(struct observer *o)
{
    if (o->feed && !o->sampler)
        observer_say_lost(o->feed);
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
