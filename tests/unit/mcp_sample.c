/* mcp_sample.c - messages to a server without a line between. */
#include "mcp_sample.h"

#include "test.h"

#include "base/auto.h"

#include <jansson.h>

void mcp_sample_init(struct mcp_sample *m, bool names)
{
    *m = (struct mcp_sample){ 0 };
    api_sample_init(&m->f);
    m->mcp = mcp_new(&(struct mcp_options){ .api = m->f.api, .version = "1.2.3", .process_names = names,
                                            .mount_points = names, .log_lines = true });
}

void mcp_sample_done(struct mcp_sample *m)
{
    mcp_free(m->mcp);
    api_sample_done(&m->f);
}

json_t *mcp_sample_say(struct mcp_sample *m, const char *message)
{
    auto_buf struct buf out = { 0 };
    json_error_t e;
    enum mcp_outcome outcome = mcp_answer(m->mcp, &m->version, message, strlen(message), &out);
    assert_int_equal(outcome == MCP_SILENT, out.n == 0);
    if (!out.n)
        return NULL;
    assert_null(strchr(out.p, '\n'));
    json_t *j = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, &e);
    if (!j)
        fail_msg("%s was answered with no JSON (%s): %.200s", message, e.text, out.p);
    return j;
}

json_t *mcp_sample_ask(struct mcp_sample *m, const char *method, const char *params)
{
    auto_buf struct buf message = { 0 };
    buf_printf(&message, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\"%s%s}", method, params ? ",\"params\":" : "",
               params ? params : "");
    json_t *j = mcp_sample_say(m, message.p), *result = json_object_get(j, "result");
    if (!result)
        fail_msg("%s gave %s", message.p, json_dumps(j, JSON_COMPACT));
    json_incref(result);
    json_decref(j);
    return result;
}

json_t *mcp_sample_call(struct mcp_sample *m, const char *tool, const char *args)
{
    auto_buf struct buf params = { 0 };
    buf_printf(&params, "{\"name\":\"%s\",\"arguments\":%s}", tool, args);
    return mcp_sample_ask(m, "tools/call", params.p);
}

/* ---- schemas ---- */

static bool type_fits(const char *type, const json_t *v)
{
    return (strcmp(type, "string") == 0 && json_is_string(v)) || (strcmp(type, "number") == 0 && json_is_number(v)) ||
           (strcmp(type, "integer") == 0 && json_is_integer(v)) || (strcmp(type, "null") == 0 && json_is_null(v)) ||
           (strcmp(type, "boolean") == 0 && json_is_boolean(v)) || (strcmp(type, "object") == 0 && json_is_object(v)) ||
           (strcmp(type, "array") == 0 && json_is_array(v));
}

static bool any_type_fits(const json_t *type, const json_t *v)
{
    const json_t *one;
    size_t i;
    if (json_is_string(type))
        return type_fits(json_string_value(type), v);
    json_array_foreach(type, i, one)
        if (type_fits(json_string_value(one), v))
            return true;
    return false;
}

static bool is_time(const char *text)
{
    int n = 0;
    return sscanf(text, "%*4d-%*2d-%*2dT%*2d:%*2d:%*2dZ%n", &n) == 0 && n == 20 && !text[n];
}

void mcp_sample_fits(const char *what, const json_t *schema, const json_t *v)
{
    const char *key, *format = json_string_value(json_object_get(schema, "format"));
    json_t *one, *properties = json_object_get(schema, "properties");
    size_t i;
    if (!any_type_fits(json_object_get(schema, "type"), v))
        fail_msg("%s is of another type: %s", what, json_dumps(v, JSON_ENCODE_ANY));
    if (format && json_is_string(v) && !is_time(json_string_value(v)))
        fail_msg("%s is no time: %s", what, json_string_value(v));
    json_array_foreach(json_object_get(schema, "required"), i, one)
        if (json_is_object(v) && !json_object_get(v, json_string_value(one)))
            fail_msg("%s lacks %s", what, json_string_value(one));
    json_object_foreach((json_t *)v, key, one) {
        if (!json_object_get(properties, key))
            fail_msg("%s has %s, which its schema has not", what, key);
        mcp_sample_fits(key, json_object_get(properties, key), one);
    }
    json_array_foreach(v, i, one)
        mcp_sample_fits(what, json_object_get(schema, "items"), one);
}
