/*
 * fuzz_gpu.c - what GPUs say of themselves: the fdinfo of a client, gpu_metrics of amdgpu.
 *
 * The same input is tried as both. What comes out is NaN or in bounds.
 */
#include "adapters/linux/amdgpu_metrics.h"
#include "adapters/linux/drm_fdinfo.h"
#include "base/mem.h"

#include <assert.h>
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void is_amount(double v)
{
    assert(isnan(v) || (v >= 0 && isfinite(v)));
}

static void is_yes_or_no(double v)
{
    assert(isnan(v) || v == 0 || v == 1);
}

static void try_fdinfo(const uint8_t *data, size_t n)
{
    struct drm_fdinfo f;
    char *text = mem_new(n + 1);
    memcpy(text, data, n);
    drm_fdinfo_parse(text, &f);
    assert(strlen(f.pdev) < sizeof f.pdev);
    is_amount(f.local_bytes);
    is_amount(f.system_bytes);
    for (int e = 0; e < DRM_ENGINES; e++) {
        is_amount(f.busy_s[e]);
        is_amount(f.cycles[e]);
        is_amount(f.total_cycles[e]);
        assert(f.capacity[e] >= 1 && isfinite(f.capacity[e]));
    }
    mem_free(text);
}

static void try_metrics(const uint8_t *data, size_t n)
{
    struct amdgpu_metrics m;
    if (!amdgpu_metrics_parse(data, n, &m))
        return;
    assert(isnan(m.video_percent) || (m.video_percent >= 0 && m.video_percent <= 100));
    is_amount(m.energy_j);
    is_yes_or_no(m.thermal);
    is_yes_or_no(m.power);
    is_yes_or_no(m.hardware);
    is_yes_or_no(m.other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    try_fdinfo(data, n);
    try_metrics(data, n);
    return 0;
}
