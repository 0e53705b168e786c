/*
 * gpu_device.c - which GPUs of a vendor there are, and which may be asked now.
 *
 * Facts: /sys/bus/pci/devices and the link `driver` in it (Documentation/ABI/testing/sysfs-bus-pci of
 * the kernel); drm_sysfs.c for `enabled` of a connector, which the kernel answers from memory.
 *
 * The class and vendor of PCI devices are read when the list of them changed, and only then. A GPU
 * is lost when it left the bus or its driver, or when it is awake and none of its files answers.
 */
#include "adapters/linux/gpu_device.h"

#include "adapters/linux/runtime_pm.h"
#include "adapters/linux/sysfs.h"
#include "base/hash.h"
#include "base/text.h"
#include "os/os.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LOOK_NS 10000000000  /* between two looks for GPUs, and between two attempts at a silent one */
#define MISSES_MAX 3         /* a driver that resets its GPU refuses to answer for a moment */
#define BUSY_PERCENT 1       /* below this a GPU counts as idle */

static void device_clear(struct gpu_device *d)
{
    for (int m = 0; m < GPU_METRICS; m++)
        d->v[m] = NAN;
}

static void device_close(struct gpus *g, struct gpu_device *d)
{
    for (int m = 0; m < GPU_METRICS; m++) {
        os_close(d->fd[m]);
        d->fd[m] = -1;
    }
    for (int i = 0; i < d->n_screens; i++)
        os_close(d->screen_fd[i]);
    d->n_screens = 0;
    if (d->open)
        g->vendor->close(g->self, (int)(d - g->d));
    d->open = false;
    device_clear(d);
}

void gpu_open_files(const struct gpus *g, struct gpu_device *d, const char *dir, const struct gpu_file *file, int n)
{
    for (int i = 0; i < n; i++) {
        enum gpu_metric m = file[i].metric;
        if (d->fd[m] >= 0)
            continue;
        d->fd[m] = sysfs_open(g->env->root, dir, file[i].name);
        d->scale[m] = file[i].scale;
    }
}

void gpu_put_use(struct gpu_device *d, const struct drm_use *use)
{
    static const enum gpu_metric metric[DRM_ENGINES] = {
        [DRM_RENDER] = GPU_RENDER_UTIL, [DRM_COMPUTE] = GPU_COMPUTE_UTIL, [DRM_COPY] = GPU_COPY_UTIL,
        [DRM_DECODE] = GPU_DECODER_UTIL, [DRM_ENCODE] = GPU_ENCODER_UTIL, [DRM_VIDEO] = GPU_VIDEO_UTIL,
        [DRM_JPEG] = GPU_JPEG_UTIL,
    };
    for (int e = 0; e < DRM_ENGINES; e++) {
        d->v[metric[e]] = use->percent[e];
        d->has[metric[e]] = use->has[e];
    }
    d->v[GPU_PROCESSES_GRAPHICS] = use->graphics;
    d->v[GPU_PROCESSES_COMPUTE] = use->compute;
    d->awaits = d->awaits || use->fresh > 0;
}

struct hwmon_search {
    const struct gpus *g;
    const struct gpu_device *d;
    char *dir;
    bool found;
};

static void device_note_hwmon(void *self, const char *name)
{
    struct hwmon_search *h = self;
    char dir[GPU_DIR_MAX], chip[32];
    snprintf(dir, sizeof dir, "%s/hwmon/%.40s", h->d->dir, name);
    if (h->found || sysfs_word(h->g->env->root, dir, "name", chip, sizeof chip) <= 0 ||
        strcmp(chip, h->d->driver) != 0)
        return;
    h->found = true;
    snprintf(h->dir, GPU_DIR_MAX, "%s", dir);
}

bool gpu_find_hwmon(const struct gpus *g, const struct gpu_device *d, char dir[static GPU_DIR_MAX])
{
    struct hwmon_search h = { g, d, dir, false };
    char chips[GPU_DIR_MAX];
    snprintf(chips, sizeof chips, "%s/hwmon", d->dir);
    os_list(g->env->root, chips, device_note_hwmon, &h);
    return h.found;
}

struct screen_search {
    const char *root;
    struct gpu_device *d;
    char dir[GPU_DIR_MAX];
};

static void device_note_screen(void *self, const char *name)
{
    struct screen_search *s = self;
    char file[80];
    if (!text_glob("card*-*", name) || s->d->n_screens == GPU_SCREENS)
        return;
    snprintf(file, sizeof file, "%.60s/enabled", name);
    int fd = sysfs_open(s->root, s->dir, file);
    if (fd >= 0)
        s->d->screen_fd[s->d->n_screens++] = fd;
}

static void device_note_card(void *self, const char *name)
{
    struct screen_search *s = self;
    if (!text_glob("card*", name))
        return;
    snprintf(s->dir, sizeof s->dir, "%s/drm/%.20s", s->d->dir, name);
    os_list(s->root, s->dir, device_note_screen, s);
}

