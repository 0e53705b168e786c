/* fuzz_rule.c - rules as a person writes them, templates, quiet hours, addresses of webhooks, and alerts as a socket
 * says them. */
#include "alert/state.h"
#include "alert/template.h"
#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void try_rule(const char *text)
{
    struct rule r = { .level = 42 };
    char why[RULE_WHY] = "";
    if (rule_parse(text, &r, why) < 0) {
        assert(*why && r.level == 42);
        return;
    }
    assert(*r.name && strlen(r.name) < RULE_NAME_MAX && text_is_plain(r.name) && isfinite(r.level) && r.receivers);
    assert(r.for_s >= 0 && r.clear_for_s >= 0);
    if (r.kind != RULE_METRIC)
        return;
    bool upward = r.compare == RULE_ABOVE || r.compare == RULE_AT_LEAST;
    assert(upward ? r.clear <= r.level : r.clear >= r.level);
    assert(rule_judge(&r, upward ? INFINITY : -INFINITY) == RULE_HOLDS && rule_judge(&r, NAN) == RULE_UNKNOWN);
}

static void try_message(const char *text, size_t n)
{
    struct message m, again;
    auto_buf struct buf b = { 0 };
    if (message_read(text, n, &m) < 0)
        return;
    assert(text_is_plain(m.text) && text_is_plain(m.rule) && text_is_plain(m.metric));
    message_put(&m, &b);
    assert(message_read(b.p, b.n, &again) == 0 && strcmp(again.text, m.text) == 0 && again.since_ms == m.since_ms);
}

static void try_template(const char *text)
{
    struct message m;
    char why[TEMPLATE_WHY], out[200];
    message_test(NULL, 0, &m);
    if (template_check(text, why) == 0)
        assert(text_is_plain(template_fill(text, &m, out, sizeof out)) && strlen(out) < sizeof out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    char *text = mem_new(n + 1);
    int from, to;
    struct url u;
    memcpy(text, data, n);
    try_rule(text);
    try_template(text);
    try_message(text, n);
    if (alert_quiet_hours(text, &from, &to) == 0)
        assert(from >= 0 && from < 1440 && to >= 0 && to < 1440);
    if (!url_read_http(text, "/?", &u))
        assert(u.host_n && (u.local || strncasecmp(text, "https://", 8) == 0));
    mem_free(text);
    return 0;
}
