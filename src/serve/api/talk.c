/* talk.c - a question in words, what it goes on from, and what an endpoint says beside it where that is wanted. */
#include "serve/api/api_own.h"

#include "ask/ask.h"
#include "base/auto.h"
#include "endpoint/said.h"
#include "os/os.h"
#include "output/answer_json.h"
#include "serve/api/body.h"

#include <math.h>
#include <string.h>

/* ---- the endpoint ---- */

/* A question on its way there. */
struct beside {
    struct endpoint endpoint;
    struct endpoint_said said;
    struct buf content;
};

static void beside_drop(void *self)
{
    struct beside *b = self;
    endpoint_said_done(&b->said);
    buf_done(&b->content);
    mem_free(b);
}

static void beside_finish(void *self, struct http_reply *out)
{
    struct beside *b = self;
    endpoint_ask(&b->endpoint, buf_text(&b->content), os_stopping, &b->said);
    said_json(&out->body, &b->said);
}

/* NULL where nothing was recorded then. */
static const struct judged *beside_judged(struct api *a, const struct answer *answer)
{
    struct api_range range = { 0 };
    struct http_reply unused = { 0 };
    sent_range(answer, api_now_ms(a), &range.from_ms, &range.to_ms);
    const struct judged *j = api_judge(a, &range, 0, &unused);
    http_reply_done(&unused);
    return j;
}

static void api_ask_beside(struct api *a, const struct http_request *r, const char *question,
                           const struct answer *answer, struct http_reply *out)
{
    struct beside *b = mem_new(sizeof *b);
    struct sent_options o = { .question = question, .answer = answer, .look = &a->look,
                              .judged = beside_judged(a, answer) };
    bool preview = body_flag(r, "preview"), full = r->role == HTTP_FULL;
    *b = (struct beside){ 0 };
    bool named = endpoint_prepare(a->s.config, &o, &b->endpoint, &b->content, &b->said);
    if (named && full && !preview) {
        out->later = (struct http_later){ .finish = beside_finish, .drop = beside_drop, .self = b };
        return;
    }
    if (preview)
        buf_clear(&b->said.error);
    else if (named)
        buf_puts(&b->said.error, "who may only read may not ask the endpoint; take the token of the full role");
    said_json(&out->body, &b->said);
    beside_drop(b);
}

/* ---- the answer ---- */

#define ZONE_MOST_S 50400 /* UTC+14 */

/* Of who asks, where it is told; else of this machine. */
static int ask_zone_s(const struct http_request *r, int64_t now_ms)
{
    double told = body_number(r, "zone_s");
    return fabs(told) <= ZONE_MOST_S ? (int)told : os_zone_s(now_ms);
}

void api_ask(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    auto_buf struct buf question = { 0 }, context = { 0 };
    struct answer answer;
    if (!body_text(r, "question", &question)) {
        http_fail(out, 400, "the body is no JSON object with a \"question\"",
                  "send {\"question\": \"...\", \"context\": what the last answer gave}");
        return;
    }
    if (!api_look(a, out))
        return;
    body_text(r, "context", &context);
    int64_t now_ms = api_now_ms(a);
    ask(&(struct ask_world){ .look = &a->look, .now_ms = now_ms, .offset_s = ask_zone_s(r, now_ms),
                             .replay = a->s.replay != NULL, .missing = a->s.why_missing,
                             .self = a->s.self }, buf_text(&question), buf_text(&context), &answer);
    answer_json(&out->body, &answer, false);
    if (body_flag(r, "endpoint") || body_flag(r, "preview"))
        api_ask_beside(a, r, buf_text(&question), &answer, out);
    answer_done(&answer);
}
