/*
 * hwmon.c - temperatures, fans, voltages, currents, powers and what else sensor chips show, from
 * /sys/class/hwmon (Documentation/hwmon/sysfs-interface.rst of the kernel) and, where that lacks
 * temperatures, from /sys/class/thermal.
 *
 * An instance is "place/chip/label": the same after a reboot (hwmon_id.h). A second one of the same
 * name becomes "...#2". What stands in which file, and what dead inputs show, is in hwmon_kind.c.
 *
 * Reading must not disturb the machine: hwmon_chip.h says which chip is asked when.
 */
#include "adapters/linux/hwmon_chip.h"
#include "adapters/linux/hwmon_cpu.h"
#include "adapters/linux/hwmon_kind.h"
#include "adapters/linux/sysfs.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define HWMON_MAX 512            /* sensors; the schema only grows */
#define HWMON_LOOK_NS 10000000000 /* between two looks for new chips */

enum { ZONE = -1 }; /* in place of a sensor's number: the only one of a thermal zone */

struct sensor {
    enum hwmon_kind kind;
    int chip, fd;
    int slot;              /* -1 for an alarm */
    char *inst;            /* NULL for an alarm */
    enum hwmon_role role;
    int of_slot;           /* the same again by what it is in: cpu.core.temp, disk.temp; or -1 */
    double value;          /* of the last reading */
};

struct limit {
    int slot;
    double value;
};

struct hwmon {
    const char *root;
    struct hwmon_chip *chip;
    size_t n_chips, cap_chips;
    size_t n_hwmon;        /* of these from hwmon; they come first, then those of thermal zones */
    struct sensor *sensor;
    size_t n, cap;
    struct limit *limit;   /* of sensors */
    size_t n_limits, cap_limits;
    int cpu_slot;
    uint64_t hash;         /* of the list of chips */
    int64_t now_ns, look_ns;
    struct schema *schema; /* while chips are added */
    struct hwmon_topology *topology;
    char dir[64];          /* of the chip that is being added */
};

static void hwmon_clear(struct hwmon *h)
{
    for (size_t i = 0; i < h->n; i++) {
        os_close(h->sensor[i].fd);
        mem_free(h->sensor[i].inst);
    }
    for (size_t i = 0; i < h->n_chips; i++)
        hwmon_chip_close(&h->chip[i]);
    h->n = h->n_chips = h->n_limits = 0;
}

static bool hwmon_has(const struct hwmon *h, enum hwmon_kind kind, const char *inst)
{
    for (size_t i = 0; i < h->n; i++)
        if (h->sensor[i].inst && strcmp(hwmon_kinds[h->sensor[i].kind].name, hwmon_kinds[kind].name) == 0 &&
            strcmp(h->sensor[i].inst, inst) == 0)
            return true;
    return false;
}

/* "place/chip/label", made unique. */
static char *hwmon_instance(const struct hwmon *h, const struct hwmon_chip *c, enum hwmon_kind kind,
                            const char *label)
{
    char inst[176], base[160];
    snprintf(base, sizeof base, "%.64s/%s%s%.48s", c->place, c->name, *label ? "/" : "", label);
    snprintf(inst, sizeof inst, "%s", base);
    for (int k = 2; hwmon_has(h, kind, inst); k++)
        snprintf(inst, sizeof inst, "%s#%d", base, k);
    return mem_dup(inst);
}

static int hwmon_add_core(struct hwmon *h, const struct hwmon_chip *c, const char *label)
{
    char inst[16];
    if (!h->topology)
        h->topology = hwmon_topology_new(h->root);
    int core = hwmon_cpu_core(h->topology, c->place, label);
    if (core < 0)
        return -1;
    snprintf(inst, sizeof inst, "%d", core);
    return schema_add(h->schema, &(struct metric){
        .name = "cpu.core.temp", .inst = inst, .unit = UNIT_CELSIUS, .kind = KIND_GAUGE, .min = -50, .max = 150,
        .help = "temperature of the core" });
}

/* What a sensor is in, where that has a name of its own. */
static int hwmon_add_of(struct hwmon *h, const struct hwmon_chip *c, const struct sensor *s, int number,
                        const char *label)
{
    if (s->kind != HWMON_TEMP)
        return -1;
    if (s->role == HWMON_CORE)
        return hwmon_add_core(h, c, label);
    if (!c->disk[0] || number != 1) /* an NVMe disk's first is the one that its limits are about */
        return -1;
    return schema_add(h->schema, &(struct metric){
        .name = "disk.temp", .inst = c->disk, .unit = UNIT_CELSIUS, .kind = KIND_GAUGE, .min = -50, .max = 150,
        .help = "temperature of the disk" });
}

