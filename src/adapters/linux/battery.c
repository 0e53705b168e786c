/*
 * battery.c - batteries and power adapters, from /sys/class/power_supply
 * (Documentation/ABI/testing/sysfs-class-power of the kernel).
 *
 * battery.power is positive while the battery gives, negative while it takes. Batteries count
 * either energy (uWh) or charge (uAh); charge becomes energy by the voltage that the battery was
 * designed for, as its capacity is sold, and power by the voltage of now. Batteries of mice and
 * headsets (scope Device) are not this machine's. Read every 10 s: firmware refreshes them about so
 * often, and each question keeps its controller busy.
 */
#include "adapters/linux/sysfs.h"
#include "base/hash.h"
#include "base/mem.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BATTERY_DIR "/sys/class/power_supply"
#define BATTERY_J_PER_UWH 3.6e-3

enum { BATTERY_SUPPLIES = 32 };

enum { CHARGE, POWER, ENERGY, WEAR, CYCLES, TIME_LEFT, VOLTAGE, LIMIT, ONLINE, VALUES };

static const struct { const char *name, *help; enum unit unit; double min, max; } battery_metrics[VALUES] = {
    [CHARGE]    = { "battery.charge",       "charge, of what it holds when full now",          UNIT_PERCENT, 0, 100 },
    [POWER]     = { "battery.power",        "power that the battery gives; negative: takes",   UNIT_WATT, -1000, 1000 },
    [ENERGY]    = { "battery.energy",       "energy in the battery",                           UNIT_JOULE, 0, 0 },
    [WEAR]      = { "battery.wear",         "capacity lost, of what it was designed for",      UNIT_PERCENT, 0, 100 },
    [CYCLES]    = { "battery.cycles",       "times that it was charged and discharged",        UNIT_NONE, 0, 0 },
    [TIME_LEFT] = { "battery.time_left",    "time until it is empty at the power of now",      UNIT_SECOND, 0, 0 },
    [VOLTAGE]   = { "battery.voltage",      "voltage of the battery",                          UNIT_VOLT, 0, 1000 },
    [LIMIT]     = { "battery.charge.limit", "charge at which charging is told to end",         UNIT_PERCENT, 0, 100 },
    [ONLINE]    = { "ac.online",            "1 while this adapter gives power",                UNIT_NONE, 0, 1 },
};

/* What a supply may have; units are uWh, uAh, uW, uA, uV. */
enum { A_CAPACITY, A_ENERGY, A_ENERGY_FULL, A_ENERGY_DESIGN, A_CHARGE, A_CHARGE_FULL, A_CHARGE_DESIGN, A_POWER,
       A_CURRENT,
       A_VOLTAGE, A_VOLTAGE_DESIGN, A_CYCLES, A_LIMIT, A_ONLINE, ATTRIBUTES };

static const char *const battery_attributes[ATTRIBUTES] = {
    "capacity", "energy_now", "energy_full", "energy_full_design", "charge_now", "charge_full", "charge_full_design",
    "power_now", "current_now", "voltage_now", "voltage_min_design", "cycle_count", "charge_control_end_threshold", "online",
};

struct supply {
    char name[48];
    bool is_battery;
    int status_fd;
    int fd[ATTRIBUTES];
    int slot[VALUES];
};

struct battery {
    const char *root;
    struct schema *schema; /* while supplies are added */
    struct supply s[BATTERY_SUPPLIES];
    int n;
    uint64_t hash;         /* of the list of supplies */
};

static void battery_clear(struct battery *b)
{
    for (int i = 0; i < b->n; i++) {
        os_close(b->s[i].status_fd);
        for (int a = 0; a < ATTRIBUTES; a++)
            os_close(b->s[i].fd[a]);
    }
    b->n = 0;
}

static void battery_add_metrics(struct supply *u, struct schema *s)
{
    for (int i = 0; i < VALUES; i++) {
        bool has = u->is_battery ? i != ONLINE && (i != LIMIT || u->fd[A_LIMIT] >= 0) : i == ONLINE;
        u->slot[i] = !has ? -1 : schema_add(s, &(struct metric){
            .name = battery_metrics[i].name, .inst = u->name, .help = battery_metrics[i].help,
            .unit = battery_metrics[i].unit, .kind = KIND_GAUGE, .min = battery_metrics[i].min,
            .max = battery_metrics[i].max });
    }
}

static void battery_note(void *self, const char *name)
{
    struct battery *b = self;
    char dir[96], type[32], scope[32] = "";
    snprintf(dir, sizeof dir, BATTERY_DIR "/%.40s", name);
    sysfs_word(b->root, dir, "scope", scope, sizeof scope);
    if (b->n == BATTERY_SUPPLIES || sysfs_word(b->root, dir, "type", type, sizeof type) <= 0 ||
        strcmp(scope, "Device") == 0)
        return;
    bool is_battery = strcmp(type, "Battery") == 0;
    if (!is_battery && strcmp(type, "Mains") != 0 && strncmp(type, "USB", 3) != 0)
        return;
    struct supply *u = &b->s[b->n++];
    *u = (struct supply){ .is_battery = is_battery, .status_fd = sysfs_open(b->root, dir, "status") };
    snprintf(u->name, sizeof u->name, "%.40s", name);
    for (int a = 0; a < ATTRIBUTES; a++)
        u->fd[a] = sysfs_open(b->root, dir, battery_attributes[a]);
    battery_add_metrics(u, b->schema);
}

