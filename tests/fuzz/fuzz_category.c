/* fuzz_category.c - files of workload categories, and of what the classifier learnt. */
#include "analyze/workload/category.h"
#include "analyze/workload/workload_model.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_category(const struct category *c)
{
    assert(*c->name && !category_is_reserved(c->name) && c->n >= 1 && c->n <= CATEGORY_EVIDENCE);
    for (int i = 0; i < c->n; i++) {
        const struct evidence *e = &c->evidence[i];
        assert(*e->metric && e->weight > 0 && isfinite(e->weight) && e->low <= e->high);
        for (double v = -1e18; v < 1e18; v = v < -1 ? v / 1e3 : v < 1 ? v + 0.5 : v * 1e3) {
            double degree = evidence_degree(e, v);
            assert(degree >= 0 && degree <= 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf why = { 0 };
    struct category c;
    struct workload_model m;
    int rc = category_parse("f", (const char *)data, n, &c, &why);
    assert(rc == 0 || rc == -EINVAL);
    assert((rc == 0) == (why.n == 0));
    if (rc == 0)
        check_category(&c);
    buf_clear(&why);
    rc = workload_model_parse("f", (const char *)data, n, &m, &why);
    assert(rc == 0 || rc == -EINVAL);
    if (rc == 0)
        workload_model_done(&m);
    buf_done(&why);
    return 0;
}
