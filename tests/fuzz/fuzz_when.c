/* fuzz_when.c - times as a person types them. */
#include "base/mem.h"
#include "base/text.h"
#include "base/when.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define NOW 1795342516250

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What is written in full is read as the same; an error leaves the number alone. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 256)
        return 0;
    char *text = mem_new(n + 1), full[TEXT_TIME_MAX];
    memcpy(text, data, n);
    int64_t ms = 42, again;
    if (!when_parse(text, NOW, &ms))
        assert(ms == 42);
    else if (ms >= 0 && ms < INT64_C(253402300800000))
        assert(when_parse(text_time(ms, full), NOW, &again) && again == ms);
    mem_free(text);
    return 0;
}
