/*
 * malloc.c - the heap of glibc: its manual, "Memory Allocation Tunables", and mallopt(3).
 *
 * GLIBC_TUNABLES holds several settings, "name=value:name=value": ours is put beside those of the user. The last of
 * a name counts.
 */
#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/knobs/variable.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MALLOC_PAGES "glibc.malloc.hugetlb"

/* The setting of a name at or behind *p, which moves behind it; NULL past the last. */
static const char *malloc_setting(const char **p, size_t *n)
{
    const char *s = *p + strspn(*p, ":");
    *n = strcspn(s, ":");
    *p = s + *n;
    return *n ? s : NULL;
}

static bool malloc_is_ours(const char *s, size_t n)
{
    size_t name = strlen(MALLOC_PAGES);
    return n > name && memcmp(s, MALLOC_PAGES, name) == 0 && s[name] == '=';
}

static int malloc_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    const char *all = *p->root ? NULL : getenv(k->arg);
    size_t n;
    *value = '\0';
    for (const char *s; all && (s = malloc_setting(&all, &n)) != NULL;)
        if (malloc_is_ours(s, n))
            snprintf(value, KNOB_VALUE_MAX, "%.*s", (int)(n - strlen(MALLOC_PAGES "=")), s + strlen(MALLOC_PAGES "="));
    return 0;
}

static int malloc_write(const struct knob *k, const struct place *p, const char *value)
{
    auto_buf struct buf b = { 0 };
    const char *all = getenv(k->arg);
    size_t n;
    if (*p->root)
        return -ENODEV;
    for (const char *s; all && (s = malloc_setting(&all, &n)) != NULL;)
        if (!malloc_is_ours(s, n)) {
            buf_puts(&b, b.n ? ":" : "");
            buf_put(&b, s, n);
        }
    if (*value)
        buf_printf(&b, "%s" MALLOC_PAGES "=%s", b.n ? ":" : "", value);
    int rc = b.n ? setenv(k->arg, buf_text(&b), 1) : unsetenv(k->arg);
    return rc < 0 ? -errno : 0;
}

/* glibc has it from 2.35 on, and the kernel must give huge pages to who asks for them. */
static int malloc_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    (void)k;
    char text[64];
    int major = 0, minor = 0;
    if (sscanf(gnu_get_libc_version(), "%d.%d", &major, &minor) != 2 || major * 1000 + minor < 2035) {
        snprintf(why, KNOB_WHY, "it needs glibc 2.35; this is %s", gnu_get_libc_version());
        return -ENODEV;
    }
    if (os_read_text(p->root, "/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof text) < 0 ||
        strstr(text, "[never]")) {
        snprintf(why, KNOB_WHY, "the kernel gives no transparent huge pages here");
        return -ENODEV;
    }
    return 0;
}

/* ---- another allocator ---- */

/* By the name that the dynamic linker finds it by (ld.so(8), LD_PRELOAD), so the architecture is the program's. */
static const struct {
    const char *name, *library;
} allocators[] = {
    { "jemalloc", "libjemalloc.so.2" }, { "tcmalloc", "libtcmalloc_minimal.so.4" }, { "mimalloc", "libmimalloc.so.2" },
};

enum { ALLOCATORS = sizeof allocators / sizeof *allocators };

static bool allocator_is_here(const char *root, const char *library)
{
    static const char *const dirs[] = { "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64",
                                        "/usr/lib" };
    char path[128];
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        snprintf(path, sizeof path, "%s/%s", dirs[i], library);
        if (os_exists(root, path))
            return true;
    }
    return false;
}

static int allocator_probe(const struct knob *k, const struct place *p, char why[static KNOB_WHY])
{
    (void)k;
    for (int i = 0; i < ALLOCATORS; i++)
        if (allocator_is_here(p->root, allocators[i].library))
            return 0;
    snprintf(why, KNOB_WHY, "neither jemalloc nor tcmalloc nor mimalloc is installed");
    return -ENODEV;
}

/* Whatever else the user has preloaded stands as a value of its own, and so nothing is put beside it. */
static int allocator_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    const char *now = *p->root ? NULL : getenv(k->arg);
    text_copy(value, KNOB_VALUE_MAX, now ? now : "");
    for (int i = 0; now && i < ALLOCATORS; i++)
        if (strcmp(now, allocators[i].library) == 0)
            text_copy(value, KNOB_VALUE_MAX, allocators[i].name);
    return 0;
}

static int allocator_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    for (int i = 0; i < ALLOCATORS; i++)
        if (strcmp(value, allocators[i].name) == 0 && allocator_is_here(p->root, allocators[i].library))
            return 0;
    snprintf(why, KNOB_WHY, "%s: %.40s is not installed", k->name, value);
    return -EINVAL;
}

static int allocator_write(const struct knob *k, const struct place *p, const char *value)
{
    const char *library = value;
    if (*p->root)
        return -ENODEV;
    for (int i = 0; i < ALLOCATORS; i++)
        if (strcmp(value, allocators[i].name) == 0)
            library = allocators[i].library;
    int rc = *library ? setenv(k->arg, library, 1) : unsetenv(k->arg);
    return rc < 0 ? -errno : 0;
}

const struct knob knobs_malloc[] = {
    { VARIABLE_ONLY, .name = "malloc.hugepages", .doc = "huge pages for the heap of glibc: 1 asks for them",
      .arg = "GLIBC_TUNABLES", .type = KNOB_WHOLE, .min = 0, .max = 1, .probe = malloc_probe, .read = malloc_read,
      .write = malloc_write, .caution = "large pages are zeroed whole: short work pays more than it gains" },
    { VARIABLE, .name = "malloc.arenas", .doc = "heaps that the threads of a program share", .arg = "MALLOC_ARENA_MAX",
      .type = KNOB_WHOLE, .min = 1, .max = 1024, .caution = "fewer need less memory; threads wait for each other" },
    { VARIABLE_ONLY, .name = "malloc.library", .doc = "another allocator in place of glibc's", .arg = "LD_PRELOAD",
      .type = KNOB_CHOICE, .choices = "jemalloc tcmalloc mimalloc", .probe = allocator_probe, .read = allocator_read,
      .check = allocator_check, .write = allocator_write, .caution = "more memory, and not every program bears it" },
    { VARIABLE, .name = "malloc.trim", .doc = "free memory at the end of a heap that is given back",
      .arg = "MALLOC_TRIM_THRESHOLD_", .type = KNOB_WHOLE, .min = 4096, .max = 4e9, .unit = "bytes",
      .caution = "it also stops glibc from moving its threshold of mmap" },
    { 0 },
};
