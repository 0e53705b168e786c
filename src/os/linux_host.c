/*
 * linux_host.c - what kind of machine this is, on Linux.
 *
 * From /etc/os-release (os-release(5)), /proc/cpuinfo (each architecture has its own keys), the
 * lists of siblings in /sys/devices/system/cpu (Documentation/admin-guide/cputopology.rst), and DMI
 * (/sys/class/dmi/id) or the device tree.
 */
#include "os/host.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_CPUINFO = 32768 }; /* enough for the first cores; all say the same but for big and little ones of ARM */

/* The first line of a file, without blanks at its ends; empty where there is none. */
static void host_line(const char *root, const char *path, char out[static OS_HOST_TEXT])
{
    char text[2 * OS_HOST_TEXT];
    out[0] = '\0';
    if (os_read_text(root, path, text, sizeof text) < 0)
        return;
    char *line = text + strspn(text, " \t");
    size_t n = strcspn(line, "\n");
    while (n && (line[n - 1] == ' ' || line[n - 1] == '\t'))
        n--;
    line[n] = '\0';
    text_copy(out, OS_HOST_TEXT, line);
}

static void host_os(const char *root, char out[static OS_HOST_TEXT])
{
    char text[4096];
    if (os_read_text(root, "/etc/os-release", text, sizeof text) < 0 &&
        os_read_text(root, "/usr/lib/os-release", text, sizeof text) < 0)
        return;
    static const char key[] = "PRETTY_NAME=";
    char *line = text;
    while (line && strncmp(line, key, strlen(key)) != 0)
        line = (line = strchr(line, '\n')) ? line + 1 : NULL;
    if (!line)
        return;
    line += strlen(key);
    char quote = *line == '"' || *line == '\'' ? *line++ : '\n';
    line[strcspn(line, (char[]){ quote, '\n', '\0' })] = '\0';
    text_copy(out, OS_HOST_TEXT, line);
}

/* The value of "key : value" at or after p; *next is set behind its line.
 * False where there is none. */
static bool host_value(const char *p, const char *key, char *out, size_t cap, const char **next)
{
    size_t n = strlen(key);
    const char *end;
    for (; (end = strchr(p, '\n')); p = end + 1) {
        const char *colon = p + n + (strncmp(p, key, n) == 0 ? strspn(p + n, " \t") : 0);
        if (strncmp(p, key, n) != 0 || *colon != ':')
            continue;
        const char *from = colon + 1 + strspn(colon + 1, " \t");
        char value[512];
        snprintf(value, sizeof value, "%.*s", (int)(end > from ? end - from : 0), from);
        text_copy(out, cap, value);
        if (next)
            *next = end + 1;
        return out[0] != '\0';
    }
    return false;
}

/* Names for what ARM cores say of themselves: implementer and part number (MIDR_EL1). */
static const char *host_arm_name(unsigned long implementer, unsigned long part)
{
    static const struct { unsigned char implementer; unsigned short part; const char *name; } known[] = {
        { 0x41, 0xc07, "Cortex-A7" },   { 0x41, 0xc09, "Cortex-A9" },    { 0x41, 0xc0f, "Cortex-A15" },
        { 0x41, 0xd03, "Cortex-A53" },  { 0x41, 0xd04, "Cortex-A35" },   { 0x41, 0xd05, "Cortex-A55" },
        { 0x41, 0xd07, "Cortex-A57" },  { 0x41, 0xd08, "Cortex-A72" },   { 0x41, 0xd09, "Cortex-A73" },
        { 0x41, 0xd0a, "Cortex-A75" },  { 0x41, 0xd0b, "Cortex-A76" },   { 0x41, 0xd0c, "Neoverse-N1" },
        { 0x41, 0xd0d, "Cortex-A77" },  { 0x41, 0xd40, "Neoverse-V1" },  { 0x41, 0xd41, "Cortex-A78" },
        { 0x41, 0xd44, "Cortex-X1" },   { 0x41, 0xd46, "Cortex-A510" },  { 0x41, 0xd47, "Cortex-A710" },
        { 0x41, 0xd48, "Cortex-X2" },   { 0x41, 0xd49, "Neoverse-N2" },  { 0x41, 0xd4f, "Neoverse-V2" },
        { 0x48, 0xd01, "Kunpeng 920" }, { 0x61, 0x022, "Apple Icestorm" }, { 0x61, 0x023, "Apple Firestorm" },
        { 0xc0, 0xac3, "Ampere-1" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].implementer == implementer && known[i].part == part)
            return known[i].name;
    return NULL;
}

