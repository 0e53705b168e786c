/* recorder_flight.c - the flight recorder among the parts: events and people keep the last minutes with it. */
#include "app/recorder_parts.h"

#include "base/log.h"
#include "base/mem.h"
#include "core/config.h"
#include "store/flight.h"

#include <math.h>

#define FILES_SHARE 10   /* of the cap: a tenth is for its files */
#define FILES_BYTES 1e9  /* where there is no cap */
#define BURST_S 10

struct part_flight {
    struct recorder *r;
    struct flight *flight;
    bool fast;
};

static int part_flight_open(struct recorder *r, void **self)
{
    int64_t cap = space_cap(store_space(r->store));
    struct flight_options o = {
        .dir = r->o.dir, .space = store_space(r->store), .about = *store_about(r->store),
        .ring_bytes = (int64_t)(config_number(r->config, "performance.max_buffer_memory_mb") * 1e6),
        .files_bytes = cap ? cap / FILES_SHARE : (int64_t)FILES_BYTES,
        .severity = SEVERITY_WARNING, .burst_s = r->of->is_real ? BURST_S : 0,
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
