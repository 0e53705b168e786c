/*
 * blas.c - libraries of linear algebra: OpenBLAS (its USAGE.md), oneMKL (developer guide, "Environment variables" and
 * "Conditional Numerical Reproducibility") and BLIS (docs/Multithreading.md).
 *
 * The bits of a result change with the number of threads and with the kernel of the processor's kind: 6 different ones
 * in 7 settings (docs/POLICY.md). A kernel that the processor does not have ends the program with SIGILL.
 */
#include "base/text.h"
#include "os/os.h"
#include "policy/knobs/variable.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What the kernels of OpenBLAS and the branches of oneMKL need, as /proc/cpuinfo calls it. */
static const struct { const char *value, *flag; } blas_needs[] = {
    { "Nehalem", "sse4_2" }, { "Sandybridge", "avx" }, { "Haswell", "fma" }, { "Zen", "fma" }, { "SkylakeX", "avx512f" },
    { "SSE4_2", "sse4_2" }, { "AVX", "avx" }, { "AVX2", "avx2" }, { "AVX512", "avx512f" },
};

static bool blas_has(const char *root, const char *flag)
{
    char text[16384], word[32];
    if (os_read_text(root, "/proc/cpuinfo", text, sizeof text) < 0)
        return false;
    char *flags = strstr(text, "\nflags");
    if (!flags)
        return false;
    char *end = strchr(flags + 1, '\n');
    if (end)
        *end = ' ';
    flags[strcspn(flags + 1, "\n") + 1] = '\0';
    snprintf(word, sizeof word, " %s ", flag);
    return strstr(flags, word) != NULL;
}

static int blas_check(const struct knob *k, const struct place *p, const char *value, char why[static KNOB_WHY])
{
    for (size_t i = 0; i < sizeof blas_needs / sizeof *blas_needs; i++)
        if (strcmp(blas_needs[i].value, value) == 0 && !blas_has(p->root, blas_needs[i].flag)) {
            snprintf(why, KNOB_WHY, "%s=%s needs a processor with %s, which this one has not", k->name, value,
                     blas_needs[i].flag);
            return -EINVAL;
        }
    return 0;
}

const struct knob knobs_blas[] = {
    { VARIABLE, .name = "openblas.threads", .doc = "threads of OpenBLAS", .arg = "OPENBLAS_NUM_THREADS",
      .type = KNOB_WHOLE, .min = 1, .max = 4096, .caution = "the bits of a result change with it" },
    { VARIABLE, .name = "openblas.coretype", .doc = "the kernels that OpenBLAS uses", .arg = "OPENBLAS_CORETYPE",
      .type = KNOB_CHOICE, .choices = "Prescott Nehalem Sandybridge Haswell Zen SkylakeX", .check = blas_check,
      .caution = "an old kernel is slower: 2.5 times with Prescott" },
    { VARIABLE, .name = "mkl.threads", .doc = "threads of oneMKL", .arg = "MKL_NUM_THREADS",
      .type = KNOB_WHOLE, .min = 1, .max = 4096, .caution = "the bits of a result change with it" },
    { VARIABLE, .name = "mkl.dynamic", .doc = "may oneMKL use fewer threads than it was told?", .arg = "MKL_DYNAMIC",
      .type = KNOB_CHOICE, .choices = "false true", .caution = "" },
    { VARIABLE, .name = "mkl.cbwr", .doc = "the branch of code that oneMKL keeps to", .arg = "MKL_CBWR",
      .type = KNOB_CHOICE, .choices = "COMPATIBLE SSE2 SSE4_2 AVX AVX2 AVX512", .check = blas_check,
      .caution = "an old branch is slower" },
    { VARIABLE, .name = "blis.threads", .doc = "threads of BLIS", .arg = "BLIS_NUM_THREADS",
      .type = KNOB_WHOLE, .min = 1, .max = 4096, .caution = "the bits of a result change with it" },
    { 0 },
};