static void battery_hash(void *self, const char *name)
{
    struct battery *b = self;
    b->hash = hash_text(b->hash, name);
}

static int battery_rescan(void *self, struct schema *s)
{
    struct battery *b = self;
    uint64_t before = b->hash;
    b->hash = HASH_START;
    os_list(b->root, BATTERY_DIR, battery_hash, b);
    if (b->hash == before)
        return 0;
    battery_clear(b);
    b->schema = s;
    os_list(b->root, BATTERY_DIR, battery_note, b);
    return 0;
}

static void battery_close(void *self)
{
    struct battery *b = self;
    if (b)
        battery_clear(b);
    mem_free(b);
}

static int battery_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct battery *b = mem_new(sizeof *b);
    b->root = env->root;
    battery_rescan(b, s);
    if (b->n == 0) {
        battery_close(b);
        env->explain(env, "no battery and no power adapter that reports: usual in desktops, "
                          "servers and virtual machines");
        return -ENODEV;
    }
    *self = b;
    return 0;
}

static double battery_first(double a, double b)
{
    return isnan(a) ? b : a;
}

static double battery_positive(double v)
{
    return v > 0 ? v : (double)NAN;
}

/* 1 while it gives, -1 while it takes, 0 while it does neither, NaN where it does not say. */
static double battery_direction(int fd)
{
    static const struct { const char *word; double direction; } words[] = {
        { "Discharging", 1 }, { "Charging", -1 }, { "Full", 0 }, { "Not charging", 0 },
    };
    char status[32];
    if (fd < 0 || sysfs_pread_word(fd, status, sizeof status) < 0)
        return NAN;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(status, words[i].word) == 0)
            return words[i].direction;
    return NAN;
}

/* a: as read; v: VALUES, NaN where unknown. */
static void battery_work_out(const double a[static ATTRIBUTES], double direction,
                             double v[static VALUES])
{
    double volt = a[A_VOLTAGE] * 1e-6,
           volt_design = battery_first(battery_positive(a[A_VOLTAGE_DESIGN] * 1e-6), volt);
    double now = battery_first(a[A_ENERGY], a[A_CHARGE] * volt_design);
    double full = battery_positive(battery_first(a[A_ENERGY_FULL], a[A_CHARGE_FULL] * volt_design));
    double design = battery_positive(
        battery_first(a[A_ENERGY_DESIGN], a[A_CHARGE_DESIGN] * volt_design));
    double share = battery_first(a[A_CAPACITY], 100 * now / full);
    /* Some drivers sign these, some do not; the status says the direction. */
    double power = fabs(battery_first(a[A_POWER] * 1e-6, a[A_CURRENT] * 1e-6 * volt));
    v[CHARGE] = share > 100 ? 100 : share;
    v[VOLTAGE] = volt;
    v[ENERGY] = now * BATTERY_J_PER_UWH;
    v[POWER] = direction == 0 ? 0 : direction * power;
    v[WEAR] = full > design ? 0 : 100 * (1 - full / design); /* a new one holds more than it was designed for */
    v[CYCLES] = battery_positive(a[A_CYCLES]); /* 0: not counted */
    /* Charge by current, where it counts charge: the two voltages above would not cancel. */
    double left_s = isnan(a[A_ENERGY]) ? 3600 * a[A_CHARGE] / battery_positive(fabs(a[A_CURRENT]))
                                       : (double)NAN;
    v[TIME_LEFT] = v[POWER] > 0.1 ? battery_first(left_s, v[ENERGY] / v[POWER]) : (double)NAN;
    v[LIMIT] = a[A_LIMIT];
    v[ONLINE] = isnan(a[A_ONLINE]) ? (double)NAN : a[A_ONLINE] > 0; /* USB: 2 is "online, programmable" */
}

static void battery_sample(void *self, struct frame *f)
{
    struct battery *b = self;
    for (int i = 0; i < b->n; i++) {
        const struct supply *u = &b->s[i];
        double a[ATTRIBUTES], v[VALUES];
        for (int k = 0; k < ATTRIBUTES; k++)
            a[k] = sysfs_pread(u->fd[k]);
        battery_work_out(a, battery_direction(u->status_fd), v);
        for (int k = 0; k < VALUES; k++)
            frame_set(f, u->slot[k], v[k]);
    }
}

const struct adapter adapter_battery = {
    .name = "battery", .doc = "batteries and power adapters",
    .provides = "battery.*,ac.online",
    .apart = true,
    .period_ms = 10000,
    .open = battery_open, .sample = battery_sample, .rescan = battery_rescan, .close = battery_close,
};
