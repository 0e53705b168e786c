/*
 * capture_scrub.c - takes out of a recording what could name a person, a host or an address.
 *
 * The same name becomes the same substitute everywhere and at every instant, so that a mount point
 * still belongs to its space. What is kept is what is on a list of ours, or has the shape that the
 * kernel gives; all else is replaced.
 */
#include "app/capture.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */
#define MAC_LENGTH 17         /* "00:11:22:33:44:55" */

static void names_done(struct names *n)
{
    for (size_t i = 0; i < n->n; i++)
        mem_free(n->name[i]);
    mem_free(n->name);
    *n = (struct names){ 0 };
}

void scrub_done(struct scrub *s)
{
    names_done(&s->processes);
    names_done(&s->mounts);
    names_done(&s->sources);
    names_done(&s->interfaces);
    names_done(&s->groups);
    names_done(&s->addresses);
}

/* The number that stands for the first `length` bytes of a name, from 1. */
static size_t names_number(struct names *n, const char *name, size_t length)
{
    for (size_t i = 0; i < n->n; i++)
        if (strlen(n->name[i]) == length && memcmp(n->name[i], name, length) == 0)
            return i + 1;
    n->name = mem_grow(n->name, n->n, &n->cap, sizeof *n->name);
    char *copy = mem_new(length + 1);
    memcpy(copy, name, length);
    n->name[n->n++] = copy;
    return n->n;
}

static bool is_listed(const char *const *list, const char *name, size_t length)
{
    for (; *list; list++)
        if (strlen(*list) == length && memcmp(*list, name, length) == 0)
            return true;
    return false;
}

static bool is_mac(const char *s)
{
    for (int i = 0; i < MAC_LENGTH; i++)
        if (i % 3 == 2 ? s[i] != ':' : !isxdigit((unsigned char)s[i]))
            return false;
    return !isxdigit((unsigned char)s[MAC_LENGTH]);
}

/* Is a word a prefix of those that get a random or an address's tail,
 * and such a tail? Its length, or 0. */
static size_t random_prefix(const char *word, size_t length)
{
    static const char *const prefixes[] = { "veth", "br-", "enx", "wlx", "cali", "lxc",
                                              "tap", "vif", "fwpr", "fwbr", "fwln" };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i]);
        if (length < n + 4 || strncmp(word, prefixes[i], n) != 0)
            continue;
        size_t k = n;
        while (k < length && (isxdigit((unsigned char)word[k]) || word[k] == '-' || word[k] == '_'))
            k++;
        if (k == length)
            return n;
    }
    return 0;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_';
}

void scrub_text(struct scrub *s, const char *text, struct buf *out)
{
    for (char before = ' '; *text; before = text[-1]) {
        size_t length = 0;
        while (!in_word(before) && in_word(text[length]))
            length++;
        size_t prefix = random_prefix(text, length);
        if (!isxdigit((unsigned char)before) && is_mac(text)) {
            buf_printf(out, "02:00:00:00:00:%02zx",
                       names_number(&s->addresses, text, MAC_LENGTH) & 0xff);
            text += MAC_LENGTH;
        } else if (prefix) {
            buf_printf(out, "%.*s%zu", (int)prefix, text,
                       names_number(&s->interfaces, text, length));
            text += length;
        } else {
            buf_putc(out, *text++);
        }
    }
}

