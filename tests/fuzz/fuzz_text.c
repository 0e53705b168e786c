/* fuzz_text.c - readers of short texts: numbers, durations, times, globs, near spellings. */
#include "base/mem.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What is read must be writable again, and the text then mean the same. */
static void check_time(const char *text)
{
    int64_t ms, again;
    if (!text_parse_time(text, &ms))
        return;
    char out[TEXT_TIME_MAX];
    if (ms >= 0 && ms < INT64_C(253402300800000)) /* years 1970 to 9999: text_time writes four digits */
        assert(text_parse_time(text_time(ms, out), &again) && again == ms);
    text_stamp(ms, out);
    text_clock(ms, out);
}

static void check_numbers(const char *text)
{
    double v;
    if (text_double(text, &v))
        assert(isfinite(v));
    if (text_duration(text, &v))
        assert(isfinite(v));
    uint64_t u;
    const char *p = text;
    if (text_u64(&p, &u))
        assert(p > text && p <= text + strlen(text));
}

/* The first line is a glob or a name, the rest what it is held against. */
static void check_words(char *text)
{
    char *rest = strchr(text, '\n');
    if (rest)
        *rest++ = '\0';
    else
        rest = text;
    text_glob(text, rest);
    if (!strpbrk(text, "*?"))
        assert(text_glob(text, rest) == (strcmp(text, rest) == 0));
    const char *names[] = { text, rest, "duration" };
    assert(text_distance(text, rest) == text_distance(rest, text));
    text_nearest(text, names, 3, sizeof *names);
    char shown[64];
    text_copy(shown, sizeof shown, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    char *text = mem_new(n + 1);
    memcpy(text, data, n);
    check_time(text);
    check_numbers(text);
    check_words(text);
    mem_free(text);
    return 0;
}
