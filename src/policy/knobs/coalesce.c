/*
 * coalesce.c - how long a network card gathers packets before it raises an interrupt (ethtool(8), option -C), by the
 * call that ethtool made before netlink (include/uapi/linux/ethtool.h of the kernel). Many cards have no such thing.
 *
 * The card is told all of its settings at once: they are read first, and one of them is changed.
 */
#include "os/os.h"
#include "policy/knob.h"
#include "policy/knobs/task.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int coalesce_ask(const struct place *p, struct ethtool_coalesce *c)
{
    struct ifreq r = { .ifr_data = (char *)c };
    if (*p->root || !*p->inst || strlen(p->inst) >= sizeof r.ifr_name)
        return -ENODEV;
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", p->inst);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int rc = ioctl(fd, SIOCETHTOOL, &r) < 0 ? -errno : 0;
    close(fd);
    return rc == -EOPNOTSUPP ? -ENODEV : rc;
}

static int coalesce_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    (void)k;
    struct ethtool_coalesce c = { .cmd = ETHTOOL_GCOALESCE };
    int rc = coalesce_ask(p, &c);
    if (rc == 0)
        snprintf(value, KNOB_VALUE_MAX, "%u", c.rx_coalesce_usecs);
    return rc;
}

static int coalesce_write(const struct knob *k, const struct place *p, const char *value)
{
    (void)k;
    struct ethtool_coalesce c = { .cmd = ETHTOOL_GCOALESCE };
    int rc = coalesce_ask(p, &c);
    if (rc < 0)
        return rc;
    c.cmd = ETHTOOL_SCOALESCE;
    c.rx_coalesce_usecs = (unsigned)strtoul(value, NULL, 10);
    return coalesce_ask(p, &c);
}

static int coalesce_writable(const struct knob *k, const struct place *p)
{
    (void)k;
    return task_capable(p->root, TASK_NET_ADMIN) ? 0 : -EPERM;
}

struct coalesce_each {
    void (*each)(void *self, const char *inst);
    void *self;
};

static void coalesce_card(void *self, const char *name)
{
    const struct coalesce_each *e = self;
    char value[KNOB_VALUE_MAX];
    struct place p = { .root = "" };
    snprintf(p.inst, sizeof p.inst, "%s", name);
    if (coalesce_read(NULL, &p, value) == 0)
        e->each(e->self, name);
}

static void coalesce_list(const struct knob *k, const char *root, void (*each)(void *self, const char *inst),
                          void *self)
{
    (void)k;
    if (!*root)
        os_list(root, "/sys/class/net", coalesce_card, &(struct coalesce_each){ each, self });
}

const struct knob knobs_coalesce[] = {
    { .name = "net.coalesce", .doc = "how long a card gathers packets that came before it interrupts", .unit = "us",
      .class = KNOB_SYSTEM, .type = KNOB_WHOLE, .min = 0, .max = 1000, .risk = RISK_MACHINE, .needs = "CAP_NET_ADMIN",
      .reverts = "written back", .caution = "0: an interrupt for each packet", .list = coalesce_list,
      .read = coalesce_read, .writable = coalesce_writable, .write = coalesce_write },
    { 0 },
};
