/* fuzz_push.c - how far a receiver is, from its file; the line that names one; what one of OTLP answers. */
#include "base/crc32c.h"
#include "base/mem.h"
#include "base/text.h"
#include "push/cursor.h"
#include "push/otlp_answer.h"
#include "push/target.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What is taken is written as it was understood, and that is taken, too. */
static void check_cursor(const char *text, size_t n)
{
    struct cursor c, again;
    struct place at;
    struct buf out = { 0 };
    int rc = cursor_parse(text, n, &c);
    assert(rc == 0 || rc == -EBADMSG);
    if (rc < 0)
        return;
    assert(c.n >= 0 && c.n <= CURSOR_SESSIONS && strlen(c.base) < sizeof c.base);
    for (int i = 0; i < c.n; i++)
        assert(c.at[i].part >= 0 && c.at[i].block >= 0 && c.at[i].tick >= 0);
    cursor_wants(&c, c.base, &at);
    cursor_put(&c, &out);
    assert(cursor_parse(out.p, out.n, &again) == 0);
    buf_done(&out);
}

/* The checksum keeps most inputs out: here is what they say with the right one. */
static void check_checked(const uint8_t *data, size_t n)
{
    struct buf text = { 0 };
    buf_put(&text, data, n);
    buf_printf(&text, "check %08x\n", (unsigned)crc32c(0, text.p, text.n));
    check_cursor(text.p, text.n);
    buf_done(&text);
}

static void check_target(const uint8_t *data, size_t n)
{
    char line[TARGET_LINE_MAX + 16], why[TARGET_WHY];
    struct target t;
    snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), (const char *)data);
    int rc = target_read(line, &t, why);
    assert(rc == 0 || (rc == -EINVAL && *why));
    if (rc < 0)
        return;
    assert(t.exporter && t.exporter->batch && *t.name && *t.host && t.port >= 1 && t.port <= 65535);
    assert(!strchr(t.name, '/') && !strchr(t.name, '.')); /* it is the name of a file */
    assert(t.interval_s >= 0.1 && t.interval_s <= 3600);
    assert(!strchr(t.shown, '?'));
}

static void check_answer(const uint8_t *data, size_t n)
{
    for (int status = 200; status <= 400; status += 200) {
        struct answer a = { 0 };
        char *text = mem_new(n + 1);
        memcpy(text, data, n);
        otlp_answer(status, text, n, &a);
        mem_free(text);
        assert(text_is_plain(a.why) && (status == 200) == (a.verdict == VERDICT_TAKEN));
        assert(!a.rejected || (status == 200 && *a.why));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    check_answer(data, n);
    check_cursor((const char *)data, n);
    check_checked(data, n);
    check_target(data, n);
    return 0;
}