/*
 * Limits do not change and are read once. A processor has the same ones for every core: there only
 * the critical one is taken. All but the critical one of an NVMe disk are asked of the disk.
 */
static void hwmon_add_limits(struct hwmon *h, const struct hwmon_chip *c, const struct sensor *s, int number)
{
    for (int i = 0; i < HWMON_LIMITS; i++) {
        const struct hwmon_limit *l = &hwmon_limits[i];
        char file[40];
        if (l->of != s->kind || (i > 0 && (s->role == HWMON_CORE || hwmon_chip_is(c, "nvme"))))
            continue;
        snprintf(file, sizeof file, "%s%d%s", hwmon_kinds[s->kind].prefix, number, l->suffix);
        double value = hwmon_value(s->kind, sysfs_number(h->root, h->dir, file));
        if (isnan(value) || value == 0) /* a fan's limit that nobody set */
            continue;
        int slot = schema_add(h->schema, &(struct metric){
            .name = l->name, .inst = s->inst, .unit = hwmon_kinds[s->kind].unit, .kind = KIND_GAUGE,
            .help = l->help });
        h->limit = mem_grow(h->limit, h->n_limits, &h->cap_limits, sizeof *h->limit);
        h->limit[h->n_limits++] = (struct limit){ slot, value };
    }
}

/* A file of the chip that is being added; NULL when it cannot be opened, or there are too many. */
static struct sensor *hwmon_new(struct hwmon *h, const char *file, enum hwmon_kind kind)
{
    int fd = sysfs_open(h->root, h->dir, file);
    if (fd < 0 || h->n == HWMON_MAX) {
        os_close(fd);
        return NULL;
    }
    h->sensor = mem_grow(h->sensor, h->n, &h->cap, sizeof *h->sensor);
    struct sensor *s = &h->sensor[h->n];
    *s = (struct sensor){ .kind = kind, .chip = (int)h->n_chips - 1, .fd = fd,
                           .slot = -1, .of_slot = -1, .value = NAN };
    return s;
}

static void hwmon_keep(struct hwmon *h)
{
    h->n++;
    h->chip[h->n_chips - 1].n++;
}

static void hwmon_add_sensor(struct hwmon *h, const char *file, enum hwmon_kind kind, int number)
{
    const struct hwmon_chip *c = &h->chip[h->n_chips - 1];
    const struct hwmon_about *about = &hwmon_kinds[kind];
    struct sensor *s = hwmon_new(h, file, kind);
    if (!s)
        return;
    char label[64] = "", name[40];
    snprintf(name, sizeof name, "%s%d_label", about->prefix, number);
    if (number != ZONE && sysfs_word(h->root, h->dir, name, label, sizeof label) <= 0)
        snprintf(label, sizeof label, "%s%d", about->prefix, number);
    s->inst = hwmon_instance(h, c, kind, label);
    s->slot = schema_add(h->schema, &(struct metric){
        .name = about->name, .inst = s->inst, .unit = about->unit, .kind = about->kind,
        .min = about->min, .max = about->max, .help = about->help });
    s->role = kind == HWMON_TEMP ? hwmon_cpu_role(c->name, label) : HWMON_OTHER;
    s->of_slot = hwmon_add_of(h, c, s, number, label);
    if (number != ZONE && !hwmon_chip_is_asleep(c))
        hwmon_add_limits(h, c, s, number);
    hwmon_keep(h);
}

/* Alarms of coretemp interrupt the core that they are about, those of an NVMe disk are asked of it:
 * not worth it. */
static void hwmon_add_alarm(struct hwmon *h, const char *file)
{
    struct hwmon_chip *c = &h->chip[h->n_chips - 1];
    char inst[128];
    if (hwmon_chip_is(c, "coretemp") || hwmon_chip_is(c, "nvme") || !hwmon_new(h, file, HWMON_ALARM))
        return;
    hwmon_keep(h);
    snprintf(inst, sizeof inst, "%s/%s", c->place, c->name);
    c->alarm_slot = schema_add(h->schema, &(struct metric){
        .name = "sensor.alarms", .inst = inst, .unit = UNIT_NONE, .kind = KIND_GAUGE,
        .help = "limits that a chip says are passed, and inputs that it says are broken" });
}

static bool hwmon_has_input(const struct hwmon *h, int number)
{
    char path[128];
    snprintf(path, sizeof path, "%s/power%d_input", h->dir, number);
    return os_exists(h->root, path);
}

