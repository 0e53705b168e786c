/* say_ageing.c - is the hardware getting worse: what weeks of summaries say. */
#include "ask/say.h"

#include "look/ageing.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int ageing_tell(struct asked *q, const struct ageing *g, enum ageing_verdict v, const char *behind)
{
    int n = 0;
    for (int i = 0; i < g->n; i++) {
        char text[256];
        if (g->item[i].verdict != v)
            continue;
        ageing_say(&g->item[i], text, sizeof text);
        *text = (char)toupper((unsigned char)*text);
        answer_say(q->out, q->out->text.n ? " " : "");
        answer_quote(q->out, "ageing", text);
        answer_say(q->out, "%s.", behind);
        n++;
    }
    return n;
}

void say_ageing(struct asked *q)
{
    struct answer *a = q->out;
    struct span s = say_span(q, 400 * DAY_MS);
    struct look_ageing g;
    if (s.kind != SPAN_RANGE || s.to_ms - s.from_ms < AGEING_MS)
        s = (struct span){ SPAN_RANGE, q->first_ms, q->last_ms };
    s.from_ms = s.from_ms > q->first_ms ? s.from_ms : q->first_ms;
    if (say_lacks(q, &s))
        return;
    int rc = look_ageing(q->look->files, NULL, s.from_ms, s.to_ms, &g);
    a->status = ANSWER_ANSWERED;
    if (rc < 0 || !g.of.n) {
        a->status = ANSWER_NO_DATA;
        answer_say(a, "Ageing shows in weeks: three of them have to be recorded, with temperatures, fans, a battery or "
                   "memory errors; ");
        answer_length(a, "recorded", (double)(s.to_ms - s.from_ms) / 1000);
        answer_say(a, " are known.");
    } else if (!ageing_tell(q, &g.of, AGEING_AGED, "")) {
        answer_say(a, "Nothing aged that can be seen");
        say_when(q, &s);
        answer_say(a, ": ");
        answer_count(a, "looked at", g.of.n, "thing");
        answer_say(a, g.of.n == 1 ? " was held against load over the days." : " were held against load over the days.");
    }
    if (rc == 0) {
        ageing_tell(q, &g.of, AGEING_ROOM, ", but so did the sensors around it: the room, not the machine");
        ageing_tell(q, &g.of, AGEING_UNSURE, ", and no other sensor tells whether that is the room");
    }
    say_within(q, &s);
    look_ageing_done(&g);
    answer_suggest(a, "what changed?");
    answer_suggest(a, "any recommendations?");
}
