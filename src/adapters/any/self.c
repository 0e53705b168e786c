/*
 * self.c - what Sonde itself costs: processor time and memory of this process, from the system.
 *
 * Memory moves slowly, and to look it up takes 80 us of a tick against 1 us for the processor time
 * (caches cold, Linux 6.18): it is looked up every 10 s.
 */
#include "base/mem.h"
#include "core/adapter.h"
#include "os/os.h"

#define LOOK_NS INT64_C(10000000000)

struct self {
    int cpu, rss;      /* slots */
    bool looked;
    int64_t looked_ns; /* when memory was */
    double rss_bytes;
};

static int self_open(const struct adapter_env *env, struct schema *s, void **self)
{
    (void)env;
    struct self *me = mem_new(sizeof *me);
    me->cpu = schema_add(s, &(struct metric){
        .name = "sonde.cpu.time", .help = "processor time that Sonde used", .unit = UNIT_SECOND, .kind = KIND_COUNTER,
        .rate = "" });
    schema_add(s, &(struct metric){
        .name = "sonde.cpu", .help = "share of one core that Sonde used", .unit = UNIT_PERCENT, .kind = KIND_RATIO,
        .num = me->cpu, .den = SCHEMA_TIME, .scale = 100 });
    me->rss = schema_add(s, &(struct metric){
        .name = "sonde.rss", .help = "memory of Sonde that is resident", .unit = UNIT_BYTE, .kind = KIND_GAUGE });
    *self = me;
    return 0;
}

static void self_sample(void *self, struct frame *f)
{
    struct self *me = self;
    if (!me->looked || f->mono_ns - me->looked_ns >= LOOK_NS) {
        struct os_self now;
        me->rss_bytes = os_self(&now) < 0 ? (double)NAN : now.rss_bytes;
        me->looked_ns = f->mono_ns;
        me->looked = true;
    }
    frame_set(f, me->cpu, os_cpu_s());
    frame_set(f, me->rss, me->rss_bytes);
}

static void self_close(void *self)
{
    mem_free(self);
}

const struct adapter adapter_self = {
    .name = "self", .doc = "what Sonde itself costs", .provides = "sonde.cpu,sonde.rss",
    .open = self_open, .sample = self_sample, .close = self_close,
};
