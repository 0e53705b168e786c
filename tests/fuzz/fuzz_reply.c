/* fuzz_reply.c - what an endpoint sends back: its text, its trouble, and the numbers in it. */
#include "endpoint/numbers.h"
#include "endpoint/reply.h"

#include "base/auto.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    auto_buf struct buf text = { 0 }, trouble = { 0 };
    char loose[NUMBERS_MAX][NUMBERS_TEXT];
    if (n > REPLY_MAX)
        return 0;
    int rc = reply_text((const char *)data, n, &text);
    assert(rc == 0 || rc == -EBADMSG || rc == -ENODATA);
    assert((rc == 0) == (text.n > 0));
    for (char *p = text.p; p && *p; p++)
        assert((unsigned char)*p >= ' ' || *p == '\n');
    reply_trouble((const char *)data, n, &trouble);
    assert(text_is_plain(buf_text(&trouble)));
    size_t found = numbers_loose(buf_text(&text), "{\"value\":5.18,\"at\":\"2026-11-22T10:31:05Z\"}", loose);
    assert(found <= NUMBERS_MAX);
    for (size_t i = 0; i < found; i++)
        assert(*loose[i] && strlen(loose[i]) < NUMBERS_TEXT);
    assert(numbers_loose(buf_text(&text), buf_text(&text), loose) == 0);
    return 0;
}