/* One part of the path of a control group; controllers of version 1 stand before them. The end says what it is. */
static void scrub_group(struct scrub *s, const char *name, size_t length, struct buf *out)
{
    static const char *const kept[] = {
        "system.slice", "user.slice", "machine.slice", "init.scope", "kubepods.slice", "kubepods", "docker", "sonde.service",
        "burstable", "besteffort", "lxc", "machine",
        "cpu", "cpuacct", "cpu,cpuacct", "cpuset", "memory", "blkio", "pids", "devices", "freezer", "unified", "systemd",
        "net_cls", "net_cls,net_prio", "net_prio", "perf_event", "hugetlb", "rdma", "misc", NULL
    };
    static const char *const ends[] = { ".slice", ".scope", ".service", ".mount", ".socket", NULL };
    if (length == 0 || is_listed(kept, name, length)) {
        buf_put(out, name, length);
        return;
    }
    buf_printf(out, "group-%zu", names_number(&s->groups, name, length));
    for (const char *const *end = ends; *end; end++) {
        size_t n = strlen(*end);
        if (length > n && memcmp(name + length - n, *end, n) == 0)
            buf_puts(out, *end);
    }
}

/* All parts of a path, the last one too if it is the name of a group and not of a file. */
static void scrub_groups(struct scrub *s, const char *path, bool last_too, struct buf *out)
{
    for (;;) {
        size_t n = strcspn(path, "/\n");
        if (path[n] == '/' || last_too)
            scrub_group(s, path, n, out);
        else
            buf_put(out, path, n);
        if (path[n] != '/')
            return;
        buf_putc(out, '/');
        path += n + 1;
    }
}

void scrub_path(struct scrub *s, const char *path, struct buf *out)
{
    static const char groups[] = "/sys/fs/cgroup/";
    if (strncmp(path, groups, sizeof groups - 1) == 0) {
        buf_puts(out, groups);
        scrub_groups(s, path + sizeof groups - 1, false, out);
    } else {
        scrub_text(s, path, out);
    }
}

/* Threads of the kernel are named by their task,
 * but those of NFS by their server: "192.0.2.1-manager". */
static bool is_kernel_name(const char *name, size_t length)
{
    static const char nfs[] = "-manager";
    size_t n = sizeof nfs - 1;
    return length < n || memcmp(name + length - n, nfs, n) != 0;
}

void scrub_process(struct scrub *s, const char *line, struct buf *out)
{
    const char *open = strchr(line, '('), *end = strrchr(line, ')');
    unsigned long flags;
    if (!open || !end || end < open || sscanf(end, ") %*c %*s %*s %*s %*s %*s %lu", &flags) != 1)
        return; /* not whole: its name cannot be told from the rest */
    size_t length = (size_t)(end - open - 1);
    if (s->keep_process_names || ((flags & PF_KTHREAD) && is_kernel_name(open + 1, length))) {
        buf_puts(out, line);
        return;
    }
    buf_put(out, line, (size_t)(open - line));
    buf_printf(out, "(p%zu%s", names_number(&s->processes, open + 1, length), end);
}

void scrub_mount(struct scrub *s, const char *mount, struct buf *out)
{
    static const char *const kept[] = {
        "/", "/boot", "/boot/efi", "/boot/firmware", "/efi", "/home", "/media", "/mnt", "/opt", "/root", "/run", "/run/lock",
        "/run/user", "/srv", "/tmp", "/usr", "/usr/local", "/var", "/var/cache", "/var/lib", "/var/lib/docker", "/var/log",
        "/var/tmp", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/dev", "/proc", "/sys", NULL
    };
    static const char *const below[] = { "/dev/", "/proc/", "/sys/" }; /* named by the kernel or systemd */
    bool known = is_listed(kept, mount, strlen(mount));
    for (size_t i = 0; i < sizeof below / sizeof *below; i++)
        known = known || strncmp(mount, below[i], strlen(below[i])) == 0;
    if (known)
        scrub_path(s, mount, out);
    else
        buf_printf(out, "/mnt/%zu", names_number(&s->mounts, mount, strlen(mount)));
}

