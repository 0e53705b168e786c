/* recorder_flight.c - the flight recorder among the parts: events and people keep the last minutes with it. */
#include "app/recorder_parts.h"

#include "base/log.h"
#include "base/mem.h"
#include "core/config.h"
#include "store/flight.h"

#include <math.h>

struct part_flight {
    struct recorder *r;
    struct flight *flight;
    bool fast;
};

/* "never" is above all that events can be. */
static enum severity part_flight_severity(const struct config *c)
{
    int s = severity_of(config_string(c, "storage.flight_severity"));
    return s < 0 ? (enum severity)(SEVERITY_CRITICAL + 1) : (enum severity)s;
}

static int part_flight_open(struct recorder *r, void **self)
{
    struct flight_options o = {
        .dir = r->o.dir, .space = store_space(r->store), .about = *store_about(r->store),
        .ring_bytes = (int64_t)(config_number(r->config, "storage.flight_mb") * 1e6),
        .files_bytes = (int64_t)(config_number(r->config, "storage.flight_max_mb") * 1e6),
        .severity = part_flight_severity(r->config),
        .burst_s = r->of->is_real ? config_number(r->config, "storage.flight_burst_s") : 0,
    };
    struct part_flight *p = mem_new(sizeof *p);
    p->r = r;
    int rc = flight_open(&o, &p->flight);
    if (rc < 0) {
        log_warn(rc, "record: the last minutes cannot be kept when something happens");
        mem_free(p);
        return rc;
    }
    *self = p;
    return 0;
}

static void part_flight_take(void *self, const struct schema *s, const struct moment *m)
{
    struct part_flight *p = self;
    flight_note(p->flight, s, m);
    bool fast = flight_wants_burst(p->flight);
    if (fast != p->fast)
        sampler_pace(p->r->observer.sampler, fast ? fmin(FLIGHT_BURST_STEP_S, p->r->o.interval_s) : p->r->o.interval_s);
    p->fast = fast;
}

static bool part_flight_mark(void *self, const char *note)
{
    struct part_flight *p = self;
    flight_trigger(p->flight, *note ? note : "asked for");
    return true;
}

static void part_flight_close(void *self)
{
    struct part_flight *p = self;
    flight_close(p->flight);
    mem_free(p);
}

const struct recorder_part recorder_flight = {
    .name = "flight", .open = part_flight_open, .take = part_flight_take, .mark = part_flight_mark,
    .close = part_flight_close,
};
