/* What a receiver of OTLP answers (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP Response"): a message of Protocol
 * Buffers, also where it takes a batch and not all values in it. */
#ifndef PUSH_OTLP_ANSWER_H
#define PUSH_OTLP_ANSWER_H

#include "push/sender.h"

/*
 * The same as answer_of_status(), of n bytes that may be anything: a->rejected and a->why of a batch that it took come
 * from partial_success, the words of a refusal from google.rpc.Status where they are in such a message.
 */
void otlp_answer(int status, const char *bytes, size_t n, struct answer *a);

#endif