static void device_open_screens(const struct gpus *g, struct gpu_device *d)
{
    struct screen_search s = { .root = g->env->root, .d = d };
    char cards[GPU_DIR_MAX];
    snprintf(cards, sizeof cards, "%s/drm", d->dir);
    os_list(g->env->root, cards, device_note_card, &s);
}

static bool device_has_screen(const struct gpu_device *d)
{
    char word[16];
    for (int i = 0; i < d->n_screens; i++)
        if (sysfs_pread_word(d->screen_fd[i], word, sizeof word) > 0 && strcmp(word, "enabled") == 0)
            return true;
    return false;
}

/* Reads one that is awake and open; true when it answered anything. */
static bool device_read(struct gpus *g, struct gpu_device *d)
{
    for (int m = 0; m < GPU_METRICS; m++)
        d->v[m] = sysfs_pread(d->fd[m]) * d->scale[m];
    bool answered = false;
    for (int m = 0; m < GPU_METRICS; m++)
        answered = answered || !isnan(d->v[m]);
    d->dt_s = d->read_ns && g->now_ns > d->read_ns ? (double)(g->now_ns - d->read_ns) * 1e-9 : (double)NAN;
    d->read_ns = g->now_ns;
    d->awaits = isnan(d->dt_s);
    answered = g->vendor->read(g->self, d, (int)(d - g->d), g->now_ns) || answered;
    bool stays_on = d->rest_ns == 0 || d->awaits || d->v[GPU_UTIL] >= BUSY_PERCENT || device_has_screen(d);
    d->next_ns = stays_on ? 0 : g->now_ns + d->rest_ns;
    return answered;
}

static void device_say(const struct gpus *g, const struct gpu_device *d, enum severity severity, const char *what)
{
    struct event e = { .wall_ms = g->wall_ms, .end_ms = g->wall_ms, .kind = EVENT_ADAPTER, .severity = severity };
    snprintf(e.source, sizeof e.source, "%s", d->driver);
    snprintf(e.text, sizeof e.text, "GPU %d (%s, PCI %s) %s", d->number, d->driver, d->address, what);
    g->env->emit(g->env, &e);
}

static void device_lose(struct gpus *g, struct gpu_device *d, const char *how)
{
    device_close(g, d);
    d->next_ns = g->now_ns + LOOK_NS;
    if (!d->lost)
        device_say(g, d, SEVERITY_WARNING, how);
    d->lost = true;
}

/* One that is here and awake; its metrics are those that answer. */
static void device_open(struct gpus *g, struct gpu_device *d)
{
    d->open = true;
    d->misses = 0;
    d->rest_ns = runtime_pm_rest_ns(g->env->root, d->dir);
    device_open_screens(g, d);
    g->vendor->open(g->self, d, (int)(d - g->d));
    if (!device_read(g, d)) {
        device_close(g, d);
        d->next_ns = g->now_ns + LOOK_NS;
        return;
    }
    if (d->lost)
        device_say(g, d, SEVERITY_NOTICE, "is back");
    d->lost = false;
}

/* Has one of our drivers this device? Its name, in d. */
static bool device_is_driven(const struct gpus *g, struct gpu_device *d)
{
    char path[96], link[OS_PATH_MAX];
    snprintf(path, sizeof path, "%s/driver", d->dir);
    if (os_read_link(g->env->root, path, link, sizeof link) < 0)
        return false;
    const char *slash = strrchr(link, '/'), *name = slash ? slash + 1 : link;
    const char *const *p = g->vendor->drivers;
    while (*p && strcmp(*p, name) != 0)
        p++;
    if (*p)
        snprintf(d->driver, sizeof d->driver, "%s", *p);
    return *p != NULL;
}

static struct gpu_device *gpus_find(struct gpus *g, const char *address)
{
    for (int i = 0; i < g->n; i++)
        if (strcmp(g->d[i].address, address) == 0)
            return &g->d[i];
    return NULL;
}

/* A number once given stays: when a GPU is plugged in before another, it gets the next free one. */
static int gpus_free_number(const struct gpus *g, int number)
{
    for (int i = 0; i < g->n; i++)
        if (g->d[i].number == number)
            return gpus_free_number(g, number + 1);
    return number;
}

static struct gpu_device *gpus_add(struct gpus *g, const char *address, int number)
{
    if (g->n == GPU_MAX)
        return NULL;
    int free_number = gpus_free_number(g, number);
    struct gpu_device *d = &g->d[g->n++];
    *d = (struct gpu_device){ .number = free_number, .status_fd = -1 };
    text_copy(d->address, sizeof d->address, address);
    snprintf(d->dir, sizeof d->dir, SYSFS_PCI "/%.*s", GPU_ADDRESS_MAX - 1, address);
    for (int m = 0; m < GPU_METRICS; m++)
        d->fd[m] = d->slot[m] = -1;
    device_clear(d);
    return d;
}

