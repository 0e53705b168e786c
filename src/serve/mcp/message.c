/* message.c - jansson, at arm's length. */
#include "serve/mcp/message.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int messages_read(const char *text, size_t n, struct messages *out)
{
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
    if (!root)
        return -EBADMSG;
    *out = (struct messages){ .root = root, .batch = json_is_array(root) };
    out->n = out->batch ? json_array_size(root) : 1;
    return 0;
}

void messages_done(struct messages *m)
{
    json_decref(m->root);
    *m = (struct messages){ 0 };
}

/* Texts and numbers are ids; null and all else are none. False: it is none. */
static bool message_put_id(const json_t *id, struct buf *out)
{
    if (!json_is_string(id) && !json_is_number(id))
        return false;
    char *text = json_dumps(id, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(17));
    if (text)
        buf_puts(out, text);
    free(text);
    return text != NULL;
}

void messages_at(const struct messages *m, size_t i, struct message *out)
{
    const json_t *x = m->batch ? json_array_get(m->root, i) : m->root;
    const json_t *id = json_object_get(x, "id"), *method = json_object_get(x, "method");
    const char *version = json_string_value(json_object_get(x, "jsonrpc"));
    bool answers = !method && (json_object_get(x, "result") || json_object_get(x, "error"));
    *out = (struct message){ .method = json_string_value(method), .params = json_object_get(x, "params") };
    bool has_id = message_put_id(id, &out->id), structured = json_is_object(out->params) || json_is_array(out->params);
    if (!has_id)
        buf_puts(&out->id, "null");
    if (!json_is_object(x) || !version || strcmp(version, "2.0") != 0 || (id && !has_id && !answers))
        return;
    if (answers)
        out->kind = MESSAGE_RESPONSE;
    else if (out->method && (!out->params || structured))
        out->kind = id ? MESSAGE_REQUEST : MESSAGE_NOTIFICATION;
}

void message_done(struct message *m)
{
    buf_done(&m->id);
}

bool message_has_object(const struct message *m)
{
    return !m->params || json_is_object(m->params);
}

bool message_has(const struct message *m, const char *key)
{
    return json_object_get(m->params, key) != NULL;
}

const char *message_text(const struct message *m, const char *key)
{
    return json_string_value(json_object_get(m->params, key));
}

/* 5.0 is a whole number, too. */
static void argument_read(const json_t *value, struct argument *a)
{
    double v = json_number_value(value);
    if (json_is_string(value)) {
        a->kind = ARGUMENT_TEXT;
        a->text = json_string_value(value);
    } else if (json_is_integer(value)) {
        a->kind = ARGUMENT_WHOLE;
        a->whole = json_integer_value(value);
    } else if (json_is_real(value) && fabs(v) < 1e15 && v == trunc(v)) {
        a->kind = ARGUMENT_WHOLE;
        a->whole = (int64_t)v;
    }
}

bool message_arguments(const struct message *m, bool (*each)(void *self, const struct argument *a), void *self)
{
    json_t *all = json_object_get(m->params, "arguments");
    if (!all)
        return true;
    if (!json_is_object(all))
        return false;
    for (void *i = json_object_iter(all); i; i = json_object_iter_next(all, i)) {
        struct argument a = { .name = json_object_iter_key(i), .kind = ARGUMENT_OTHER };
        argument_read(json_object_iter_value(i), &a);
        if (!each(self, &a))
            return false;
    }
    return true;
}

/* ---- rows ---- */

void rows_each(const char *text, void (*each)(void *self, const struct row *r), void *self)
{
    json_t *all = json_loads(text, 0, NULL);
    for (size_t i = 0; i < json_array_size(all); i++)
        each(self, (const struct row *)json_array_get(all, i));
    json_decref(all);
}

const char *row_text(const struct row *r, const char *key)
{
    return json_string_value(json_object_get((const json_t *)r, key));
}

double row_number(const struct row *r, const char *key)
{
    const json_t *v = json_object_get((const json_t *)r, key);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

void refusal_words(const char *body, size_t n, struct buf *out)
{
    json_t *x = json_loadb(body, n, 0, NULL);
    const char *error = json_string_value(json_object_get(x, "error"));
    const char *remedy = json_string_value(json_object_get(x, "remedy"));
    buf_printf(out, "%s%s%s", error ? error : "it failed", remedy ? "; " : "", remedy ? remedy : "");
    json_decref(x);
}
