/*
 * hwmon.c - temperatures, fans, voltages, currents and powers, from /sys/class/hwmon
 * (Documentation/hwmon/sysfs-interface.rst of the kernel) and, where that lacks them, from
 * /sys/class/thermal.
 *
 * An instance is "place/chip/label": the same after a reboot (hwmon_id.h). A second one of the same
 * name becomes "...#2". Values that dead inputs show (0 or beyond -50..150 Cel) are not known.
 *
 * Reading must not disturb the machine: hwmon_chip.h says which chip is asked when.
 */
#include "adapters/linux/hwmon_chip.h"
#include "adapters/linux/hwmon_cpu.h"
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

enum { TEMP, FAN, VOLTAGE, CURRENT, POWER, POWER_AVERAGE, KINDS };
enum { ZONE = -1 }; /* in place of a sensor's number: the only one of a thermal zone */

static const struct {
    const char *prefix, *suffix, *name, *help;
    enum unit unit;
    double scale, min, max;
} hwmon_kinds[KINDS] = {
    [TEMP]          = { "temp",  "_input",   "sensor.temp",    "temperature", UNIT_CELSIUS, 1e-3, -50, 150 },
    [FAN]           = { "fan",   "_input",   "sensor.fan",     "speed of a fan", UNIT_RPM, 1, 0, 100000 },
    [VOLTAGE]       = { "in",    "_input",   "sensor.voltage", "voltage", UNIT_VOLT, 1e-3, -1000, 1000 },
    [CURRENT]       = { "curr",  "_input",   "sensor.current", "current", UNIT_AMPERE, 1e-3, -10000, 10000 },
    [POWER]         = { "power", "_input",   "sensor.power",   "electrical power", UNIT_WATT, 1e-6, 0, 100000 },
    [POWER_AVERAGE] = { "power", "_average", "sensor.power",   "electrical power", UNIT_WATT, 1e-6, 0, 100000 },
};

struct sensor {
    int kind, chip, fd, slot;
    char *inst;
    enum hwmon_role role;
    int core_slot;         /* cpu.core.temp, or -1 */
    int critical_slot;     /* sensor.temp.critical, or -1 */
    double critical;
    double value;          /* of the last reading */
};

struct hwmon {
    const char *root;
    struct hwmon_chip *chip;
    size_t n_chips, cap_chips;
    size_t n_hwmon;        /* of these from hwmon; they come first, then those of thermal zones */
    struct sensor *sensor;
    size_t n, cap;
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
    h->n = h->n_chips = 0;
}

/* "temp12_input" is number 12 of TEMP; -1 when the file is none of these. */
static int hwmon_number(const char *file, int kind)
{
    size_t n = strlen(hwmon_kinds[kind].prefix);
    const char *p = file + n;
    uint64_t number;
    if (strncmp(file, hwmon_kinds[kind].prefix, n) != 0 || !text_u64(&p, &number) ||
        number > 9999 || strcmp(p, hwmon_kinds[kind].suffix) != 0)
        return -1;
    return (int)number;
}

static bool hwmon_has(const struct hwmon *h, int kind, const char *inst)
{
    for (size_t i = 0; i < h->n; i++)
        if (hwmon_kinds[h->sensor[i].kind].name == hwmon_kinds[kind].name &&
            strcmp(h->sensor[i].inst, inst) == 0)
            return true;
    return false;
}

/* "place/chip/label", made unique. */
static char *hwmon_instance(const struct hwmon *h, const struct hwmon_chip *c, int kind,
                            const char *label)
{
    char inst[176], base[160];
    snprintf(base, sizeof base, "%.64s/%s%s%.48s", c->place, c->name, *label ? "/" : "", label);
    snprintf(inst, sizeof inst, "%s", base);
    for (int k = 2; hwmon_has(h, kind, inst); k++)
        snprintf(inst, sizeof inst, "%s#%d", base, k);
    return mem_dup(inst);
}

