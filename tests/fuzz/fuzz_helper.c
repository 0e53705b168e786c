/* fuzz_helper.c - requests to the helper that has rights, and its answers. */
#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "policy/helper/helper_line.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void try_request(const char *line)
{
    struct helper_request r = { 0 }, again;
    char why[KNOB_WHY] = "";
    auto_buf struct buf out = { 0 };
    if (helper_parse(line, &r, why) < 0) {
        assert(*why && strlen(why) < sizeof why);
        return;
    }
    assert(r.pid >= 0 && r.goal >= -1 && r.goal < GOALS);
    assert(text_is_plain(r.what) && text_is_plain(r.knob) && text_is_plain(r.inst) && text_is_plain(r.value));
    assert(r.verb != HELPER_SET || (*r.knob && *r.value));
    assert(!strpbrk(r.knob, " @\n") && !strpbrk(r.inst, " \n"));
    assert(helper_put(&r, &out) == 0); /* and it is the same line again */
    assert(out.n == strlen(line) + 1 && memcmp(out.p, line, out.n - 1) == 0);
    out.p[out.n - 1] = '\0';
    assert(helper_parse(out.p, &again, why) == 0 && strcmp(again.value, r.value) == 0 && again.pid == r.pid);
}

static void try_answer(const char *json)
{
    struct step s = { 0 };
    struct undone u = { 0 };
    char why[KNOB_WHY] = "";
    if (helper_read_step(json, &s, why) == 0)
        assert(s.state >= STEP_DONE && s.state <= STEP_REFUSED && text_is_plain(s.note) && text_is_plain(s.now));
    if (helper_read_undone(json, &u, why) == 0)
        assert(u.restored >= 0 && u.failed >= 0);
    helper_read_begun(json, why);
    assert(text_is_plain(why));
    undone_done(&u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    char *text = mem_new(n + 1);
    memcpy(text, data, n);
    try_request(text);
    try_answer(text);
    mem_free(text);
    return 0;
}
