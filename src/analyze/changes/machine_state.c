/* machine_state.c - lists of what there is, their differences, and what is said of them. */
#include "analyze/changes/machine_state.h"

#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[MACHINE_KINDS] = {
    "version", "mount", "disk", "net", "usb", "gpu", "cpu", "memory", "service",
};

static void machine_word(char *out, size_t cap, const char *from)
{
    text_copy(out, cap, from);
    text_clean(out);
    size_t n = strlen(out);
    while (n > 0 && out[n - 1] == ' ')
        out[--n] = '\0';
}

void machine_state_add(struct machine_state *s, enum machine_kind kind, const char *name, const char *value)
{
    if (s->n == MACHINE_MAX) {
        s->cut = true;
        return;
    }
    s->item = mem_grow(s->item, s->n, &s->cap, sizeof *s->item);
    struct machine_item *i = &s->item[s->n];
    *i = (struct machine_item){ .kind = kind };
    machine_word(i->name, sizeof i->name, name);
    machine_word(i->value, sizeof i->value, value);
    s->n += *i->name != '\0';
}

static int machine_order(const void *a, const void *b)
{
    const struct machine_item *x = a, *y = b;
    return x->kind != y->kind ? (x->kind > y->kind) - (x->kind < y->kind) : strcmp(x->name, y->name);
}

/* Of two with one name the last counts: a mount over a mount. */
void machine_state_sort(struct machine_state *s)
{
    size_t n = 0;
    if (s->n)
        qsort(s->item, s->n, sizeof *s->item, machine_order);
    for (size_t i = 0; i < s->n; i++)
        if (i + 1 == s->n || machine_order(&s->item[i], &s->item[i + 1]) != 0)
            s->item[n++] = s->item[i];
    s->n = n;
}

void machine_state_done(struct machine_state *s)
{
    mem_free(s->item);
    *s = (struct machine_state){ 0 };
}

const struct machine_item *machine_state_find(const struct machine_state *s, enum machine_kind kind, const char *name)
{
    struct machine_item key = { .kind = kind };
    text_copy(key.name, sizeof key.name, name);
    return s->n ? bsearch(&key, s->item, s->n, sizeof *s->item, machine_order) : NULL;
}

void machine_state_compare(const struct machine_state *before, const struct machine_state *now,
                           machine_state_differs *each, void *self)
{
    size_t i = 0, k = 0;
    if (before->cut || now->cut)
        return;
    while (i < before->n || k < now->n) {
        int d = i == before->n ? 1 : k == now->n ? -1 : machine_order(&before->item[i], &now->item[k]);
        const struct machine_item *was = d <= 0 ? &before->item[i++] : NULL;
        const struct machine_item *is = d >= 0 ? &now->item[k++] : NULL;
        if (!was || !is || strcmp(was->value, is->value) != 0)
            each(self, was, is);
    }
}

/* ---- mounts ---- */

/* The next word of a line, NUL-terminated in place; "" at its end. */
static char *mount_word(char **p)
{
    char *word = *p + strspn(*p, " ");
    size_t n = strcspn(word, " ");
    *p = word + n + (word[n] != '\0');
    word[n] = '\0';
    return word;
}

static bool mount_is_told(const char *type, const char *root)
{
    static const char *const types[] = {
        "ext2", "ext3", "ext4", "xfs", "btrfs", "bcachefs", "f2fs", "jfs", "zfs", "vfat", "exfat", "ntfs", "ntfs3",
        "fuseblk", "iso9660", "udf", "hfsplus", "nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "virtiofs", "gfs2", "ocfs2",
        "fuse.sshfs", "fuse.glusterfs", "fuse.rclone",
    };
    bool whole = strcmp(root, "/") == 0 || strcmp(type, "btrfs") == 0 || strncmp(type, "nfs", 3) == 0;
    for (size_t i = 0; i < sizeof types / sizeof *types && whole; i++)
        if (strcmp(types[i], type) == 0)
            return true;
    return false;
}

static bool mount_is_read_only(const char *options)
{
    return strcmp(options, "ro") == 0 || strncmp(options, "ro,", 3) == 0;
}

/* proc_pid_mountinfo(5): "36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/sda1 rw,errors=continue" */
static void mount_line(struct machine_state *s, char *line)
{
    char value[64], *p = line;
    for (int i = 0; i < 3; i++)
        mount_word(&p);
    char *root = mount_word(&p), *point = mount_word(&p), *options = mount_word(&p), *word;
    do
        word = mount_word(&p);
    while (*word && strcmp(word, "-") != 0);
    char *type = mount_word(&p);
    mount_word(&p);
    char *super = mount_word(&p);
    if (!*type || !mount_is_told(type, root))
        return;
    text_unescape(point);
    snprintf(value, sizeof value, "%.40s %s", type,
             mount_is_read_only(options) || mount_is_read_only(super) ? "ro" : "rw");
    machine_state_add(s, MACHINE_MOUNT, point, value);
}

void machine_state_add_mounts(struct machine_state *s, const char *mountinfo)
{
    for (const char *p = mountinfo; *p;) {
        char line[2048];
        size_t n = strcspn(p, "\n");
        if (n < sizeof line) {
            memcpy(line, p, n);
            line[n] = '\0';
            mount_line(s, line);
        }
        p += n + (p[n] == '\n');
    }
}

/* ---- sentences ---- */

/* " (Samsung SSD 980)", or nothing. */
static const char *said_value(const char *value, char out[static 80])
{
    *out = '\0';
    if (*value)
        snprintf(out, 80, " (%.70s)", value);
    return out;
}