static void hwmon_note_file(void *self, const char *file)
{
    struct hwmon *h = self;
    if (hwmon_is_alarm(file))
        hwmon_add_alarm(h, file);
    for (enum hwmon_kind kind = 0; kind < HWMON_KINDS; kind++) {
        int number = hwmon_number(file, kind);
        if (number >= 0 && !(kind == HWMON_POWER_AVERAGE && hwmon_has_input(h, number)))
            hwmon_add_sensor(h, file, kind, number);
    }
}

/* Decides which of a chip's sensors make cpu.temp:
 * the package, else what stands for it, else the cores. */
static void hwmon_settle_roles(struct hwmon *h, const struct hwmon_chip *c)
{
    enum hwmon_role best = HWMON_OTHER;
    for (int i = c->first; i < c->first + c->n; i++) {
        enum hwmon_role role = h->sensor[i].role;
        if (role != HWMON_OTHER && (best == HWMON_OTHER || role < best))
            best = role;
    }
    for (int i = c->first; i < c->first + c->n; i++)
        h->sensor[i].role = best != HWMON_OTHER && h->sensor[i].role == best ? HWMON_PACKAGE
                                                                             : HWMON_OTHER;
}

/*
 * The chip of a graphics processor that has an adapter of its own: gpu.* says it with the rest of
 * the GPU, and knows when it sleeps. Told by the driver, so that not even its name is opened.
 */
static bool hwmon_is_gpu(const struct hwmon *h)
{
    static const char *const drivers[] = { "amdgpu", "i915", "xe" };
    char path[96], link[OS_PATH_MAX];
    snprintf(path, sizeof path, "%s/device/driver", h->dir);
    if (os_read_link(h->root, path, link, sizeof link) < 0)
        return false;
    const char *slash = strrchr(link, '/'), *driver = slash ? slash + 1 : link;
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (strcmp(drivers[i], driver) == 0)
            return true;
    return false;
}

/* The chip in h->dir. Its sensors come next. */
static struct hwmon_chip *hwmon_add_chip(struct hwmon *h, const char *name)
{
    h->chip = mem_grow(h->chip, h->n_chips, &h->cap_chips, sizeof *h->chip);
    struct hwmon_chip *c = &h->chip[h->n_chips++];
    hwmon_chip_open(c, h->root, h->dir, name);
    c->first = (int)h->n;
    return c;
}

static void hwmon_note_chip(void *self, const char *entry)
{
    struct hwmon *h = self;
    char name[32], link[OS_PATH_MAX];
    snprintf(h->dir, sizeof h->dir, "/sys/class/hwmon/%.40s", entry);
    if (hwmon_is_gpu(h) || sysfs_word(h->root, h->dir, "name", name, sizeof name) <= 0)
        return;
    if (os_read_link(h->root, h->dir, link, sizeof link) >= 0 && strstr(link, "/power_supply/"))
        return; /* battery.* says it better */
    struct hwmon_chip *c = hwmon_add_chip(h, name);
    os_list(h->root, h->dir, hwmon_note_file, h);
    hwmon_settle_roles(h, c);
}

/* The kernel shows most zones in hwmon too, under the name of their type with '_' for '-'. */
static bool hwmon_has_chip(const struct hwmon *h, const char *type)
{
    for (size_t i = 0; i < h->n_hwmon; i++) {
        const char *a = h->chip[i].name, *b = type;
        while (*a && (*a == *b || (*a == '_' && *b == '-')))
            a++, b++;
        if (*a == *b ||
            (strcmp(type, "x86_pkg_temp") == 0 && strcmp(h->chip[i].name, "coretemp") == 0))
            return true;
    }
    return false;
}

static void hwmon_note_zone(void *self, const char *entry)
{
    struct hwmon *h = self;
    char type[32];
    if (strncmp(entry, "thermal_zone", 12) != 0)
        return;
    snprintf(h->dir, sizeof h->dir, "/sys/class/thermal/%.40s", entry);
    if (sysfs_word(h->root, h->dir, "type", type, sizeof type) <= 0 || hwmon_has_chip(h, type))
        return;
    struct hwmon_chip *c = hwmon_add_chip(h, type);
    snprintf(c->place, sizeof c->place, "thermal");
    hwmon_add_sensor(h, "temp", HWMON_TEMP, ZONE);
    hwmon_settle_roles(h, c);
}

static void hwmon_add_all(struct hwmon *h, struct schema *s)
{
    h->schema = s;
    hwmon_clear(h);
    os_list(h->root, "/sys/class/hwmon", hwmon_note_chip, h);
    h->n_hwmon = h->n_chips;
    os_list(h->root, "/sys/class/thermal", hwmon_note_zone, h);
    hwmon_topology_free(h->topology);
    h->topology = NULL;
    for (size_t i = 0; i < h->n && h->cpu_slot < 0; i++)
        if (h->sensor[i].role == HWMON_PACKAGE)
            h->cpu_slot = schema_add(s, &(struct metric){
                .name = "cpu.temp", .unit = UNIT_CELSIUS, .kind = KIND_GAUGE, .min = -50, .max = 150,
                .help = "temperature of the processor; of several, the hottest" });
}

