/* mounts.c - which mounts are file systems that a person would call such. */
#include "adapters/linux/mounts.h"

#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* What belongs to no block device is the kernel's own, but for these. */
static const char *const mounts_pools[] = { "btrfs", "zfs", "bcachefs", "ubifs", NULL };
static const char *const mounts_network[] = {
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "9p", "afs", "lustre", "beegfs", "orangefs", "coda",
    "virtiofs", "vboxsf", "vmhgfs", NULL };

/* FUSE that shows something else than storage. */
static const char *const mounts_fuse_views[] = {
    "fuse.gvfsd-fuse", "fuse.portal", "fuse.lxcfs", "fuse.snapfuse", "fuse.archivemount", NULL };

/* Images: always full. */
static const char *const mounts_images[] = { "squashfs", "iso9660", "erofs", "cramfs", "romfs", NULL };

/* Single files that container engines mount; their disk is that of the container's root or none of
 * its business. */
static const char *const mounts_engine_files[] = { "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", NULL };

static bool mounts_in(const char *word, const char *const *list)
{
    while (*list && strcmp(*list, word) != 0)
        list++;
    return *list != NULL;
}

static bool mounts_is_fuse(const char *type)
{
    return strcmp(type, "fuse") == 0 || strncmp(type, "fuse.", 5) == 0 ||
           strcmp(type, "fuseblk") == 0;
}

static bool mounts_is_wanted(const char *point, const char *type, bool on_block_device)
{
    if (strcmp(point, "/") == 0)
        return true;
    if (mounts_in(type, mounts_images) || mounts_in(type, mounts_fuse_views) ||
        mounts_in(point, mounts_engine_files))
        return false;
    return on_block_device || mounts_in(type, mounts_pools) || mounts_in(type, mounts_network) ||
           mounts_is_fuse(type);
}

/* Cuts the next word of a line off; NULL at its end. */
static char *mounts_word(char **p)
{
    char *word = *p + strspn(*p, " ");
    char *end = word + strcspn(word, " ");
    if (end == word)
        return NULL;
    *p = *end ? end + 1 : end;
    *end = '\0';
    return word;
}

/* "36 35 98:0 /subtree /mnt rw,noatime master:1 - ext3 /dev/root rw": the optional fields end at
 * "-". *wanted is false for what no person would call a file system. */
static bool mounts_parse_line(char *line, struct mount *out, bool *wanted)
{
    char *word[5], *p = line;
    for (int i = 0; i < 5; i++)
        if (!(word[i] = mounts_word(&p)))
            return false;
    char *field;
    while ((field = mounts_word(&p)) && strcmp(field, "-") != 0)
        ;
    char *type = field ? mounts_word(&p) : NULL;
    const char *dev = word[2];
    uint64_t major, minor;
    if (!type || !text_u64(&dev, &major) || *dev++ != ':' || !text_u64(&dev, &minor))
        return false;
    text_unescape(word[4]);
    *out = (struct mount){
        .point = word[4], .device = (unsigned long long)major << 32 | (minor & 0xffffffff),
        .remote = mounts_in(type, mounts_network) || mounts_is_fuse(type) };
    *wanted = mounts_is_wanted(word[4], type, major != 0);
    return word[4][0] == '/';
}

static void mounts_drop(struct mounts *m, size_t i)
{
    mem_free(m->m[i].point);
    memmove(&m->m[i], &m->m[i + 1], (m->n - i - 1) * sizeof *m->m);
    m->n--;
}

/* A later mount hides an earlier one at the same point, also when it is none to be shown. */
static void mounts_hide(struct mounts *m, const char *point)
{
    for (size_t i = m->n; i-- > 0;)
        if (strcmp(m->m[i].point, point) == 0)
            mounts_drop(m, i);
}

/* Of a file system mounted twice, the shorter point stays. */
static void mounts_add(struct mounts *m, const struct mount *one)
{
    for (size_t i = 0; i < m->n; i++) {
        if (m->m[i].device != one->device)
            continue;
        if (strlen(m->m[i].point) <= strlen(one->point))
            return;
        mounts_drop(m, i);
        break;
    }
    m->m = mem_grow(m->m, m->n, &m->cap, sizeof *m->m);
    m->m[m->n] = *one;
    m->m[m->n++].point = mem_dup(one->point);
}

static void mounts_clear(struct mounts *m)
{
    for (size_t i = 0; i < m->n; i++)
        mem_free(m->m[i].point);
    m->n = 0;
}

void mounts_parse(struct mounts *m, struct lines *table)
{
    char *line;
    struct mount one;
    bool wanted;
    mounts_clear(m);
    while ((line = lines_next(table))) {
        if (!mounts_parse_line(line, &one, &wanted))
            continue;
        mounts_hide(m, one.point);
        if (wanted)
            mounts_add(m, &one);
    }
}

void mounts_done(struct mounts *m)
{
    mounts_clear(m);
    mem_free(m->m);
    *m = (struct mounts){ 0 };
}