static void say_mount(const struct machine_item *was, const struct machine_item *is, bool hides, struct event *out)
{
    const struct machine_item *one = is ? is : was;
    char name[112] = "";
    if (!hides)
        snprintf(name, sizeof name, " %s", one->name);
    int type = (int)strcspn(one->value, " ");
    bool ro = is && strcmp(is->value + type, " ro") == 0;
    bool same = was && is && strncmp(was->value, is->value, (size_t)type + 1) == 0;
    if (same && ro)
        out->severity = SEVERITY_WARNING;
    if (same)
        snprintf(out->text, sizeof out->text, "file system%s became %s", name, ro ? "read-only" : "writable");
    else
        snprintf(out->text, sizeof out->text, "file system%s was %s (%.*s%s)", name,
                 is ? was ? "mounted anew" : "mounted" : "unmounted", type, one->value, ro ? ", read-only" : "");
}

static void say_version(const struct machine_item *was, const struct machine_item *is, struct event *out)
{
    out->severity = SEVERITY_NOTICE;
    if (was && is)
        snprintf(out->text, sizeof out->text, "%.60s changed from %s to %s", is->name, was->value, is->value);
    else if (is)
        snprintf(out->text, sizeof out->text, "%s is there now: %s", is->name, is->value);
    else
        snprintf(out->text, sizeof out->text, "%s is gone: it was %s", was->name, was->value);
}

static void say_net(const struct machine_item *was, const struct machine_item *is, struct event *out)
{
    if (was && is)
        snprintf(out->text, sizeof out->text, "network interface %s %s", is->name,
                 strcmp(is->value, "up") == 0 ? "has a link" : "lost its link");
    else
        snprintf(out->text, sizeof out->text, "network interface %s %s", is ? is->name : was->name,
                 is ? "came" : "went");
    if (was && is && strcmp(is->value, "down") == 0)
        out->severity = SEVERITY_NOTICE;
}

/* Interfaces of containers and virtual machines come by the hundred. */
static bool net_is_told(const char *name)
{
    static const char *const none[] = { "veth", "cali", "lxc", "vnet", "tap", "flannel", "cilium", "br-", "ifb",
                                        "dummy" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (strncmp(name, none[i], strlen(none[i])) == 0)
            return false;
    return true;
}

static void say_device(const struct machine_item *was, const struct machine_item *is, struct event *out)
{
    static const char *const what[MACHINE_KINDS] = { [MACHINE_DISK] = "disk", [MACHINE_USB] = "USB device",
                                                     [MACHINE_GPU] = "GPU" };
    const struct machine_item *one = is ? is : was;
    char value[80];
    if (was && is && one->kind == MACHINE_GPU)
        snprintf(out->text, sizeof out->text, "GPU %.40s: its driver changed from %s to %s", is->name,
                 *was->value ? was->value : "none", *is->value ? is->value : "none");
    else if (was && is)
        snprintf(out->text, sizeof out->text, "%s %s was changed for another%s", what[one->kind], one->name,
                 said_value(is->value, value));
    else
        snprintf(out->text, sizeof out->text, "%s %s was %s%s", what[one->kind], one->name,
                 is ? "plugged in" : "unplugged", said_value(one->value, value));
    out->severity = one->kind == MACHINE_USB ? SEVERITY_INFO : SEVERITY_NOTICE;
}

bool machine_state_say(const struct machine_item *was, const struct machine_item *is, bool hides_mounts,
                       struct event *out)
{
    const struct machine_item *one = is ? is : was;
    assert(one);
    *out = (struct event){ .kind = EVENT_CHANGE, .severity = SEVERITY_INFO };
    text_copy(out->source, sizeof out->source, kind_names[one->kind]);
    if (one->kind == MACHINE_VERSION)
        say_version(was, is, out);
    else if (one->kind == MACHINE_MOUNT)
        say_mount(was, is, hides_mounts, out);
    else if (one->kind == MACHINE_NET && net_is_told(one->name) && (!was || !is || *is->value))
        say_net(was, is, out);
    else if (one->kind == MACHINE_DISK || one->kind == MACHINE_USB || one->kind == MACHINE_GPU)
        say_device(was, is, out);
    else if (one->kind == MACHINE_CPU && was && is)
        snprintf(out->text, sizeof out->text, "the processors that are online changed from %s to %s", was->value,
                 is->value);
    else if (one->kind == MACHINE_MEMORY && was && is)
        snprintf(out->text, sizeof out->text, "the memory that is there changed from %s to %s", was->value, is->value);
    else if (one->kind == MACHINE_SERVICE)
        snprintf(out->text, sizeof out->text, "service %s %s", one->name,
                 was && is ? "started: again" : is ? "started" : "stopped");
    return *out->text != '\0';
}

/* ---- kept ---- */

void machine_state_put(const struct machine_state *s, struct buf *out)
{
    for (size_t i = 0; i < s->n; i++)
        buf_printf(out, "%s\t%s\t%s\n", kind_names[s->item[i].kind], s->item[i].name, s->item[i].value);
}

void machine_state_take_line(struct machine_state *s, const char *line)
{
    char name[96], value[64];
    size_t n = strcspn(line, "\t"), m = line[n] ? strcspn(line + n + 1, "\t") : 0;
    if (!line[n] || line[n + 1 + m] != '\t' || m >= sizeof name)
        return;
    snprintf(name, sizeof name, "%.*s", (int)m, line + n + 1);
    snprintf(value, sizeof value, "%.63s", line + n + m + 2);
    for (int k = 0; k < MACHINE_KINDS; k++)
        if (strlen(kind_names[k]) == n && memcmp(kind_names[k], line, n) == 0)
            machine_state_add(s, (enum machine_kind)k, name, value);
}
