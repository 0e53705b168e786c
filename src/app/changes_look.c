/*
 * changes_look.c - lists a few folders of /sys and reads a few files: what is cheap each time, the rest seldom.
 *
 * Sources: the kernel's Documentation/ABI (class/net, block, bus/usb, class/drm, module, system/cpu, class/dmi),
 * proc_stat(5) for btime. Serial numbers and addresses are not read.
 */
#include "app/changes_look.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "os/watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOUNTS_MAX ((size_t)1 << 20)

struct changes_list {
    const char *root, *folder; /* that is listed */
    bool anew;                 /* values are read, also of what was there before */
    const struct machine_state *before;
    struct machine_state *out;
};

/* The first line of a file; false where there is none. */
static bool look_line(const char *root, const char *path, char *out, size_t cap)
{
    if (os_read_text(root, path, out, cap) < 0)
        return false;
    out[strcspn(out, "\n")] = '\0';
    return *out != '\0';
}

/* Of folder/NAME/leaf. */
static bool look_value(const char *root, const char *folder, const char *name, const char *leaf, char out[static 64])
{
    char path[320];
    int n = snprintf(path, sizeof path, "%s/%s/%s", folder, name, leaf);
    return n > 0 && n < (int)sizeof path && look_line(root, path, out, 64);
}

static bool look_folder(struct changes_list *l, const char *folder, void (*each)(void *self, const char *name))
{
    l->folder = folder;
    return os_list(l->root, folder, each, l) >= 0;
}

static bool look_begins(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strncmp(name, *list, strlen(*list)) == 0)
            return true;
    return false;
}

/* Adds a device; its value is that of before where it was there, else read. */
static void look_device(struct changes_list *l, enum machine_kind kind, const char *name, const char *leaf)
{
    char value[64] = "";
    const struct machine_item *known = l->anew ? NULL : machine_state_find(l->before, kind, name);
    if (known)
        text_copy(value, sizeof value, known->value);
    else
        look_value(l->root, l->folder, name, leaf, value);
    machine_state_add(l->out, kind, name, value);
}

static void look_disk(void *self, const char *name)
{
    static const char *const none[] = { "loop", "ram", "zram", "dm-", "nbd", "sr", "fd", "md", "zd", NULL };
    if (!look_begins(name, none))
        look_device(self, MACHINE_DISK, name, "device/model");
}

static void look_net(void *self, const char *name)
{
    struct changes_list *l = self;
    char state[64] = "";
    if (strcmp(name, "lo") == 0)
        return;
    look_value(l->root, l->folder, name, "operstate", state);
    bool known = strcmp(state, "up") == 0 || strcmp(state, "down") == 0;
    machine_state_add(l->out, MACHINE_NET, name, known ? state : "");
}

/* "1-2" is a device, "1-2:1.0" a part of it, "usb1" the root of a bus. */
static void look_usb(void *self, const char *name)
{
    if (!strchr(name, ':') && strncmp(name, "usb", 3) != 0)
        look_device(self, MACHINE_USB, name, "product");
}

static const char *look_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void look_gpu(void *self, const char *name)
{
    struct changes_list *l = self;
    char path[128], address[256], driver[256] = "";
    if (strncmp(name, "card", 4) != 0 || strchr(name, '-') || strlen(name) > 16)
        return;
    snprintf(path, sizeof path, "/sys/class/drm/%s/device", name);
    if (os_read_link(l->root, path, address, sizeof address) < 0)
        return;
    snprintf(path, sizeof path, "/sys/class/drm/%s/device/driver", name);
    if (os_read_link(l->root, path, driver, sizeof driver) < 0)
        *driver = '\0';
    machine_state_add(l->out, MACHINE_GPU, look_base(address), look_base(driver));
}

/* Which of its lives a service is in: its control group is another one after each start. */
static void look_service(void *self, const char *name)
{
    struct changes_list *l = self;
    char path[320], life[24];
    struct os_seen seen;
    size_t n = strlen(name);
    if (n < 9 || n > 90 || strcmp(name + n - 8, ".service") != 0)
        return;
    snprintf(path, sizeof path, "%s/%s", l->folder, name);
    if (os_look(l->root, path, &seen) < 0)
        return;
    snprintf(life, sizeof life, "%" PRIu64, seen.inode);
    machine_state_add(l->out, MACHINE_SERVICE, name, life);
}

static void look_services(struct changes_list *l)
{
    static const char *const folders[] = { "/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/systemd/system.slice",
                                           "/sys/fs/cgroup/unified/system.slice" };
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (look_folder(l, folders[i], look_service))
            return;
}

/*
 * The mounts of the machine's first process: those of our own may be others, as a service manager makes all that a
 * service sees read-only (ProtectSystem= in systemd.exec(5)). Who may not ask for them takes his own.
 */
static void look_mounts(const char *root, struct machine_state *out)
{
    char *text = mem_try(MOUNTS_MAX);
    int rc = text ? os_read_text(root, "/proc/1/mountinfo", text, MOUNTS_MAX) : -1;
    if (text && rc <= 0)
        rc = os_read_text(root, "/proc/self/mountinfo", text, MOUNTS_MAX);
    if (rc > 0)
        machine_state_add_mounts(out, text);
    out->cut = out->cut || rc >= (int)MOUNTS_MAX - 1;
    mem_free(text);
}

