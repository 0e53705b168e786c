/* fuzz_request.c - what clients ask of a recorder: what passes is within what it promises. */
#include "app/recorder_request.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct request r;
    char why[REQUEST_WHY] = "";
    int rc = request_parse((const char *)data, n, &r, why);
    assert(rc == 0 || (*why && text_is_plain(why)));
    if (rc < 0)
        return 0;
    assert(n < REQUEST_MAX && r.kind <= REQUEST_MARK);
    assert(r.kind != REQUEST_LIVE || (r.minutes >= 0 && r.minutes <= REQUEST_MINUTES));
    assert(r.kind != REQUEST_SESSIONS || (r.limit >= 1 && r.limit <= REQUEST_SESSIONS_MAX));
    assert(strlen(r.session) < sizeof r.session && text_is_plain(r.session) && text_is_plain(r.text));
    return 0;
}
