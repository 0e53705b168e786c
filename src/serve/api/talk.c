/* talk.c - a question in words, and what it goes on from. */
#include "serve/api/api_own.h"

#include "ask/ask.h"
#include "base/auto.h"
#include "os/os.h"
#include "output/answer_json.h"
#include "serve/api/body.h"

#include <string.h>

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
    ask(&(struct ask_world){ .look = &a->look, .now_ms = now_ms, .offset_s = os_zone_s(now_ms),
                             .replay = a->s.replay != NULL, .how = &a->s.how, .missing = a->s.why_missing,
                             .self = a->s.self }, buf_text(&question), buf_text(&context), &answer);
    answer_json(&out->body, &answer, false);
    answer_done(&answer);
}
