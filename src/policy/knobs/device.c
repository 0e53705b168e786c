/*
 * device.c - disks, interrupts, receive queues, and huge pages of all programs (Documentation/ABI/stable/sysfs-block,
 * core-api/irq/irq-affinity.rst, networking/scaling.rst, admin-guide/mm/transhuge.rst of the kernel).
 */
#include "base/text.h"
#include "os/os.h"
#include "policy/cpus.h"
#include "policy/knobs/sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- disks ---- */

struct device_each {
    void (*each)(void *self, const char *inst);
    void *self;
};

static void disk_one(void *self, const char *inst)
{
    const struct device_each *e = self;
    static const char *const not[] = { "loop", "ram", "zram", "fd", "sr" };
    for (size_t i = 0; i < sizeof not / sizeof *not; i++)
        if (strncmp(inst, not[i], strlen(not[i])) == 0)
            return;
    e->each(e->self, inst);
}

static void disk_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst), void *self)
{
    sysfile_list(k, root, disk_one, &(struct device_each){ each, self });
}

/* ---- processors of interrupts and queues ---- */

static int device_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    struct cpus wanted, online;
    if (cpus_parse(value, &wanted) < 0 || cpus_read(p->root, "/sys/devices/system/cpu/online", &online) < 0 ||
        cpus_within(&wanted, &online))
        return 0;
    snprintf(why, KNOB_WHY, "%s: not all processors of %.60s are there", k->name, value);
    return -ERANGE;
}

/* "00000000,0000000f" is 0-3: words of 32 bits, the last with the lowest. */
static int mask_parse(const char *text, struct cpus *out)
{
    *out = (struct cpus){ 0 };
    int bit = 0;
    for (size_t n = strcspn(text, "\n"); n > 0; n--) {
        char digit[2] = { text[n - 1], '\0' };
        char *end;
        if (*digit == ',')
            continue;
        long v = strtol(digit, &end, 16);
        if (end == digit)
            return -EIO;
        for (int i = 0; i < 4; i++, bit++)
            if (v >> i & 1)
                cpus_add(out, bit);
    }
    return 0;
}

static void mask_put(const struct cpus *c, char *out, size_t cap)
{
    size_t n = 0;
    int word = CPUS_MAX / 32 - 1;
    while (word > 0 && (uint32_t)(c->word[word / 2] >> word % 2 * 32) == 0)
        word--;
    for (; word >= 0 && n < cap; word--)
        n += (size_t)snprintf(out + n, cap - n, "%08x%s", (uint32_t)(c->word[word / 2] >> word % 2 * 32),
                              word ? "," : "");
}

static int mask_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    char text[512];
    struct cpus c;
    int rc = sysfile_text(k, p, text, sizeof text);
    if (rc == 0)
        rc = mask_parse(text, &c);
    if (rc == 0)
        rc = cpus_put(&c, value, KNOB_VALUE_MAX);
    if (rc == 0 && !*value)
        snprintf(value, KNOB_VALUE_MAX, "none");
    return rc;
}

static int mask_write(const struct knob *k, const struct place *p, const char *value)
{
    char text[512] = "0";
    struct cpus c;
    if (strcmp(value, "none") != 0) {
        if (cpus_parse(value, &c) < 0)
            return -EINVAL;
        mask_put(&c, text, sizeof text);
    }
    return sysfile_write(k, p, text);
}

#define DEVICE                                                                                                         \
    .class = KNOB_SYSTEM, .risk = RISK_MACHINE, .needs = "root", .reverts = "written back",                            \
    .writable = sysfile_writable

const struct knob knobs_device[] = {
    { DEVICE, .name = "disk.scheduler", .doc = "in which order a disk is asked", .type = KNOB_TEXT, .owner = "disk",
      .arg = "/sys/block/%s/queue/scheduler", .list = disk_list, .read = sysfile_read_chosen,
      .check = sysfile_check_chosen, .write = sysfile_write, .caution = "the disk stands still for a moment" },
    { DEVICE, .name = "disk.readahead", .doc = "what is read ahead of a program that reads in order", .type = KNOB_WHOLE,
      .max = 65536, .unit = "KiB", .owner = "disk", .arg = "/sys/block/%s/queue/read_ahead_kb", .list = disk_list,
      .read = sysfile_read, .write = sysfile_write, .caution = "memory for what nobody reads" },
    { DEVICE, .name = "irq.affinity", .doc = "the processors that serve an interrupt", .type = KNOB_CPUS, .owner = "irq",
      .arg = "/proc/irq/%s/smp_affinity_list", .list = sysfile_list, .read = sysfile_read, .check = device_check,
      .write = sysfile_write, .caution = "all of a device's work on one processor" },
    { DEVICE, .name = "net.rps", .doc = "the processors that share the packets of a receive queue", .type = KNOB_CPUS,
      .owner = "irq", .arg = "/sys/class/net/%s/queues/%s/rps_cpus", .list = sysfile_list, .read = mask_read,
      .check = device_check, .write = mask_write, .caution = "packets go through more hands" },
    { DEVICE, .name = "thp.enabled", .doc = "which programs get huge pages", .type = KNOB_TEXT, .list = sysfile_list,
      .arg = "/sys/kernel/mm/transparent_hugepage/enabled", .read = sysfile_read_chosen, .check = sysfile_check_chosen,
      .write = sysfile_write, .caution = "more memory, and waits while pages are put together" },
    { DEVICE, .name = "thp.defrag", .doc = "how hard the kernel works for a huge page", .type = KNOB_TEXT,
      .list = sysfile_list, .arg = "/sys/kernel/mm/transparent_hugepage/defrag", .read = sysfile_read_chosen,
      .check = sysfile_check_chosen, .write = sysfile_write, .caution = "programs wait while pages are put together" },
    { 0 },
};
