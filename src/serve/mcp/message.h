/*
 * JSON-RPC 2.0 as bytes: what came, read and checked, without a word about what it asks for.
 *
 * Everything that reads JSON of the Model Context Protocol is behind this, as jansson and base/json.h, which writes it,
 * have functions of the same names.
 */
#ifndef SERVE_MCP_MESSAGE_H
#define SERVE_MCP_MESSAGE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct json_t; /* jansson */

enum message_kind {
    MESSAGE_INVALID,      /* no JSON-RPC */
    MESSAGE_REQUEST,
    MESSAGE_NOTIFICATION, /* nobody waits for an answer */
    MESSAGE_RESPONSE,     /* to a request that we never made */
};

struct message {
    enum message_kind kind;
    const char *method;           /* of requests and notifications; borrowed */
    const struct json_t *params;  /* NULL: there are none; borrowed */
    struct buf id;                /* as JSON: "7", "\"a\"", "null" */
};

struct messages {
    struct json_t *root;
    bool batch;                   /* an array of n; else it is one */
    size_t n;
};

/* Reads n bytes. 0, and *out is to be released; -EBADMSG: they are no JSON in UTF-8, or have a key twice. */
int messages_read(const char *text, size_t n, struct messages *out);
void messages_done(struct messages *m);

/* The i-th; to be released with message_done(). */
void messages_at(const struct messages *m, size_t i, struct message *out);
void message_done(struct message *m);

/* Are the parameters what a method may have: an object, or left out? */
bool message_has_object(const struct message *m);
bool message_has(const struct message *m, const char *key);        /* is there such a parameter? */
const char *message_text(const struct message *m, const char *key); /* NULL: there is none, or it is no text */

/* ---- values of a tool's or a prompt's arguments ---- */

enum argument_kind { ARGUMENT_TEXT, ARGUMENT_WHOLE, ARGUMENT_OTHER };

struct argument {
    const char *name;             /* all borrowed */
    enum argument_kind kind;
    const char *text;
    int64_t whole;
};

/*
 * Calls each() for the members of the parameter "arguments", until it gives false. False: it is there, and no object,
 * or each() gave false.
 */
bool message_arguments(const struct message *m, bool (*each)(void *self, const struct argument *a), void *self);

/* ---- rows that others of us wrote ---- */

struct row;

/* Calls each() for the objects of a JSON array; of anything else, for none. */
void rows_each(const char *text, void (*each)(void *self, const struct row *r), void *self);
const char *row_text(const struct row *r, const char *key); /* NULL */
double row_number(const struct row *r, const char *key);    /* NaN */

/* The words of a reply that http_fail() made: "nothing was recorded there; choose another range". */
void refusal_words(const char *body, size_t n, struct buf *out);

#endif
