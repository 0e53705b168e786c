/* An answer of ask/ask.h as a JSON object: what POST /api/v1/ask and `sonde ask --json` give. */
#ifndef OUTPUT_ANSWER_JSON_H
#define OUTPUT_ANSWER_JSON_H

#include "ask/answer.h"
#include "base/buf.h"

/*
 * {"status", "intent", "text", "facts": [{"label", "value", "unit", "metric", "time_ms"}], "from_ms", "to_ms", "link",
 * "chart": {"metrics", "from_ms", "to_ms"}, "suggestions", "context"}; what there is none of is null.
 */
void answer_json(struct buf *out, const struct answer *a, bool indent);

#endif
