/*
 * capture_paths.c - the files that adapters and os_host() read, as one table.
 *
 * No serial numbers, addresses, host names, arguments or users are on it: what is not read cannot
 * leak. tests/unit/test_capture.c compares what adapters find in a recording of the machine that
 * it runs on with what they find on the machine itself.
 */
#include "app/capture.h"

#define GPU "/sys/class/drm/card?/device/"

static const struct capture_path paths[] = {
    { "/proc/stat", CAPTURE_FILE },
    { "/proc/loadavg", CAPTURE_FILE },
    { "/proc/meminfo", CAPTURE_FILE },
    { "/proc/vmstat", CAPTURE_FILE },
    { "/proc/cpuinfo", CAPTURE_CPUINFO },
    { "/proc/diskstats", CAPTURE_FILE },
    { "/proc/pressure/*", CAPTURE_FILE },
    { "/proc/net/dev", CAPTURE_FILE },
    { "/proc/net/snmp", CAPTURE_FILE },
    { "/proc/net/sockstat", CAPTURE_FILE },
    { "/proc/net/sockstat6", CAPTURE_FILE },
    { "/proc/sys/kernel/osrelease", CAPTURE_FILE },
    { "/proc/sys/kernel/pid_max", CAPTURE_FILE },
    { "/proc/self/mountinfo", CAPTURE_MOUNTS },
    { "/proc/self/cgroup", CAPTURE_CGROUP },
    { "/proc/#/stat", CAPTURE_PROCESS },
    { "/proc/#/io", CAPTURE_FILE },
    { "/proc/#/fd/#", CAPTURE_DRM },
    { "/proc/device-tree/model", CAPTURE_FILE },
    { "/etc/os-release", CAPTURE_FILE },
    { "/usr/lib/os-release", CAPTURE_FILE },
    { "/run/systemd/container", CAPTURE_FILE },
    { "/run/.containerenv", CAPTURE_EMPTY },
    { "/.dockerenv", CAPTURE_EMPTY },

    { "/sys/devices/system/cpu/online", CAPTURE_FILE },
    { "/sys/devices/system/cpu/cpu*/cpufreq/scaling_cur_freq", CAPTURE_FILE },
    { "/sys/devices/system/cpu/cpu*/cpufreq/cpuinfo_m??_freq", CAPTURE_FILE },
    { "/sys/devices/system/cpu/cpu*/topology/core_id", CAPTURE_FILE },
    { "/sys/devices/system/cpu/cpu*/topology/physical_package_id", CAPTURE_FILE },
    { "/sys/devices/system/cpu/cpu*/topology/thread_siblings_list", CAPTURE_FILE },

    { "/sys/bus/pci/devices/*/class", CAPTURE_FILE },
    { "/sys/bus/pci/devices/*/vendor", CAPTURE_FILE },

    { "/sys/class/drm/*/device", CAPTURE_LINK },
    { GPU "driver", CAPTURE_LINK },
    { GPU "power/control", CAPTURE_FILE },
    { GPU "power/runtime_status", CAPTURE_FILE },
    { GPU "power/autosuspend_delay_ms", CAPTURE_FILE },
    { GPU "drm/card?/card?-*/enabled", CAPTURE_FILE },
    { GPU "gpu_busy_percent", CAPTURE_FILE },
    { GPU "mem_busy_percent", CAPTURE_FILE },
    { GPU "mem_info_*", CAPTURE_FILE },
    { GPU "pcie_replay_count", CAPTURE_FILE },
    { GPU "pp_dpm_sclk", CAPTURE_FILE },
    { GPU "gpu_metrics", CAPTURE_BYTES },
    { GPU "ras/umc_err_count", CAPTURE_FILE },
    { GPU "current_link_*", CAPTURE_FILE },
    { GPU "../current_link_*", CAPTURE_FILE },
    { GPU "../../current_link_*", CAPTURE_FILE },
    { GPU "drm/card?/gt/gt?/rps_act_freq_mhz", CAPTURE_FILE },
    { GPU "drm/card?/gt/gt?/rps_max_freq_mhz", CAPTURE_FILE },
    { GPU "drm/card?/gt/gt?/rc6_residency_ms", CAPTURE_FILE },
    { GPU "drm/card?/gt/gt?/throttle_reason_*", CAPTURE_FILE },
    { GPU "tile?/gt?/freq0/act_freq", CAPTURE_FILE },
    { GPU "tile?/gt?/freq0/max_freq", CAPTURE_FILE },
    { GPU "tile?/gt?/freq0/throttle/*", CAPTURE_FILE },
    { GPU "tile?/gt?/gtidle/idle_residency_ms", CAPTURE_FILE },

    { "/sys/block/*/hidden", CAPTURE_FILE },
    { "/sys/block/*/slaves/*", CAPTURE_LINK },

    { "/sys/class/net/*/device", CAPTURE_LINK },
    { "/sys/class/net/*/master", CAPTURE_LINK },
    { "/sys/class/net/*/lower_*", CAPTURE_LINK },

    { "/sys/class/hwmon/*/name", CAPTURE_FILE },
    { "/sys/class/hwmon/*/device", CAPTURE_LINK },
    { "/sys/class/hwmon/*/device/driver", CAPTURE_LINK },
    { "/sys/class/hwmon/*/device/power/control", CAPTURE_FILE },
    { "/sys/class/hwmon/*/device/power/runtime_status", CAPTURE_FILE },
    { "/sys/class/hwmon/*/device/power/autosuspend_delay_ms", CAPTURE_FILE },
    { "/sys/class/hwmon/*/*_label", CAPTURE_FILE },
    { "/sys/class/hwmon/*/*_input", CAPTURE_FILE },
    { "/sys/class/hwmon/*/power*_average", CAPTURE_FILE },
    { "/sys/class/hwmon/*/power*_cap", CAPTURE_FILE },
    { "/sys/class/hwmon/*/power*_max", CAPTURE_FILE },
    { "/sys/class/hwmon/*/pwm1", CAPTURE_FILE },
    { "/sys/class/hwmon/*/pwm1_max", CAPTURE_FILE },
    { "/sys/class/hwmon/*/temp*_crit", CAPTURE_FILE },
    { "/sys/class/thermal/thermal_zone*/type", CAPTURE_FILE },
    { "/sys/class/thermal/thermal_zone*/temp", CAPTURE_FILE },

    { "/sys/class/powercap/*/name", CAPTURE_FILE },
    { "/sys/class/powercap/*/energy_uj", CAPTURE_FILE },
    { "/sys/class/powercap/*/max_energy_range_uj", CAPTURE_FILE },

    { "/sys/class/power_supply/*/type", CAPTURE_FILE },
    { "/sys/class/power_supply/*/scope", CAPTURE_FILE },
    { "/sys/class/power_supply/*/online", CAPTURE_FILE },
    { "/sys/class/power_supply/*/status", CAPTURE_FILE },
    { "/sys/class/power_supply/*/capacity", CAPTURE_FILE },
    { "/sys/class/power_supply/*/cycle_count", CAPTURE_FILE },
    { "/sys/class/power_supply/*/charge_control_end_threshold", CAPTURE_FILE },
    { "/sys/class/power_supply/*/charge_full", CAPTURE_FILE },
    { "/sys/class/power_supply/*/charge_full_design", CAPTURE_FILE },
    { "/sys/class/power_supply/*/charge_now", CAPTURE_FILE },
    { "/sys/class/power_supply/*/energy_full", CAPTURE_FILE },
    { "/sys/class/power_supply/*/energy_full_design", CAPTURE_FILE },
    { "/sys/class/power_supply/*/energy_now", CAPTURE_FILE },
    { "/sys/class/power_supply/*/current_now", CAPTURE_FILE },
    { "/sys/class/power_supply/*/power_now", CAPTURE_FILE },
    { "/sys/class/power_supply/*/voltage_min_design", CAPTURE_FILE },
    { "/sys/class/power_supply/*/voltage_now", CAPTURE_FILE },

    { "/sys/class/dmi/id/sys_vendor", CAPTURE_FILE },
    { "/sys/class/dmi/id/product_name", CAPTURE_FILE },
    { "/sys/class/dmi/id/board_vendor", CAPTURE_FILE },
    { "/sys/class/dmi/id/board_name", CAPTURE_FILE },

    { "cpuset.cpus.effective", CAPTURE_GROUP },
    { "cpu.max", CAPTURE_GROUP },
    { "cpu.stat", CAPTURE_GROUP },
    { "cpu.cfs_quota_us", CAPTURE_GROUP },
    { "cpu.cfs_period_us", CAPTURE_GROUP },
    { "cpuacct.usage", CAPTURE_GROUP },
    { "memory.current", CAPTURE_GROUP },
    { "memory.max", CAPTURE_GROUP },
    { "memory.stat", CAPTURE_GROUP },
    { "memory.events", CAPTURE_GROUP },
    { "memory.oom_control", CAPTURE_GROUP },
    { "memory.usage_in_bytes", CAPTURE_GROUP },
    { "memory.limit_in_bytes", CAPTURE_GROUP },
    { "cpu.pressure", CAPTURE_GROUP },
    { "memory.pressure", CAPTURE_GROUP },
    { "io.pressure", CAPTURE_GROUP },
};

const struct capture_path *capture_paths(size_t *n)
{
    *n = sizeof paths / sizeof *paths;
    return paths;
}
