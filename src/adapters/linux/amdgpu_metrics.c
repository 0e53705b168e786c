/*
 * amdgpu_metrics.c - reads what is worth it from gpu_metrics.
 *
 * The table of layouts gives the place of each field as the kernel's structures have it, with the
 * alignment of C. Layouts 1.0 and 2.0 are not: the kernel itself advises against them. 1.x is of
 * cards, 2.x and 3.x of processors with graphics. A field of ones only is not supported by the chip.
 *
 * Reasons for slowing down are read only where they are independent of the chip (1.3, 2.2 and
 * later): their bits are those of amdgpu_smu.h. The energy counts in 2^-16 J from 1.4 on, and before
 * that in a unit that depends on the chip, so it is left out there. So is the work of the video
 * engines in 2.1 to 2.3.
 */
#include "adapters/linux/amdgpu_metrics.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { NONE = 0 }; /* no field stands at 0: the header does */

static const struct layout {
    uint8_t format, content;
    uint16_t size;       /* up to the last field that is read */
    uint16_t video;      /* 16 bits each, */
    uint8_t n_video;     /* so many */
    double video_scale;  /* to percent */
    uint16_t energy;     /* 64 bits */
    uint16_t throttle;   /* 64 bits */
} layouts[] = {
    { 1, 1,  22, 20, 1, 1,    NONE, NONE },
    { 1, 2,  22, 20, 1, 1,    NONE, NONE },
    { 1, 3, 120, 20, 1, 1,    NONE, 112 },
    { 1, 4,  32, 16, 4, 1,    24,   NONE },
    { 1, 5,  96, 16, 4, 1,    88,   NONE },
    { 1, 6,  96, 16, 4, 1,    88,   NONE },
    { 2, 1,   4, NONE, 0, 1,  NONE, NONE },
    { 2, 2, 128, NONE, 0, 1,  NONE, 120 },
    { 2, 3, 128, NONE, 0, 1,  NONE, 120 },
    { 2, 4, 128, 30, 1, 0.01, NONE, 120 },
    { 3, 0,  46, 44, 1, 1,    NONE, NONE },
};

#define BITS(first, last) ((UINT64_MAX >> (63 - (last))) & (UINT64_MAX << (first)))
#define BITS_POWER (BITS(0, 7) | BITS(16, 23)) /* PPT, SPL; TDC, EDC, APCC: power and current */
#define BITS_THERMAL BITS(32, 45)              /* TEMP_*, VRHOT */
#define BITS_HARDWARE BITS(46, 47)             /* PROCHOT */

static uint64_t metrics_field(const unsigned char *p, int bytes)
{
    uint64_t v = 0;
    for (int i = bytes - 1; i >= 0; i--) /* the firmware's order: the lowest byte first */
        v = v << 8 | p[i];
    return v;
}

static double metrics_video(const unsigned char *p, const struct layout *l)
{
    double most = NAN;
    for (int i = 0; i < l->n_video; i++) {
        uint64_t v = metrics_field(p + l->video + 2 * i, 2);
        if (v != UINT16_MAX)
            most = fmax(most, (double)v * l->video_scale);
    }
    return most <= 100 ? most : (double)NAN;
}

static void metrics_throttle(uint64_t bits, struct amdgpu_metrics *out)
{
    if (bits == UINT64_MAX)
        return;
    out->power = (bits & BITS_POWER) != 0;
    out->thermal = (bits & BITS_THERMAL) != 0;
    out->hardware = (bits & BITS_HARDWARE) != 0;
    out->other = (bits & ~(BITS_POWER | BITS_THERMAL | BITS_HARDWARE)) != 0;
}

bool amdgpu_metrics_parse(const void *bytes, size_t n, struct amdgpu_metrics *out)
{
    const unsigned char *p = bytes;
    const struct layout *l = layouts, *end = layouts + sizeof layouts / sizeof *layouts;
    if (n < 4)
        return false;
    while (l < end && (l->format != p[2] || l->content != p[3]))
        l++;
    if (l == end || n < l->size || metrics_field(p, 2) < l->size)
        return false;
    *out = (struct amdgpu_metrics){ .integrated = l->format != 1, .energy_j = NAN,
                                    .thermal = NAN, .power = NAN, .hardware = NAN, .other = NAN };
    out->video_percent = metrics_video(p, l);
    uint64_t energy = l->energy ? metrics_field(p + l->energy, 8) : UINT64_MAX;
    if (energy != UINT64_MAX)
        out->energy_j = (double)energy / 65536;
    if (l->throttle)
        metrics_throttle(metrics_field(p + l->throttle, 8), out);
    return true;
}