/* "Cortex-A55 + Cortex-A76": every kind of core once. False where the text is not of ARM. */
static bool host_arm(const char *text, char out[static OS_HOST_TEXT])
{
    char implementer[32], part[32];
    out[0] = '\0';
    for (const char *p = text;
         host_value(p, "CPU implementer", implementer, sizeof implementer, &p) &&
         host_value(p, "CPU part", part, sizeof part, &p);) {
        char unknown[80];
        const char *name = host_arm_name(strtoul(implementer, NULL, 16), strtoul(part, NULL, 16));
        if (!name) {
            snprintf(unknown, sizeof unknown, "ARM %s/%s", implementer, part);
            name = unknown;
        }
        size_t n = strlen(out);
        if (!strstr(out, name))
            snprintf(out + n, OS_HOST_TEXT - n, "%s%s", n ? " + " : "", name);
    }
    return out[0] != '\0';
}

static void host_cpu(const char *text, char out[static OS_HOST_TEXT])
{
    static const char *const keys[] = {
        "model name", "Model Name", /* x86, LoongArch */
        "cpu model", "cpu",         /* MIPS, POWER */
        "uarch", "Hardware",        /* RISC-V, old ARM */
    };
    char value[OS_HOST_TEXT];
    if (host_arm(text, out))
        return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (host_value(text, keys[i], out, OS_HOST_TEXT, NULL))
            return;
    /* s390x: "processor 0: version = 00, identification = ..., machine = 8561" */
    const char *machine = host_value(text, "processor 0", value, sizeof value, NULL)
                              ? strstr(value, "machine = ")
                              : NULL;
    if (machine)
        snprintf(out, OS_HOST_TEXT, "IBM/S390 %.16s", machine + strlen("machine = "));
}

struct topology {
    const char *root;
    int cores;
};

/* Is this the first number of the list in a file? Every core has one such CPU. */
static bool host_leads(const char *root, const char *cpu, const char *file, uint64_t number)
{
    char path[160], text[32];
    uint64_t first;
    const char *p = text;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/%.32s/topology/%s", cpu, file);
    return os_read_text(root, path, text, sizeof text) > 0 && text_u64(&p, &first) &&
           first == number;
}

static void host_topology_one(void *self, const char *name)
{
    struct topology *t = self;
    int number = text_cpu_number(name);
    if (number < 0)
        return;
    t->cores += host_leads(t->root, name, "thread_siblings_list", (uint64_t)number);
}

/* Lines "cpu0", "cpu1" ... of /proc/stat: the CPUs that are online. */
static int host_count_stat(const char *root)
{
    enum { ROOM = 1 << 18 };
    int n = 0;
    char *text = mem_new(ROOM);
    os_read_text(root, "/proc/stat", text, ROOM);
    for (const char *p = text; p; p = (p = strchr(p, '\n')) ? p + 1 : NULL)
        n += strncmp(p, "cpu", 3) == 0 && isdigit((unsigned char)p[3]);
    mem_free(text);
    return n;
}

