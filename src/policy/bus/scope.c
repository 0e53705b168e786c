/* scope.c - transient scopes of systemd, over the module sonde-bus. */
#include "policy/bus/scope.h"

#include "base/text.h"
#include "modules/manager.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int scope_manager(bool of_system, const struct manager_bus **bus, void **link, char why[static KNOB_WHY])
{
    char said[BUS_WHY] = "";
    *bus = os_module("sonde-bus", "sonde_manager");
    if (!*bus) {
        text_copy(why, KNOB_WHY, "the module sonde-bus is not installed beside the program; it needs libsystemd");
        return -ENOTSUP;
    }
    int rc = (*bus)->open(link, of_system, said);
    if (rc < 0)
        text_copy(why, KNOB_WHY, *said ? said : strerror(-rc));
    return rc;
}

static int scope_check(const struct scope_wish *w, char why[static KNOB_WHY])
{
    bool weights = w->cpu_weight >= 0 && w->cpu_weight <= SCOPE_WEIGHT_MAX && w->io_weight >= 0 &&
                   w->io_weight <= SCOPE_WEIGHT_MAX;
    if (weights && w->cpus >= 0 && w->cpus < 1e6)
        return 0;
    snprintf(why, KNOB_WHY, "a weight may be 1 to %d, processors are not negative", SCOPE_WEIGHT_MAX);
    return -EINVAL;
}

int scope_start(const struct scope_wish *w, struct scope *out, char why[static KNOB_WHY])
{
    static unsigned made; /* a process may have left its scope by the time the next is made */
    const struct manager_bus *bus;
    void *link;
    struct scope s = { .of_system = os_is_root() };
    char said[BUS_WHY] = "", description[96];
    int rc = scope_check(w, why);
    if (rc == 0)
        rc = scope_manager(s.of_system, &bus, &link, why);
    if (rc < 0)
        return rc;
    snprintf(s.name, sizeof s.name, "sonde-%d-%u-%d.scope", os_pid(), made++, w->pid);
    snprintf(description, sizeof description, "Sonde: %.80s", w->what);
    struct manager_scope m = {
        .name = s.name, .description = description, .slice = "", .pid = w->pid, .cpu_weight = (uint64_t)w->cpu_weight,
        .io_weight = (uint64_t)w->io_weight, .memory_low = w->memory_low, .memory_high = w->memory_high,
        .cpu_quota_us = (uint64_t)(w->cpus * 1e6) };
    rc = bus->start(link, &m, s.group, said);
    bus->close(link);
    if (rc < 0)
        text_copy(why, KNOB_WHY, said);
    else
        *out = s;
    return rc;
}
