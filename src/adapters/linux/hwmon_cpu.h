/* Which sensors are those of the processor, and of which core. */
#ifndef ADAPTERS_LINUX_HWMON_CPU_H
#define ADAPTERS_LINUX_HWMON_CPU_H

enum hwmon_role { HWMON_OTHER, HWMON_PACKAGE, HWMON_PACKAGE_OFFSET, HWMON_CORE };

/*
 * What a temperature is about. PACKAGE_OFFSET is AMD's Tctl: on some models it stands some degrees
 * above the real one, for fans; it counts where the chip has no Tdie.
 */
enum hwmon_role hwmon_cpu_role(const char *chip, const char *label);

struct hwmon_topology;

/* Package and core of each logical processor. Never NULL; empty where it is not known. */
struct hwmon_topology *hwmon_topology_new(const char *root);
void hwmon_topology_free(struct hwmon_topology *t);

/*
 * The first logical processor of a core, which is how cpu.core.* numbers it, or -1.
 *
 *   place  of the chip: "platform-coretemp.1" is that of package 1
 *   label  "Core 3"
 */
int hwmon_cpu_core(const struct hwmon_topology *t, const char *place, const char *label);

#endif
