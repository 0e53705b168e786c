/*
 * interrupts.c - interrupts by kind and by device, from /proc/interrupts (proc_interrupts(5),
 * arch/x86/kernel/irq.c and arch/arm64/kernel/smp.c of the kernel).
 *
 * All cores are added up, and so are the queues of a device: "eth0-TxRx-3" counts as "eth0-TxRx",
 * "nvme0q12" as "nvme0q", or a server would have thousands of metrics. Every 10 s: the kernel prints
 * a number for each line and core, which makes this the dearest file of all.
 */
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

enum { DEVICES = 96, NAME = 40 };

/* By the label of the line or, where that is numbered (ARM's "IPI0"), by what it says. */
static const struct { const char *label, *inst, *help; } interrupts_kinds[] = {
    { "LOC", "timer",          "interrupts of the cores' own timers" },
    { "RES", "reschedule",     "interrupts by which one core tells another that it has work" },
    { "CAL", "call",           "interrupts by which one core has another call a function" },
    { "TLB", "tlb",            "interrupts by which one core has others forget mappings" },
    { "NMI", "nmi",            "interrupts that cannot be held off" },
    { "PMI", "perf",           "interrupts of performance counters" },
    { "IWI", "irq_work",       "interrupts for work put off until interrupts are allowed" },
    { "SPU", "spurious",       "interrupts that nobody had sent" },
    { "RTR", "retries",        "times that the interrupt controller had to be read again" },
    { "TRM", "thermal",        "interrupts because a core ran hot or cooled down" },
    { "THR", "threshold",      "interrupts because corrected memory errors became many" },
    { "DFR", "deferred_error", "interrupts because of errors that are put off" },
    { "MCE", "machine_check",  "exceptions because the hardware failed" },
    { "MCP", "machine_check_polls", "times that the hardware's error banks were looked at" },
    { "HYP", "hypervisor",     "interrupts by the hypervisor" },
    { "HRE", "hyperv_reenlightenment", "interrupts because the virtual machine moved" },
    { "HVS", "hyperv_timer",   "interrupts of the hypervisor's timer" },
    { "PIN", "posted",         "interrupts passed to virtual machines" },
    { "NPI", "posted_nested",  "interrupts passed to virtual machines within others" },
    { "PIW", "posted_wakeup",  "interrupts that woke a virtual machine" },
    { "ERR", "errors",         "errors of the interrupt controller" },
    { "MIS", "missed",         "interrupts that came in a wrong way" },
    { "Rescheduling interrupts",       "reschedule", "interrupts by which one core tells another that it has work" },
    { "Function call interrupts",      "call",       "interrupts by which one core has another call a function" },
    { "Timer broadcast interrupts",    "timer_broadcast", "interrupts that stand in for the timer of a sleeping core" },
    { "IRQ work interrupts",           "irq_work",   "interrupts for work put off until interrupts are allowed" },
    { "CPU wake-up interrupts",        "wakeup",     "interrupts that woke a core" },
};
enum { KINDS = sizeof interrupts_kinds / sizeof *interrupts_kinds };

struct interrupts {
    struct lines file;
    bool strange;              /* the last reading has a device without a metric */
    int kind[KINDS];           /* slots, -1: the machine has none such */
    int n;
    struct { char name[NAME]; int slot; } device[DEVICES];
};

struct line {
    const char *label;
    size_t n_label;
    double count;  /* of all cores */
    const char *rest;
};

/* The next line of counts. */
static bool interrupts_next(struct interrupts *d, struct line *out)
{
    const char *line;
    while ((line = lines_next(&d->file))) {
        const char *p = line + strspn(line, " "), *colon = strchr(p, ':');
        uint64_t v;
        if (!colon)
            continue; /* the heading */
        *out = (struct line){ .label = p, .n_label = (size_t)(colon - p) };
        bool any = false;
        for (p = colon + 1; text_u64(&p, &v) && (*p == ' ' || !*p); any = true)
            out->count += (double)v;
        out->rest = p + strspn(p, " ");
        if (any)
            return true;
    }
    return false;
}

static bool interrupts_is(const struct line *l, const char *label)
{
    return (strlen(label) == l->n_label && strncmp(l->label, label, l->n_label) == 0) ||
           strcmp(l->rest, label) == 0;
}

static int interrupts_kind(const struct line *l)
{
    for (int i = 0; i < KINDS; i++)
        if (interrupts_is(l, interrupts_kinds[i].label))
            return i;
    return -1;
}

