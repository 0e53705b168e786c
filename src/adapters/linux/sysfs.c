/* sysfs.c - numbers and words of device attributes. */
#include "adapters/linux/sysfs.h"

#include "base/hash.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int sysfs_path(char out[static OS_PATH_MAX], const char *dir, const char *name)
{
    int n = snprintf(out, OS_PATH_MAX, "%s/%s", dir, name);
    return n < 0 || n >= OS_PATH_MAX ? -ENAMETOOLONG : 0;
}

int sysfs_open(const char *root, const char *dir, const char *name)
{
    char path[OS_PATH_MAX];
    int rc = sysfs_path(path, dir, name);
    return rc < 0 ? rc : os_open_read(root, path);
}

int sysfs_pread_word(int fd, char *out, size_t cap)
{
    char text[256];
    int n = os_pread_text(fd, text, sizeof text);
    if (n < 0)
        return n;
    text[strcspn(text, "\n")] = '\0';
    text_copy(out, cap, text);
    return (int)strlen(out);
}

int sysfs_word(const char *root, const char *dir, const char *name, char *out, size_t cap)
{
    int fd = sysfs_open(root, dir, name);
    if (fd < 0)
        return fd;
    int rc = sysfs_pread_word(fd, out, cap);
    os_close(fd);
    return rc;
}

double sysfs_pread(int fd)
{
    int64_t v;
    return fd >= 0 && os_pread_i64(fd, &v) == 0 ? (double)v : (double)NAN;
}

double sysfs_number(const char *root, const char *dir, const char *name)
{
    int fd = sysfs_open(root, dir, name);
    double v = sysfs_pread(fd);
    os_close(fd);
    return v;
}

static void sysfs_hash_name(void *self, const char *name)
{
    uint64_t *h = self;
    *h = hash_text(*h, name);
}

uint64_t sysfs_hash_names(const char *root, const char *dir, uint64_t h)
{
    os_list(root, dir, sysfs_hash_name, &h);
    return h;
}
