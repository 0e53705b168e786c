/* fuzz_resp.c - what a Redis server answers, at once and in pieces: the same either way. */
#include "../../bench/load/resp.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *bytes = (const char *)data;
    struct resp whole = { 0 }, pieces = { 0 };
    int rc = resp_take(&whole, bytes, n), piece = 0;
    assert(rc == 0 || rc == -EBADMSG);
    assert(whole.errors <= whole.replies && whole.replies <= n / 3);
    assert(rc < 0 || (whole.n < RESP_LINE && whole.body <= RESP_BODY + 2));
    for (size_t i = 0; i < n && piece == 0; i++)
        piece = resp_take(&pieces, bytes + i, 1);
    assert(piece == rc && pieces.replies == whole.replies && pieces.errors == whole.errors);
    return 0;
}
