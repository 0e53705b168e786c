/* self.c - what Sonde itself costs: processor time and memory of this process, from the system. */
#include "base/mem.h"
#include "core/adapter.h"
#include "os/os.h"

struct self {
    int cpu, rss; /* slots */
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
    const struct self *me = self;
    struct os_self now;
    if (os_self(&now) < 0)
        return; /* the slots stay NaN */
    frame_set(f, me->cpu, now.cpu_s);
    frame_set(f, me->rss, now.rss_bytes);
}

static void self_close(void *self)
{
    mem_free(self);
}

const struct adapter adapter_self = {
    .name = "self", .doc = "what Sonde itself costs", .provides = "sonde.cpu,sonde.rss",
    .open = self_open, .sample = self_sample, .close = self_close,
};
