/*
 * gpu_numerics.c - variables by which programs that compute on GPUs give the same bits at every run: the documents of
 * CUDA ("CUDA Environment Variables"), cuBLAS ("Results Reproducibility"), TensorFlow and NCCL ("Environment
 * Variables"). Untested here: it needs a GPU.
 */
#include "policy/knobs/variable.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int gpu_numerics_check(const struct knob *k, const struct place *p, const char *value,
                              char why[static KNOB_WHY])
{
    (void)p;
    size_t n = strlen(value);
    if (strspn(value, "0123456789,") < n || *value == ',' || value[n - 1] == ',' || strstr(value, ",,")) {
        snprintf(why, KNOB_WHY, "%s takes numbers of GPUs like 0,1; this is \"%.40s\"", k->name, value);
        return -EINVAL;
    }
    return 0;
}

const struct knob knobs_gpu_numerics[] = {
    { VARIABLE, .name = "gpu.tf32", .doc = "may NVIDIA's libraries round to 10 bits of mantissa? 0: never",
      .arg = "NVIDIA_TF32_OVERRIDE", .type = KNOB_WHOLE, .min = 0, .max = 0, .caution = "matrix work is slower" },
    { VARIABLE, .name = "gpu.workspace", .doc = "a fixed workspace of cuBLAS, so that its sums keep their order",
      .arg = "CUBLAS_WORKSPACE_CONFIG", .type = KNOB_CHOICE, .choices = ":4096:8 :16:8",
      .caution = "takes 24 MiB of the GPU's memory, or is slower" },
    { VARIABLE, .name = "gpu.deterministic", .doc = "the same bits from TensorFlow at every run",
      .arg = "TF_DETERMINISTIC_OPS", .type = KNOB_CHOICE, .choices = "0 1", .caution = "slower" },
    { VARIABLE, .name = "nccl.algo", .doc = "the one way in which NCCL adds up over GPUs", .arg = "NCCL_ALGO",
      .type = KNOB_CHOICE, .choices = "Ring Tree CollnetDirect CollnetChain NVLS NVLSTree",
      .caution = "another one may be faster" },
    { VARIABLE, .name = "gpu.devices", .doc = "the GPUs that a program sees", .arg = "CUDA_VISIBLE_DEVICES",
      .type = KNOB_TEXT, .check = gpu_numerics_check, .caution = "" },
    { VARIABLE, .name = "gpu.order", .doc = "in which order it sees them", .arg = "CUDA_DEVICE_ORDER",
      .type = KNOB_CHOICE, .choices = "PCI_BUS_ID FASTEST_FIRST", .caution = "" },
    { 0 },
};