/*
 * What to call the device of a numbered line: the first of those that share it, without the number
 * of its queue and without its address on the bus. Empty where nobody uses the line.
 */
static void interrupts_device(const struct line *l, char out[static NAME])
{
    const char *name = l->rest, *p = name;
    for (; (p = strstr(p, "  ")); name = p) /* the kernel puts two blanks before it */
        p += strspn(p, " ");
    text_copy(out, NAME, name == l->rest ? "" : name);
    out[strcspn(out, ",@[")] = '\0';
    size_t n = strlen(out), digits = n;
    while (digits > 0 && isdigit((unsigned char)out[digits - 1]))
        digits--;
    if (digits == n || digits == 0)
        return;
    if (strchr(".-_:", out[digits - 1]))
        out[digits - 1] = '\0';
    else if (out[digits - 1] == 'q')
        out[digits] = '\0';
}

static int interrupts_find(const struct interrupts *d, const char *name)
{
    for (int i = 0; i < d->n; i++)
        if (strcmp(d->device[i].name, name) == 0)
            return i;
    return -1;
}

static void interrupts_add_device(struct interrupts *d, struct schema *s, const char *name)
{
    if (d->n == DEVICES)
        return;
    text_copy(d->device[d->n].name, NAME, name);
    d->device[d->n++].slot = schema_add(s, &(struct metric){
        .name = "cpu.interrupts.device", .inst = name, .kind = KIND_COUNTER, .help = "interrupts of the device" });
}

static void interrupts_add(struct interrupts *d, struct schema *s)
{
    struct line l;
    char name[NAME];
    lines_read_all(&d->file);
    while (interrupts_next(d, &l)) {
        int kind = interrupts_kind(&l);
        if (kind >= 0)
            d->kind[kind] = schema_add(s, &(struct metric){
                .name = "cpu.interrupts.kind", .inst = interrupts_kinds[kind].inst, .kind = KIND_COUNTER,
                .help = interrupts_kinds[kind].help });
        if (kind >= 0 || !isdigit((unsigned char)*l.label))
            continue;
        interrupts_device(&l, name);
        if (*name && interrupts_find(d, name) < 0)
            interrupts_add_device(d, s, name);
    }
}

static void interrupts_close(void *self)
{
    struct interrupts *d = self;
    if (d)
        lines_close(&d->file);
    mem_free(d);
}

static int interrupts_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct interrupts *d = mem_new(sizeof *d);
    int rc = lines_open(&d->file, env->root, "/proc/interrupts");
    if (rc < 0) {
        mem_free(d);
        if (rc == -ENOENT)
            env->explain(env, "there is no /proc/interrupts: a container hides it, or /proc is not mounted");
        return rc == -ENOENT ? -ENODEV : rc;
    }
    for (int i = 0; i < KINDS; i++)
        d->kind[i] = -1;
    interrupts_add(d, s);
    *self = d;
    return 0;
}

static void interrupts_count(struct frame *f, int slot, double count)
{
    double before = frame_get(f, slot);
    frame_set(f, slot, isnan(before) ? count : before + count);
}

static void interrupts_sample(void *self, struct frame *f)
{
    struct interrupts *d = self;
    struct line l;
    char name[NAME];
    lines_read(&d->file);
    while (interrupts_next(d, &l)) {
        int i = interrupts_kind(&l);
        if (i >= 0)
            interrupts_count(f, d->kind[i], l.count);
        if (i >= 0 || !isdigit((unsigned char)*l.label))
            continue;
        interrupts_device(&l, name);
        i = interrupts_find(d, name);
        if (i >= 0)
            interrupts_count(f, d->device[i].slot, l.count);
        else
            d->strange = d->strange || *name;
    }
}

static int interrupts_rescan(void *self, struct schema *s)
{
    struct interrupts *d = self;
    if (d->file.cut || (d->strange && d->n < DEVICES))
        interrupts_add(d, s);
    d->strange = false;
    return 0;
}

const struct adapter adapter_interrupts = {
    .name = "interrupts", .doc = "interrupts by kind and by device",
    .provides = "cpu.interrupts.kind,cpu.interrupts.device",
    .period_ms = 10000,
    .open = interrupts_open, .sample = interrupts_sample, .rescan = interrupts_rescan, .close = interrupts_close,
};
