/* analyze_changed.c - prints what changed in a window. */
#include "app/analyze_changed.h"

#include "analyze/anomaly/changed.h"
#include "base/auto.h"
#include "base/log.h"
#include "output/changed_report.h"

#include <stdio.h>

bool analyze_changed_can(const struct args *a)
{
    if (!args_given(a, "from"))
        log_error(0, "analyze: --changed needs --from TIME, where the window begins");
    return args_given(a, "from");
}

int analyze_changed(const struct args *a, const struct recording *r, int64_t from_ms, int64_t to_ms)
{
    auto_buf struct buf out = { 0 };
    struct screen screen = screen_of(fileno(stdout), args_flag(a, "no-color"));
    struct changed c;
    changed_find(r, changed_begin(from_ms, to_ms), from_ms, to_ms, &c);
    if (args_flag(a, "json"))
        changed_json(&out, r, &c);
    else if (*c.reason)
        log_error(0, "analyze: --changed: %s", c.reason);
    else
        changed_text(&out, r, &c, &screen);
    fwrite(buf_text(&out), 1, out.n, stdout);
    int status = *c.reason ? EXIT_FAILED : EXIT_DONE;
    changed_done(&c);
    return status;
}