/* The places that chips link to, and with them their numbers. */
static void hwmon_hash_chip(void *self, const char *entry)
{
    struct hwmon *h = self;
    char path[96], link[OS_PATH_MAX];
    snprintf(path, sizeof path, "/sys/class/hwmon/%.40s", entry);
    if (os_read_link(h->root, path, link, sizeof link) < 0)
        snprintf(link, sizeof link, "%s", path);
    h->hash = hash_text(h->hash, link);
}

static bool hwmon_changed(struct hwmon *h)
{
    uint64_t before = h->hash;
    h->hash = HASH_START;
    os_list(h->root, "/sys/class/hwmon", hwmon_hash_chip, h);
    return h->hash != before;
}

static int hwmon_rescan(void *self, struct schema *s)
{
    struct hwmon *h = self;
    if (h->now_ns - h->look_ns < HWMON_LOOK_NS)
        return 0;
    h->look_ns = h->now_ns;
    if (hwmon_changed(h))
        hwmon_add_all(h, s);
    return 0;
}

static void hwmon_close(void *self)
{
    struct hwmon *h = self;
    if (!h)
        return;
    hwmon_clear(h);
    mem_free(h->sensor);
    mem_free(h->limit);
    mem_free(h->chip);
    mem_free(h);
}

static int hwmon_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct hwmon *h = mem_new(sizeof *h);
    h->root = env->root;
    h->cpu_slot = -1;
    hwmon_changed(h);
    hwmon_add_all(h, s);
    if (h->n == 0) {
        hwmon_close(h);
        env->explain(env, "no sensor of temperature, fan or voltage: usual in a virtual machine; "
                          "elsewhere load the "
                          "module of the board's chip (sensors-detect of lm-sensors finds it)");
        return -ENODEV;
    }
    *self = h;
    return 0;
}

static void hwmon_read_chip(struct hwmon *h, struct hwmon_chip *c, int64_t now_ns)
{
    enum hwmon_turn turn = hwmon_chip_turn(c, now_ns);
    if (turn == HWMON_RESTS)
        return; /* the last values stand */
    int64_t start = os_mono_ns();
    for (int i = c->first; i < c->first + c->n; i++) {
        struct sensor *s = &h->sensor[i];
        s->value = turn == HWMON_ASK ? hwmon_value(s->kind, sysfs_pread(s->fd)) : (double)NAN;
    }
    if (turn == HWMON_ASK)
        hwmon_chip_took(c, now_ns, os_mono_ns() - start);
}

static void hwmon_count_alarms(const struct hwmon *h, const struct hwmon_chip *c, struct frame *f)
{
    double raised = NAN;
    if (c->alarm_slot < 0)
        return;
    for (int i = c->first; i < c->first + c->n; i++)
        if (h->sensor[i].kind == HWMON_ALARM && !isnan(h->sensor[i].value))
            raised = (isnan(raised) ? 0 : raised) + h->sensor[i].value;
    frame_set(f, c->alarm_slot, raised);
}

static void hwmon_sample(void *self, struct frame *f)
{
    struct hwmon *h = self;
    double hottest = NAN;
    h->now_ns = f->mono_ns;
    for (size_t i = 0; i < h->n_chips; i++)
        hwmon_read_chip(h, &h->chip[i], f->mono_ns);
    for (size_t i = 0; i < h->n; i++) {
        const struct sensor *s = &h->sensor[i];
        frame_set(f, s->slot, s->value);
        frame_set(f, s->of_slot, s->value);
        if (s->role == HWMON_PACKAGE)
            hottest = fmax(hottest, s->value); /* fmax() leaves NaN out */
    }
    for (size_t i = 0; i < h->n_limits; i++)
        frame_set(f, h->limit[i].slot, h->limit[i].value);
    for (size_t i = 0; i < h->n_chips; i++)
        hwmon_count_alarms(h, &h->chip[i], f);
    frame_set(f, h->cpu_slot, hottest);
}

const struct adapter adapter_hwmon = {
    .name = "hwmon", .doc = "temperatures, fans, voltages, currents and powers",
    .provides = "sensor.*,cpu.temp,cpu.core.temp,disk.temp",
    .apart = true,
    .period_ms = 2000,
    .open = hwmon_open, .sample = hwmon_sample, .rescan = hwmon_rescan, .close = hwmon_close,
};
