/*
 * fuzz_models.c - what was learned, read back: the detector, the recorder's learner, the book of states. Bytes that
 * nobody put are refused, and what is taken gives finite answers.
 */
#include "analyze/online/online.h"
#include "analyze/states/state_book.h"
#include "learn/detector/detector.h"

#include "base/auto.h"
#include "base/mem.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#define ROWS 20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void detector_bytes_of(const uint8_t *data, size_t n)
{
    struct detector *m;
    int rc = detector_load(data, n, &m);
    assert(rc == 0 || rc == -EINVAL || rc == -ENOMEM);
    if (rc < 0)
        return;
    double *x = mem_new((size_t)detector_dim(m) * sizeof *x);
    for (int i = 0; i < ROWS; i++) {
        struct detector_verdict v;
        for (int j = 0; j < detector_dim(m); j++)
            x[j] = i == ROWS / 2 ? NAN : i * j;
        detector_row(m, 1e9 + i, x, &v);
        assert(isfinite(v.score) && v.score >= 0 && v.probability >= 0 && v.probability <= 1);
        assert(v.cause >= -1 && v.cause < detector_dim(m));
    }
    mem_free(x);
    detector_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    detector_bytes_of(data, n);
    struct online *o = online_new(&(struct online_options){ .step_s = 1 });
    int rc = online_load(o, data, n);
    assert(rc == 0 || rc == -EINVAL || rc == -ENODATA || rc == -ENOMEM);
    online_free(o);
    auto_buf struct buf text = { 0 };
    struct state_book *b = state_book_new();
    buf_put(&text, data, n);
    buf_putc(&text, '\0');
    rc = state_book_read(b, text.p);
    assert(rc == 0 || rc == -EINVAL);
    assert(rc == 0 || state_book_size(b) == 0);
    state_book_free(b);
    return 0;
}