static void host_count(const char *root, const char *cpuinfo, struct os_host *out)
{
    char list[8192], siblings[16], cores[16];
    struct topology t = { .root = root };
    int len = os_read_text(root, "/sys/devices/system/cpu/online", list, sizeof list);
    if (len > 0 && len < (int)sizeof list - 1) /* a list that was cut counts too few */
        out->cpus = text_list_count(list);
    if (out->cpus <= 0)
        out->cpus = host_count_stat(root);
    os_list(root, "/sys/devices/system/cpu", host_topology_one, &t);
    /* Without these lists, x86 says how many threads and cores a socket has. */
    if (!t.cores && host_value(cpuinfo, "siblings", siblings, sizeof siblings, NULL) &&
        host_value(cpuinfo, "cpu cores", cores, sizeof cores, NULL) && atoi(siblings) > 0 &&
        atoi(cores) > 0 && atoi(cores) <= atoi(siblings) && out->cpus % atoi(siblings) == 0)
        t.cores = (int)((int64_t)out->cpus * atoi(cores) / atoi(siblings));
    out->cores = t.cores;
}

static double host_memory(const char *root)
{
    char text[4096], value[32];
    if (os_read_text(root, "/proc/meminfo", text, sizeof text) < 0 ||
        !host_value(text, "MemTotal", value, sizeof value, NULL))
        return NAN;
    const char *p = value;
    uint64_t kib;
    return text_u64(&p, &kib) && kib ? (double)kib * 1024 : (double)NAN;
}

static void host_board(const char *root, struct os_host *out)
{
    host_line(root, "/sys/class/dmi/id/sys_vendor", out->maker);
    host_line(root, "/sys/class/dmi/id/product_name", out->product);
    host_line(root, "/sys/class/dmi/id/board_vendor", out->board_maker);
    host_line(root, "/sys/class/dmi/id/board_name", out->board_product);
    if (!out->product[0] && !out->board_product[0])
        host_line(root, "/proc/device-tree/model", out->board_product); /* "Raspberry Pi 4 Model B Rev 1.4" */
}

/* What a hypervisor writes into its DMI. */
static const char *host_hypervisor(const struct os_host *h)
{
    static const struct { const char *text, *name; } known[] = {
        { "KVM", "KVM" }, { "QEMU", "QEMU/KVM" }, { "VMware", "VMware" }, { "VirtualBox", "VirtualBox" },
        { "innotek", "VirtualBox" }, { "Virtual Machine", "Hyper-V" }, { "Xen", "Xen" }, { "HVM domU", "Xen" },
        { "Parallels", "Parallels" }, { "Bochs", "Bochs" }, { "Amazon EC2", "KVM (Amazon EC2)" },
        { "Google", "KVM (Google)" }, { "OpenStack", "KVM (OpenStack)" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strstr(h->product, known[i].text) || strstr(h->maker, known[i].text))
            return known[i].name;
    return "virtual machine";
}

static void host_virtualisation(const char *root, const char *cpuinfo, struct os_host *out)
{
    char manager[OS_HOST_TEXT], flags[4096];
    host_line(root, "/run/systemd/container", manager); /* written by container managers that follow systemd */
    if (manager[0])
        snprintf(out->virtualisation, OS_HOST_TEXT, "container (%.64s)", manager);
    else if (os_exists(root, "/.dockerenv") || os_exists(root, "/run/.containerenv"))
        snprintf(out->virtualisation, OS_HOST_TEXT, "container");
    /* Bare metal of a cloud has its maker's DMI as well: only this flag says "guest". */
    else if (host_value(cpuinfo, "flags", flags, sizeof flags, NULL) &&
             strstr(flags, " hypervisor"))
        snprintf(out->virtualisation, OS_HOST_TEXT, "%s", host_hypervisor(out));
}

void os_host(const char *root, struct os_host *out)
{
    char *cpuinfo = mem_new(HOST_CPUINFO);
    *out = (struct os_host){ 0 };
    os_read_text(root, "/proc/cpuinfo", cpuinfo, HOST_CPUINFO);
    host_os(root, out->os);
    host_line(root, "/proc/sys/kernel/osrelease", out->kernel);
    host_cpu(cpuinfo, out->cpu);
    host_count(root, cpuinfo, out);
    out->memory_bytes = host_memory(root);
    host_board(root, out);
    host_virtualisation(root, cpuinfo, out);
    mem_free(cpuinfo);
}