static void gpus_look(struct gpus *g)
{
    char address[GPU_MAX][GPU_ADDRESS_MAX];
    int number[GPU_MAX], n = gpu_list(g->env->root, g->vendor->id, address, number);
    bool seen[GPU_MAX] = { false };
    for (int i = 0; i < n; i++) {
        struct gpu_device *d = gpus_find(g, address[i]);
        if (!d)
            d = gpus_add(g, address[i], number[i]);
        if (!d || !device_is_driven(g, d))
            continue;
        seen[d - g->d] = true;
        if (!d->here)
            d->status_fd = runtime_pm_open(g->env->root, d->dir);
        if (!d->here)
            d->next_ns = 0;
        d->here = true;
    }
    for (int i = 0; i < g->n; i++) {
        struct gpu_device *d = &g->d[i];
        if (!d->here || seen[i])
            continue;
        device_lose(g, d, "is gone");
        os_close(d->status_fd);
        d->status_fd = -1;
        d->here = false;
    }
}

/* The list of PCI devices, and what drives those that are ours; nothing is opened for it. */
static bool gpus_changed(struct gpus *g)
{
    uint64_t before = g->hash;
    g->hash = sysfs_hash_names(g->env->root, SYSFS_PCI, HASH_START);
    for (int i = 0; i < g->n; i++) {
        char path[96], link[OS_PATH_MAX];
        snprintf(path, sizeof path, "%s/driver", g->d[i].dir);
        if (os_read_link(g->env->root, path, link, sizeof link) < 0)
            link[0] = '\0';
        g->hash = hash_text(g->hash, link);
    }
    return g->hash != before;
}

/* Metrics come with their first value; gpu.asleep, which is always known, with the GPU. */
static void device_add_metrics(struct gpu_device *d, struct schema *s)
{
    for (int m = 0; m < GPU_METRICS; m++)
        if (d->slot[m] < 0 && (m == GPU_ASLEEP || d->has[m] || !isnan(d->v[m])))
            d->slot[m] = gpu_add_as(s, m, d->number, m == GPU_UTIL ? d->util_help : NULL);
}

static void gpus_open_awake(struct gpus *g, struct schema *s)
{
    for (int i = 0; i < g->n; i++) {
        struct gpu_device *d = &g->d[i];
        if (d->here && !d->open && g->now_ns >= d->next_ns && !runtime_pm_is_asleep(d->status_fd))
            device_open(g, d);
        if (d->here)
            device_add_metrics(d, s);
    }
}

int gpus_open(struct gpus *g, const struct adapter_env *env, const struct gpu_vendor *vendor, void *self,
              struct schema *s)
{
    int here = 0;
    g->env = env;
    g->vendor = vendor;
    g->self = self;
    gpus_look(g);
    gpus_changed(g);
    gpus_open_awake(g, s);
    for (int i = 0; i < g->n; i++)
        here += g->d[i].here;
    return here;
}

void gpus_close(struct gpus *g)
{
    for (int i = 0; i < g->n; i++) {
        device_close(g, &g->d[i]);
        os_close(g->d[i].status_fd);
    }
    g->n = 0;
}

bool gpus_any_awake(const struct gpus *g)
{
    for (int i = 0; i < g->n; i++)
        if (g->d[i].open && g->d[i].v[GPU_ASLEEP] == 0)
            return true;
    return false;
}

/* What it says while it is left alone for a while: levels stand, but a counter that stands still
 * would give a rate of 0 first and a wrong one later. */
static void device_rest(struct gpu_device *d)
{
    for (int m = 0; m < GPU_METRICS; m++)
        if (gpu_is_counter(m))
            d->v[m] = NAN;
}

static void device_sample(struct gpus *g, struct gpu_device *d)
{
    bool asleep = d->here && runtime_pm_is_asleep(d->status_fd);
    if (asleep || !d->open) {
        device_clear(d);
        d->read_ns = 0;
        if (asleep)
            d->next_ns = 0;
    } else if (g->now_ns < d->next_ns) {
        device_rest(d);
    } else if (device_read(g, d)) {
        d->misses = 0;
    } else if (++d->misses == MISSES_MAX) {
        device_lose(g, d, "does not answer");
    }
    d->v[GPU_ASLEEP] = d->here ? asleep : (double)NAN;
}

void gpus_sample(struct gpus *g, struct frame *f)
{
    g->now_ns = f->mono_ns;
    g->wall_ms = f->wall_ms;
    for (int i = 0; i < g->n; i++) {
        struct gpu_device *d = &g->d[i];
        device_sample(g, d);
        for (int m = 0; m < GPU_METRICS; m++)
            frame_set(f, d->slot[m], d->v[m]);
    }
}

void gpus_rescan(struct gpus *g, struct schema *s)
{
    if (g->now_ns - g->look_ns >= LOOK_NS) {
        g->look_ns = g->now_ns;
        if (gpus_changed(g))
            gpus_look(g);
    }
    gpus_open_awake(g, s);
}