/* What a dead input shows is not known. */
static double hwmon_plausible(int kind, double v)
{
    if (v < hwmon_kinds[kind].min || v > hwmon_kinds[kind].max || (kind == TEMP && v == 0))
        return NAN;
    return v;
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

static void hwmon_add_critical(struct hwmon *h, struct sensor *s, int number)
{
    char file[32];
    snprintf(file, sizeof file, "temp%d_crit", number);
    s->critical = hwmon_plausible(TEMP,
                                  sysfs_number(h->root, h->dir, file) * hwmon_kinds[TEMP].scale);
    if (!isnan(s->critical))
        s->critical_slot = schema_add(h->schema, &(struct metric){
            .name = "sensor.temp.critical", .inst = s->inst, .unit = UNIT_CELSIUS, .kind = KIND_GAUGE,
            .help = "temperature at which the hardware protects itself" });
}

static void hwmon_add_sensor(struct hwmon *h, const char *file, int kind, int number)
{
    struct hwmon_chip *c = &h->chip[h->n_chips - 1];
    int fd = sysfs_open(h->root, h->dir, file);
    if (fd < 0 || h->n == HWMON_MAX) {
        os_close(fd);
        return;
    }
    char label[64] = "", name[40];
    snprintf(name, sizeof name, "%s%d_label", hwmon_kinds[kind].prefix, number);
    if (number != ZONE && sysfs_word(h->root, h->dir, name, label, sizeof label) <= 0)
        snprintf(label, sizeof label, "%s%d", hwmon_kinds[kind].prefix, number);
    h->sensor = mem_grow(h->sensor, h->n, &h->cap, sizeof *h->sensor);
    struct sensor *s = &h->sensor[h->n];
    *s = (struct sensor){ .kind = kind, .chip = (int)h->n_chips - 1, .fd = fd,
                           .core_slot = -1, .critical_slot = -1, .value = NAN };
    s->inst = hwmon_instance(h, c, kind, label);
    s->slot = schema_add(h->schema, &(struct metric){
        .name = hwmon_kinds[kind].name, .inst = s->inst, .unit = hwmon_kinds[kind].unit, .kind = KIND_GAUGE,
        .min = hwmon_kinds[kind].min, .max = hwmon_kinds[kind].max, .help = hwmon_kinds[kind].help });
    if (kind == TEMP) {
        s->role = hwmon_cpu_role(c->name, label);
        if (s->role == HWMON_CORE)
            s->core_slot = hwmon_add_core(h, c, label);
        if (number != ZONE && !hwmon_chip_is_asleep(c))
            hwmon_add_critical(h, s, number);
    }
    h->n++;
    c->n++;
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
    for (int kind = 0; kind < KINDS; kind++) {
        int number = hwmon_number(file, kind);
        if (number >= 0 && !(kind == POWER_AVERAGE && hwmon_has_input(h, number)))
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
    hwmon_add_sensor(h, "temp", TEMP, ZONE);
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
        double v = turn == HWMON_ASK ? sysfs_pread(s->fd) * hwmon_kinds[s->kind].scale
                                     : (double)NAN;
        s->value = hwmon_plausible(s->kind, v);
    }
    if (turn == HWMON_ASK)
        hwmon_chip_took(c, now_ns, os_mono_ns() - start);
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
        frame_set(f, s->core_slot, s->value);
        frame_set(f, s->critical_slot, s->critical);
        if (s->role == HWMON_PACKAGE)
            hottest = fmax(hottest, s->value); /* fmax() leaves NaN out */
    }
    frame_set(f, h->cpu_slot, hottest);
}

const struct adapter adapter_hwmon = {
    .name = "hwmon", .doc = "temperatures, fans, voltages, currents and powers",
    .provides = "sensor.*,cpu.temp,cpu.core.temp",
    .period_ms = 2000,
    .open = hwmon_open, .sample = hwmon_sample, .rescan = hwmon_rescan, .close = hwmon_close,
};
