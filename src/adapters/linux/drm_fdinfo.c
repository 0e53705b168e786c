/*
 * drm_fdinfo.c - reads the lines of one client.
 *
 * Engines bear the names of their drivers: i915_drm_client.c, xe_hw_engine.c and amdgpu_fdinfo.c of
 * the kernel. "enc_1" of amdgpu is the second encoder of old cards; since VCN 4 (RX 7000) "enc" is
 * the queue for decoding as well. "vecs" and "video-enhance" (scaling, colours) count as video.
 *
 * Memory comes as up to three keys for a region, of which the first that a client has counts:
 * resident, memory (amdgpu's old name for it), total.
 */
#include "adapters/linux/drm_fdinfo.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum memory_key { RESIDENT, MEMORY, TOTAL, MEMORY_KEYS };
enum place { LOCAL, SYSTEM, PLACES };

static const struct { const char *name; enum drm_engine engine; } engines[] = {
    { "render", DRM_RENDER }, { "gfx", DRM_RENDER }, { "rcs", DRM_RENDER }, { "compute", DRM_COMPUTE },
    { "ccs", DRM_COMPUTE },   { "copy", DRM_COPY },  { "dma", DRM_COPY },   { "bcs", DRM_COPY },
    { "dec", DRM_DECODE },    { "enc", DRM_ENCODE }, { "enc_1", DRM_ENCODE }, { "jpeg", DRM_JPEG },
    { "video", DRM_VIDEO },   { "vcs", DRM_VIDEO },  { "video-enhance", DRM_VIDEO }, { "vecs", DRM_VIDEO },
};

struct reading {
    struct drm_fdinfo *out;
    bool has_driver, has_id;
    double memory[MEMORY_KEYS][PLACES];
};

static int drm_engine(const char *name)
{
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
        if (strcmp(engines[i].name, name) == 0)
            return (int)engines[i].engine;
    return -1;
}

/* "18446744073709551615 KiB": the number in bytes, or as it stands without a unit of bytes. */
static bool drm_number(const char *p, double *out)
{
    uint64_t v;
    if (!text_u64(&p, &v))
        return false;
    p += strspn(p, " \t");
    *out = (double)v * (strncmp(p, "KiB", 3) == 0 ? 1024 : strncmp(p, "MiB", 3) == 0 ? 1048576 : 1);
    return true;
}

static void drm_sum(double *to, double v)
{
    *to = isnan(*to) ? v : *to + v;
}

/* Engines of one kind add up: "enc" and "enc_1". */
static void drm_put_engine(struct reading *r, const char *key, double v)
{
    static const char capacity[] = "capacity-";
    struct drm_fdinfo *o = r->out;
    if (strncmp(key, capacity, sizeof capacity - 1) == 0) {
        int engine = drm_engine(key + sizeof capacity - 1);
        if (engine >= 0 && v >= 1)
            o->capacity[engine] = fmax(o->capacity[engine], v);
        return;
    }
    int engine = drm_engine(key);
    if (engine >= 0)
        drm_sum(&o->busy_s[engine], v * 1e-9);
}

static void drm_put_cycles(double *cycles, const char *key, double v, bool sum)
{
    int engine = drm_engine(key);
    if (engine >= 0 && (sum || isnan(cycles[engine])))
        drm_sum(&cycles[engine], v);
}

/* "vram", "vram0" of amdgpu and xe, "local0" of i915 are the GPU's own; "cpu" is not held for it. */
static void drm_put_memory(struct reading *r, enum memory_key key, const char *region, double v)
{
    bool local = strncmp(region, "vram", 4) == 0 || strncmp(region, "local", 5) == 0;
    if (strcmp(region, "cpu") != 0)
        drm_sum(&r->memory[key][local ? LOCAL : SYSTEM], v);
}

static const char *drm_after(const char *key, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(key, prefix, n) == 0 ? key + n : NULL;
}

static void drm_put_number(struct reading *r, const char *key, double v)
{
    const char *rest;
    if ((rest = drm_after(key, "engine-")))
        drm_put_engine(r, rest, v);
    else if ((rest = drm_after(key, "cycles-")))
        drm_put_cycles(r->out->cycles, rest, v, true);
    else if ((rest = drm_after(key, "total-cycles-")))
        drm_put_cycles(r->out->total_cycles, rest, v, false);
    else if ((rest = drm_after(key, "resident-")))
        drm_put_memory(r, RESIDENT, rest, v);
    else if ((rest = drm_after(key, "memory-")))
        drm_put_memory(r, MEMORY, rest, v);
    else if ((rest = drm_after(key, "total-")))
        drm_put_memory(r, TOTAL, rest, v);
}

static void drm_put(struct reading *r, const char *key, const char *value)
{
    double v;
    if (strcmp(key, "driver") == 0)
        r->has_driver = *value != '\0';
    else if (strcmp(key, "pdev") == 0)
        text_copy(r->out->pdev, sizeof r->out->pdev, value);
    else if (strcmp(key, "client-id") == 0)
        r->has_id = text_u64(&value, &r->out->id);
    else if (drm_number(value, &v))
        drm_put_number(r, key, v);
}

/* One line "drm-KEY:\tVALUE". */
static void drm_take_line(struct reading *r, const char *line, size_t n)
{
    char text[160];
    if (n < 4 || n >= sizeof text || strncmp(line, "drm-", 4) != 0)
        return;
    snprintf(text, sizeof text, "%.*s", (int)(n - 4), line + 4);
    char *value = strchr(text, ':');
    if (!value)
        return;
    *value++ = '\0';
    value += strspn(value, " \t");
    drm_put(r, text, value);
}

static double drm_memory(const struct reading *r, enum place p)
{
    for (int key = 0; key < MEMORY_KEYS; key++)
        if (!isnan(r->memory[key][LOCAL]) || !isnan(r->memory[key][SYSTEM]))
            return r->memory[key][p];
    return NAN;
}

bool drm_fdinfo_parse(const char *text, struct drm_fdinfo *out)
{
    struct reading r = { .out = out };
    *out = (struct drm_fdinfo){ 0 };
    for (int e = 0; e < DRM_ENGINES; e++) {
        out->busy_s[e] = out->cycles[e] = out->total_cycles[e] = NAN;
        out->capacity[e] = 1;
    }
    for (int key = 0; key < MEMORY_KEYS; key++)
        r.memory[key][LOCAL] = r.memory[key][SYSTEM] = NAN;
    /* Only whole lines: of a file that was cut, half a number still looks like one. */
    for (const char *end; (end = strchr(text, '\n')); text = end + 1)
        drm_take_line(&r, text, (size_t)(end - text));
    out->local_bytes = drm_memory(&r, LOCAL);
    out->system_bytes = drm_memory(&r, SYSTEM);
    return r.has_driver && r.has_id;
}