/* ---- versions ---- */

static void look_firmware(void *self, const char *name)
{
    struct changes_list *l = self;
    char value[64], what[96];
    if (strlen(name) > 32 || !look_value(l->root, l->folder, name, "firmware_rev", value))
        return;
    snprintf(what, sizeof what, "firmware of %s", name);
    machine_state_add(l->out, MACHINE_VERSION, what, value);
}

/* PRETTY_NAME="Debian GNU/Linux 12 (bookworm)" */
static void look_system(const char *root, struct machine_state *out)
{
    char text[4096], name[64];
    const char *p;
    if (os_read_text(root, "/etc/os-release", text, sizeof text) < 0 || !(p = strstr(text, "PRETTY_NAME=")))
        return;
    p += 12 + (p[12] == '"');
    snprintf(name, sizeof name, "%.*s", (int)(strcspn(p, "\"\n") < 63 ? strcspn(p, "\"\n") : 63), p);
    machine_state_add(out, MACHINE_VERSION, "the system", name);
}

static void look_versions(struct changes_list *l)
{
    static const struct { const char *name, *path; } files[] = {
        { "kernel", "/proc/sys/kernel/osrelease" }, { "NVIDIA driver", "/sys/module/nvidia/version" },
        { "amdgpu driver", "/sys/module/amdgpu/version" }, { "i915 driver", "/sys/module/i915/version" },
        { "xe driver", "/sys/module/xe/version" }, { "ZFS", "/sys/module/zfs/version" },
        { "microcode", "/sys/devices/system/cpu/cpu0/microcode/version" },
        { "BIOS", "/sys/class/dmi/id/bios_version" },
    };
    char value[64], text[512];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (look_line(l->root, files[i].path, value, sizeof value))
            machine_state_add(l->out, MACHINE_VERSION, files[i].name, value);
    /* "Linux version 6.1.0-18-amd64 (...)", where nothing else says it */
    if (!os_exists(l->root, files[0].path) && look_line(l->root, "/proc/version", text, sizeof text) &&
        strncmp(text, "Linux version ", 14) == 0) {
        text[14 + strcspn(text + 14, " ")] = '\0';
        machine_state_add(l->out, MACHINE_VERSION, files[0].name, text + 14);
    }
    look_system(l->root, l->out);
    look_folder(l, "/sys/class/nvme", look_firmware);
}

/* In steps that a balloon and a reserve of the kernel do not pass. */
static void look_memory(const char *root, struct machine_state *out)
{
    char text[256], value[64];
    const char *p;
    if (os_read_text(root, "/proc/meminfo", text, sizeof text) < 0 || !(p = strstr(text, "MemTotal:")))
        return;
    double gib = strtod(p + 9, NULL) / (1024 * 1024);
    snprintf(value, sizeof value, "%.0f GiB", gib);
    if (gib >= 4)
        machine_state_add(out, MACHINE_MEMORY, "all", value);
}

/* ---- together ---- */

static void look_keep(struct changes_list *l, enum machine_kind kind)
{
    for (size_t i = 0; i < l->before->n; i++)
        if (l->before->item[i].kind == kind)
            machine_state_add(l->out, kind, l->before->item[i].name, l->before->item[i].value);
}

void changes_look(const char *root, int which, const struct machine_state *before, struct machine_state *out)
{
    char cpus[64];
    struct changes_list l = { .root = root, .anew = which & CHANGES_LOOK_VERSIONS, .before = before, .out = out };
    *out = (struct machine_state){ 0 };
    look_folder(&l, "/sys/block", look_disk);
    look_folder(&l, "/sys/class/net", look_net);
    look_folder(&l, "/sys/bus/usb/devices", look_usb);
    look_folder(&l, "/sys/class/drm", look_gpu);
    if (look_line(root, "/sys/devices/system/cpu/online", cpus, sizeof cpus))
        machine_state_add(out, MACHINE_CPU, "online", cpus);
    if (which & CHANGES_LOOK_SERVICES)
        look_services(&l);
    if (which & CHANGES_LOOK_MOUNTS)
        look_mounts(root, out);
    else
        look_keep(&l, MACHINE_MOUNT);
    if (which & CHANGES_LOOK_VERSIONS) {
        look_versions(&l);
        look_memory(root, out);
    } else {
        look_keep(&l, MACHINE_VERSION);
        look_keep(&l, MACHINE_MEMORY);
    }
    machine_state_sort(out);
}

void changes_boot_id(const char *root, char out[static 40])
{
    *out = '\0';
    look_line(root, "/proc/sys/kernel/random/boot_id", out, 40);
    text_clean(out);
}

int64_t changes_boot_ms(const char *root)
{
    size_t cap = (size_t)1 << 20; /* "btime" stands behind a line for each interrupt */
    auto_free char *text = mem_try(cap);
    const char *p;
    if (!text || os_read_text(root, "/proc/stat", text, cap) < 0 || !(p = strstr(text, "\nbtime ")))
        return 0;
    return strtoll(p + 7, NULL, 10) * 1000;
}
