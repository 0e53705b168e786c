/* body.c - in a file of its own, as jansson and base/json.h have functions of the same names. */
#include "serve/api/body.h"

#include <jansson.h>
#include <math.h>

bool body_text(const struct http_request *r, const char *key, struct buf *out)
{
    json_t *body = json_loadb(r->body, r->body_n, JSON_REJECT_DUPLICATES, NULL);
    const char *text = json_string_value(json_object_get(body, key));
    if (text)
        buf_puts(out, text);
    json_decref(body);
    return text != NULL;
}

bool body_has(const struct http_request *r, const char *key)
{
    json_t *body = json_loadb(r->body, r->body_n, JSON_REJECT_DUPLICATES, NULL);
    bool has = json_object_get(body, key);
    json_decref(body);
    return has;
}

double body_number(const struct http_request *r, const char *key)
{
    json_t *body = json_loadb(r->body, r->body_n, JSON_REJECT_DUPLICATES, NULL);
    json_t *number = json_object_get(body, key);
    double v = json_is_number(number) ? json_number_value(number) : (double)NAN;
    json_decref(body);
    return v;
}

bool body_flag(const struct http_request *r, const char *key)
{
    json_t *body = json_loadb(r->body, r->body_n, JSON_REJECT_DUPLICATES, NULL);
    bool on = json_is_true(json_object_get(body, key));
    json_decref(body);
    return on;
}
