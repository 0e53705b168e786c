/*
 * pm_qos.c - how long the processors may take to wake from sleep: /dev/cpu_dma_latency
 * (Documentation/power/pm_qos_interface.rst of the kernel).
 *
 * What is written holds as long as the descriptor is open, so it ends with this process, whatever ends it. For the same
 * reason the descriptor must be kept, here, from one write to the next. What others ask for is not seen: the shortest
 * of all counts.
 */
#include "os/os.h"
#include "policy/knob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    int fd; /* -1: nothing is asked for */
    int32_t us;
    char root[OS_PATH_MAX];
} pm_qos = { .fd = -1 };

static int pm_qos_path(const struct knob *k, const struct place *p, char out[static OS_PATH_MAX])
{
    return snprintf(out, OS_PATH_MAX, "%s%s", p->root, k->arg) >= OS_PATH_MAX ? -ENAMETOOLONG : 0;
}

static int pm_qos_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    if (!os_exists(p->root, k->arg))
        return -ENODEV;
    if (pm_qos.fd >= 0 && strcmp(pm_qos.root, p->root) == 0)
        snprintf(value, KNOB_VALUE_MAX, "%d", pm_qos.us);
    else
        snprintf(value, KNOB_VALUE_MAX, "none");
    return 0;
}

static void pm_qos_release(void)
{
    if (pm_qos.fd >= 0)
        close(pm_qos.fd);
    pm_qos.fd = -1;
}

static int pm_qos_write(const struct knob *k, const struct place *p, const char *value)
{
    char path[OS_PATH_MAX];
    int rc = pm_qos_path(k, p, path);
    if (rc < 0 || !os_exists(p->root, k->arg))
        return rc < 0 ? rc : -ENODEV;
    if (strcmp(value, "none") == 0) {
        pm_qos_release();
        return 0;
    }
    int32_t us = (int32_t)strtol(value, NULL, 10); /* four bytes: as text the kernel takes hexadecimal digits */
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t put = write(fd, &us, sizeof us);
    if (put != sizeof us) {
        rc = put < 0 ? -errno : -EIO;
        close(fd);
        return rc;
    }
    pm_qos_release();
    pm_qos.fd = fd;
    pm_qos.us = us;
    snprintf(pm_qos.root, sizeof pm_qos.root, "%s", p->root);
    return 0;
}

static int pm_qos_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    char *end;
    (void)p;
    long v = strtol(value, &end, 10);
    bool number = end != value && !*end;
    if (strcmp(value, "none") == 0 || (number && v >= 0 && v <= 1000000))
        return 0;
    snprintf(why, KNOB_WHY, "%s takes none, or 0 to 1000000 us; this is \"%.40s\"", k->name, value);
    return number ? -ERANGE : -EINVAL;
}

static int pm_qos_writable(const struct knob *k, const struct place *p)
{
    int rc = os_may_write(p->root, k->arg);
    return rc == -ENOENT ? -ENODEV : rc;
}

const struct knob knobs_pm_qos[] = {
    { .name = "pm.qos", .doc = "how long processors may take to wake from sleep, while this process runs",
      .class = KNOB_SYSTEM, .held = true, .type = KNOB_TEXT, .risk = RISK_MACHINE, .unit = "us",
      .needs = "root, or the group of the device", .reverts = "ends with Sonde's process",
      .caution = "more power, and less boost for busy cores",
      .arg = "/dev/cpu_dma_latency", .read = pm_qos_read, .check = pm_qos_check, .writable = pm_qos_writable,
      .write = pm_qos_write },
    { 0 },
};
