/* columns.c - distances, runs, base64. */
#include "serve/api/columns.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define MULTIPLE_MAX 9007199254740992.0 /* beyond it a double has no units */

double columns_quantum(const double *v, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i]) && fabs(v[i]) > most)
            most = fabs(v[i]);
    return most > 0 ? pow(10, floor(log10(most)) - (COLUMNS_DIGITS - 1)) : 1;
}

static void columns_number(struct buf *out, uint64_t v)
{
    for (; v >= 128; v >>= 7)
        buf_putc(out, (char)(128 | (v & 127)));
    buf_putc(out, (char)v);
}

/* 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
static uint64_t columns_zigzag(int64_t step)
{
    return step < 0 ? 2 * (uint64_t)-(step + 1) + 1 : 2 * (uint64_t)step;
}

static void columns_run(struct buf *out, uint64_t n)
{
    if (n == 0)
        return;
    columns_number(out, 1);
    columns_number(out, n);
}

static void columns_bytes(const double *v, size_t n, double quantum, struct buf *out)
{
    int64_t last = 0;
    uint64_t run = 0;
    bool known = false; /* was the one before a value? */
    for (size_t i = 0; i < n; i++) {
        bool is = isfinite(v[i]) && fabs(v[i] / quantum) < MULTIPLE_MAX;
        int64_t now = is ? (int64_t)llround(v[i] / quantum) : 0;
        if (is && known && now == last) {
            run++;
            continue;
        }
        columns_run(out, run);
        run = 0;
        known = is;
        if (!is) {
            columns_number(out, 0);
            continue;
        }
        columns_number(out, 2 + columns_zigzag(now - last));
        last = now;
    }
    columns_run(out, run);
}

static void columns_base64(const struct buf *bytes, struct buf *out)
{
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = (const uint8_t *)bytes->p;
    for (size_t i = 0; i < bytes->n; i += 3) {
        size_t left = bytes->n - i;
        uint32_t three = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        buf_putc(out, letter[three >> 18]);
        buf_putc(out, letter[three >> 12 & 63]);
        buf_putc(out, left > 1 ? letter[three >> 6 & 63] : '=');
        buf_putc(out, left > 2 ? letter[three & 63] : '=');
    }
}

void columns_put(const double *v, size_t n, double quantum, struct buf *out)
{
    struct buf bytes = { 0 };
    columns_bytes(v, n, quantum, &bytes);
    columns_base64(&bytes, out);
    buf_done(&bytes);
}
