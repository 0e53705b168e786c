/* fuzz_accept.c - the header Accept, of whoever asks: a weight is one, and what is not named has none. */
#include "base/mem.h"
#include "serve/http.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *list = mem_new(n + 1);
    memcpy(list, data, n);
    double open = http_accepts(list, "application/openmetrics-text"), plain = http_accepts(list, "text/plain");
    assert(open >= 0 && open <= 1 && plain >= 0 && plain <= 1);
    assert(plain == 0 || strcasestr(list, "text/plain"));
    assert(http_accepts(list, "no/such") == 0 || strcasestr(list, "no/such"));
    mem_free(list);
    return 0;
}