/* "/dev/sda1" and the like: what the kernel calls a disk or a partition. */
static bool is_kernel_disk(const char *source)
{
    static const char *const disks[] = { "sd", "hd", "vd", "xvd", "nvme", "mmcblk", "md", "dm-", "loop",
                                       "zram", "ram", "sr",
        "nbd", "pmem" };
    if (strncmp(source, "/dev/", 5) != 0)
        return false;
    const char *name = source + 5;
    for (size_t i = 0; i < sizeof disks / sizeof *disks; i++)
        if (strncmp(name, disks[i], strlen(disks[i])) == 0)
            return strlen(name) <= 16 &&
                   name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
    return false;
}

static void scrub_source(struct scrub *s, const char *source, const char *type, struct buf *out)
{
    if (strcmp(source, type) == 0 || strcmp(source, "none") == 0 || is_kernel_disk(source))
        buf_puts(out, source);
    else
        buf_printf(out, "%ssource-%zu", *source == '/' ? "/dev/" : "",
                   names_number(&s->sources, source, strlen(source)));
}

/*
 * A line of mountinfo, proc_pid_mountinfo(5): id parent device root mount options [tags] - type
 * source options. The last ones may hold addresses and users: of most only "rw" or "ro" stays.
 */
static void scrub_mount_line(struct scrub *s, char *line, struct buf *out)
{
    enum { ROOT = 3, MOUNT, OPTIONS, TAGS };
    char *rest = NULL;
    int field = 0;
    char *word = strtok_r(line, " ", &rest);
    for (; word && strcmp(word, "-") != 0; word = strtok_r(NULL, " ", &rest), field++) {
        if (field)
            buf_putc(out, ' ');
        if (field == ROOT)
            buf_puts(out, strcmp(word, "/") == 0 ? "/" : "/part");
        else if (field == MOUNT)
            scrub_mount(s, word, out);
        else
            buf_puts(out, word);
    }
    const char *type = word ? strtok_r(NULL, " ", &rest) : NULL,
               *source = type ? strtok_r(NULL, " ", &rest) : NULL;
    const char *options = source ? strtok_r(NULL, " ", &rest) : NULL;
    if (options && field >= TAGS) {
        buf_printf(out, " - %s ", type);
        scrub_source(s, source, type, out);
        bool ours = strncmp(type, "cgroup", 6) == 0; /* they name the controllers */
        buf_printf(out, " %s", ours ? options : strncmp(options, "ro", 2) == 0 ? "ro" : "rw");
    }
    buf_putc(out, '\n');
}

void scrub_mounts(struct scrub *s, const char *text, struct buf *out)
{
    auto_free char *copy = mem_dup(text);
    char *rest = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        scrub_mount_line(s, line, out);
}

void scrub_cpuinfo(struct scrub *s, const char *text, struct buf *out)
{
    auto_free char *copy = mem_dup(text);
    for (char *line = copy; *line;) {
        size_t n = strcspn(line, "\n");
        char *next = line + n + (line[n] != '\0');
        line[n] = '\0';
        static const char s390[] = "identification = ";
        char *number = strstr(line, s390);
        if (number)
            memset(number + sizeof s390 - 1, '0', strcspn(number + sizeof s390 - 1, ","));
        if (strncmp(line, "Serial", 6) != 0) {
            scrub_text(s, line, out);
            buf_putc(out, '\n');
        }
        line = next;
    }
}

/* Programs may give their client a name. */
void scrub_drm(struct scrub *s, const char *text, struct buf *out)
{
    auto_free char *copy = mem_dup(text);
    char *rest = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (strncmp(line, "drm-", 4) == 0 && strncmp(line, "drm-client-name", 15) != 0) {
            scrub_text(s, line, out);
            buf_putc(out, '\n');
        }
}

void scrub_cgroup(struct scrub *s, const char *text, struct buf *out)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        const char *path = strchr(text, ':');
        path = path ? strchr(path + 1, ':') : NULL;
        if (path && path < text + n) {
            buf_put(out, text, (size_t)(path + 1 - text));
            scrub_groups(s, path + 1, true, out);
        }
        buf_putc(out, '\n');
        text += text[n] ? n + 1 : n;
    }
}
