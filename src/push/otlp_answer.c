/* otlp_answer.c - the few fields of an answer (protobuf.dev/programming-guides/encoding); others are passed over. */
#include "push/otlp_answer.h"

#include "base/text.h"
#include "store/codec/varint.h"

#include <stdio.h>
#include <string.h>

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* ExportMetricsServiceResponse, ExportMetricsPartialSuccess and google.rpc.Status */
enum { RESPONSE_PARTIAL = 1, PARTIAL_REJECTED = 1, PARTIAL_MESSAGE = 2, STATUS_MESSAGE = 2 };

struct part {
    const uint8_t *p;
    size_t n, at;
};

struct field {
    uint64_t number;
    int wire;
    uint64_t value;           /* of WIRE_VARINT */
    struct part bytes;        /* of WIRE_BYTES: what is there of them, as the reply may be cut */
};

/* 1; 0: the end; -EBADMSG. */
static int field_next(struct part *m, struct field *out)
{
    struct field f = { 0 };
    uint64_t tag, length = 0;
    if (m->at == m->n)
        return 0;
    if (varint_get(m->p, m->n, &m->at, &tag) < 0)
        return -EBADMSG;
    f.number = tag >> 3;
    f.wire = tag & 7;
    if (f.wire == WIRE_FIXED64 || f.wire == WIRE_FIXED32)
        length = f.wire == WIRE_FIXED64 ? 8 : 4;
    else if ((f.wire != WIRE_VARINT && f.wire != WIRE_BYTES) ||
             varint_get(m->p, m->n, &m->at, f.wire == WIRE_BYTES ? &length : &f.value) < 0)
        return -EBADMSG;
    if (!f.number)
        return -EBADMSG;
    size_t left = m->n - m->at;
    f.bytes = (struct part){ m->p + m->at, length < left ? (size_t)length : left, 0 };
    m->at += f.bytes.n;
    *out = f;
    return 1;
}

/* The text of a field, plain; "" where there is none. 0, or -EBADMSG: it is no message. */
static int text_of(struct part m, uint64_t number, char *out, size_t cap)
{
    struct field f;
    int rc;
    *out = '\0';
    while ((rc = field_next(&m, &f)) == 1)
        if (f.number == number && f.wire == WIRE_BYTES)
            snprintf(out, cap, "%.*s", (int)f.bytes.n, (const char *)f.bytes.p);
    text_clean(out);
    return rc;
}

/* What it took and did not keep all of. A message without a number is a warning. */
static void partial_read(struct part m, struct answer *a)
{
    struct field f;
    text_of(m, PARTIAL_MESSAGE, a->why, sizeof a->why);
    while (field_next(&m, &f) == 1)
        if (f.number == PARTIAL_REJECTED && f.wire == WIRE_VARINT && f.value <= INT64_MAX)
            a->rejected = f.value;
    if (a->rejected && !*a->why)
        snprintf(a->why, sizeof a->why, "it says no reason");
}

void otlp_answer(int status, const char *bytes, size_t n, struct answer *a)
{
    struct part all = { (const uint8_t *)bytes, n, 0 };
    struct field f;
    char said[160];
    if (text_of(all, STATUS_MESSAGE, said, sizeof said) < 0 || !*said) /* a proxy before it speaks plainly */
        snprintf(said, sizeof said, "%.*s", (int)n, bytes);
    answer_of_status(status, said, a);
    while (a->verdict == VERDICT_TAKEN && field_next(&all, &f) == 1)
        if (f.number == RESPONSE_PARTIAL && f.wire == WIRE_BYTES)
            partial_read(f.bytes, a);
}
