/* hwmon_chip.c - when a sensor chip may be asked. */
#include "adapters/linux/hwmon_chip.h"

#include "adapters/linux/runtime_pm.h"
#include "adapters/linux/sysfs.h"
#include "base/text.h"
#include "os/os.h"

#include <stdio.h>
#include <string.h>

#define CHIP_NVME_NS 10000000000
#define CHIP_DISK_NS 60000000000
#define CHIP_COST 200 /* it rests this many times as long as its reading took */

struct chip_search {
    struct hwmon_chip *c;
    const char *root, *dir;
    bool nvme;
};

/* "nvme0n1", or "nvme0c1n1": a path of one that has several, where it is called "nvme0n1" all the same. */
static bool chip_nvme_disk(const char *entry, char out[static 32])
{
    unsigned subsystem, path, space;
    int end = 0;
    if ((sscanf(entry, "nvme%un%u%n", &subsystem, &space, &end) != 2 || entry[end]) &&
        (sscanf(entry, "nvme%uc%un%u%n", &subsystem, &path, &space, &end) != 3 || entry[end]))
        return false;
    snprintf(out, 32, "nvme%un%u", subsystem, space);
    return true;
}

static void chip_note_disk(void *self, const char *entry)
{
    struct chip_search *d = self;
    char file[64];
    if (d->c->disk_fd >= 0 || (d->nvme && !chip_nvme_disk(entry, d->c->disk)))
        return;
    if (!d->nvme)
        text_copy(d->c->disk, sizeof d->c->disk, entry);
    snprintf(file, sizeof file, "%.40s/stat", entry);
    d->c->disk_fd = sysfs_open(d->root, d->dir, file);
}

/* The first disk among the entries of a directory of the chip. */
static void chip_find_disk(struct hwmon_chip *c, const char *root, const char *dir, const char *below, bool nvme)
{
    char path[128];
    snprintf(path, sizeof path, "%.70s/%.50s", dir, below);
    os_list(root, path, chip_note_disk, &(struct chip_search){ c, root, path, nvme });
}

static void chip_note_controller(void *self, const char *entry)
{
    struct chip_search *d = self;
    char below[64];
    snprintf(below, sizeof below, "device/nvme/%.32s", entry);
    chip_find_disk(d->c, d->root, d->dir, below, true);
}

static void chip_open_disk(struct hwmon_chip *c, const char *root, const char *dir)
{
    if (hwmon_chip_is(c, "drivetemp"))
        chip_find_disk(c, root, dir, "device/block", false);
    if (!hwmon_chip_is(c, "nvme"))
        return;
    chip_find_disk(c, root, dir, "device", true);
    if (!c->disk[0]) { /* older kernels: the chip's device is that of the bus, the controller is below */
        char path[96];
        snprintf(path, sizeof path, "%.70s/device/nvme", dir);
        os_list(root, path, chip_note_controller, &(struct chip_search){ c, root, dir, true });
    }
}

bool hwmon_chip_is(const struct hwmon_chip *c, const char *name)
{
    return strcmp(c->name, name) == 0;
}

void hwmon_chip_open(struct hwmon_chip *c, const char *root, const char *dir, const char *name)
{
    char device[96], parent[104];
    snprintf(device, sizeof device, "%.80s/device", dir);
    snprintf(parent, sizeof parent, "%s/device", device);
    *c = (struct hwmon_chip){ .disk_fd = -1, .alarm_slot = -1 };
    snprintf(c->name, sizeof c->name, "%s", name);
    hwmon_id(root, dir, c->place);
    c->status_fd[0] = runtime_pm_open(root, device);
    c->status_fd[1] = runtime_pm_open(root, parent);
    c->pause_ns = hwmon_chip_is(c, "nvme") ? CHIP_NVME_NS : runtime_pm_rest_ns(root, device);
    chip_open_disk(c, root, dir);
}

void hwmon_chip_close(struct hwmon_chip *c)
{
    os_close(c->status_fd[0]);
    os_close(c->status_fd[1]);
    os_close(c->disk_fd);
}

bool hwmon_chip_is_asleep(const struct hwmon_chip *c)
{
    return runtime_pm_is_asleep(c->status_fd[0]) || runtime_pm_is_asleep(c->status_fd[1]);
}

/* Looks whether the disk has done anything. False when it cannot be told. */
static bool chip_look_at_disk(struct hwmon_chip *c, int64_t now_ns)
{
    char text[sizeof c->disk_text];
    if (os_pread_once(c->disk_fd, text, sizeof text) < 0)
        return false;
    if (c->disk_text[0] && strcmp(text, c->disk_text) != 0) {
        c->worked_ns = now_ns;
        c->worked = true;
        c->idle_ns = 0;
    }
    snprintf(c->disk_text, sizeof c->disk_text, "%s", text);
    return true;
}

/* Only a disk that did something lately is surely awake and not about to sleep. */
static bool chip_disk_may_sleep(const struct hwmon_chip *c, int64_t now_ns)
{
    return !hwmon_chip_is(c, "nvme") && (!c->worked || now_ns - c->worked_ns > CHIP_DISK_NS);
}

enum hwmon_turn hwmon_chip_turn(struct hwmon_chip *c, int64_t now_ns)
{
    bool seen = c->disk_fd < 0 || chip_look_at_disk(c, now_ns);
    if (!seen || (c->disk_fd >= 0 && chip_disk_may_sleep(c, now_ns)) || hwmon_chip_is_asleep(c)) {
        c->next_ns = c->idle_ns = 0;
        return HWMON_ALONE;
    }
    return now_ns < c->next_ns || now_ns < c->idle_ns ? HWMON_RESTS : HWMON_ASK;
}

void hwmon_chip_took(struct hwmon_chip *c, int64_t now_ns, int64_t took_ns)
{
    /* The lesser of two: being interrupted once is not being slow. */
    int64_t usual = took_ns < c->took_ns ? took_ns : c->took_ns;
    c->took_ns = took_ns;
    c->idle_ns = c->disk_fd >= 0 && hwmon_chip_is(c, "nvme") ? now_ns + CHIP_DISK_NS : 0;
    c->next_ns = now_ns + (usual * CHIP_COST > c->pause_ns ? usual * CHIP_COST : c->pause_ns);
}
