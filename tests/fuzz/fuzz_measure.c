/* fuzz_measure.c - what a program printed, in which a number is sought. */
#include "base/mem.h"
#include "policy/learn/measure.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Whatever is found is a number, and as a value above 0 and finite, or not known. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct measure m;
    char why[MEASURE_WHY];
    if (n > 4096)
        return 0;
    char *text = mem_new(n + 1);
    memcpy(text, data, n);
    assert(measure_open(&m, "max:stdout:p99=([-+0-9.eE]+)", why) == 0);
    double first = measure_number(text), found = measure_find(&m, text), value = measure_value(&m, found);
    assert(!isinf(first) && !isinf(found) && (isnan(value) || value > 0));
    measure_done(&m);
    memcpy(text, data, n);
    if (measure_open(&m, "wall", why) == 0 && memchr(text, '(', n) == NULL) { /* any text is a metric or refused */
        struct measure other;
        measure_open(&other, text, why);
        measure_done(&other);
    }
    measure_done(&m);
    mem_free(text);
    return 0;
}
