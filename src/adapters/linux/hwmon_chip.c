/* hwmon_chip.c - when a sensor chip may be asked. */
#include "adapters/linux/hwmon_chip.h"

#include "adapters/linux/runtime_pm.h"
#include "adapters/linux/sysfs.h"
#include "os/os.h"

#include <stdio.h>
#include <string.h>

#define CHIP_NVME_NS 10000000000
#define CHIP_DISK_NS 60000000000
#define CHIP_COST 200 /* it rests this many times as long as its reading took */

struct chip_disk {
    const char *root, *dir;
    int fd;
};

static void chip_note_disk(void *self, const char *name)
{
    struct chip_disk *d = self;
    char file[64];
    snprintf(file, sizeof file, "%.40s/stat", name);
    if (d->fd < 0)
        d->fd = sysfs_open(d->root, d->dir, file);
}

static int chip_open_disk(const char *root, const char *dir)
{
    char block[96];
    snprintf(block, sizeof block, "%.70s/device/block", dir);
    struct chip_disk d = { root, block, -1 };
    os_list(root, block, chip_note_disk, &d);
    return d.fd;
}

void hwmon_chip_open(struct hwmon_chip *c, const char *root, const char *dir, const char *name)
{
    char device[96];
    snprintf(device, sizeof device, "%.80s/device", dir);
    *c = (struct hwmon_chip){ .disk_fd = -1 };
    snprintf(c->name, sizeof c->name, "%s", name);
    hwmon_id(root, dir, c->place);
    c->status_fd = runtime_pm_open(root, device);
    c->pause_ns = strcmp(name, "nvme") == 0 ? CHIP_NVME_NS : runtime_pm_rest_ns(root, device);
    if (strcmp(name, "drivetemp") == 0)
        c->disk_fd = chip_open_disk(root, dir);
}

void hwmon_chip_close(struct hwmon_chip *c)
{
    os_close(c->status_fd);
    os_close(c->disk_fd);
}

bool hwmon_chip_is_asleep(const struct hwmon_chip *c)
{
    return runtime_pm_is_asleep(c->status_fd);
}

/* Has the disk done anything lately? Only then is it surely awake and not about to sleep. */
static bool chip_disk_works(struct hwmon_chip *c, int64_t now_ns)
{
    char text[sizeof c->disk_text];
    if (c->disk_fd < 0)
        return true;
    if (os_pread_text(c->disk_fd, text, sizeof text) < 0)
        return false;
    if (c->disk_text[0] && strcmp(text, c->disk_text) != 0) {
        c->worked_ns = now_ns;
        c->worked = true;
    }
    snprintf(c->disk_text, sizeof c->disk_text, "%s", text);
    return c->worked && now_ns - c->worked_ns <= CHIP_DISK_NS;
}

enum hwmon_turn hwmon_chip_turn(struct hwmon_chip *c, int64_t now_ns)
{
    bool works = chip_disk_works(c, now_ns);
    if (!works || hwmon_chip_is_asleep(c)) {
        c->next_ns = 0;
        return HWMON_ALONE;
    }
    return now_ns < c->next_ns ? HWMON_RESTS : HWMON_ASK;
}

void hwmon_chip_took(struct hwmon_chip *c, int64_t now_ns, int64_t took_ns)
{
    /* The lesser of two: being interrupted once is not being slow. */
    int64_t usual = took_ns < c->took_ns ? took_ns : c->took_ns;
    c->took_ns = took_ns;
    c->next_ns = now_ns + (usual * CHIP_COST > c->pause_ns ? usual * CHIP_COST : c->pause_ns);
}
