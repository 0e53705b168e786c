/* test_mcp.c - the protocol: what each message is answered with. */
#include "test.h"

#include "mcp_sample.h"

#include "base/auto.h"

#include <jansson.h>

#define REQUEST(method) "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\"}"
#define WITH(method, params) "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":" params "}"

enum { NOTHING = 1, RESULT = 0 }; /* else the code of an error */

static const struct { const char *message; int want; const char *id; } cases[] = {
    /* no JSON, no JSON-RPC */
    { "", -32700, "null" }, { "{", -32700, "null" }, { "\xff", -32700, "null" }, { "{\"a\":1,\"a\":2}", -32700, "null" },
    { "{\"jsonrpc\":\"2.0\",\"id\":99999999999999999999,\"method\":\"ping\"}", -32700, "null" },
    { "7", -32600, "null" }, { "\"ping\"", -32600, "null" }, { "null", -32600, "null" }, { "{}", -32600, "null" },
    { "{\"id\":3,\"method\":\"ping\"}", -32600, "3" }, { "{\"jsonrpc\":\"1.0\",\"id\":\"x\",\"method\":\"ping\"}", -32600, "\"x\"" },
    { "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", -32600, "null" },
    { "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"ping\"}", -32600, "null" },
    { "{\"jsonrpc\":\"2.0\",\"id\":1}", -32600, "1" }, { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", -32600, "1" },
    { WITH("ping", "3"), -32600, "1" }, { WITH("ping", "[]"), -32602, "1" },
    /* ids */
    { "{\"jsonrpc\":\"2.0\",\"id\":\"a\\\"b\",\"method\":\"ping\"}", RESULT, "\"a\\\"b\"" },
    { "{\"jsonrpc\":\"2.0\",\"id\":-9007199254740993,\"method\":\"ping\"}", RESULT, "-9007199254740993" },
    { "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", RESULT, "1.5" },
    /* who waits for nothing */
    { "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", NOTHING, NULL },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}", NOTHING, NULL },
    { "{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{\"name\":\"nothing\"}}", NOTHING, NULL },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", NOTHING, NULL },
    { "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,\"message\":\"\"}}", NOTHING, NULL },
    /* methods */
    { REQUEST("ping"), RESULT, "1" }, { REQUEST("tools/list"), RESULT, "1" }, { REQUEST("resources/list"), RESULT, "1" },
    { REQUEST("resources/templates/list"), RESULT, "1" }, { REQUEST("prompts/list"), RESULT, "1" },
    { WITH("tools/list", "{}"), RESULT, "1" }, { WITH("tools/list", "{\"_meta\":{\"progressToken\":1}}"), RESULT, "1" },
    { WITH("tools/list", "{\"cursor\":\"2\"}"), -32602, "1" }, { WITH("prompts/list", "{\"cursor\":\"2\"}"), -32602, "1" },
    { REQUEST("initialize"), -32602, "1" }, { WITH("initialize", "{\"protocolVersion\":7}"), -32602, "1" },
    { REQUEST("logging/setLevel"), -32601, "1" }, { REQUEST("rm -rf"), -32601, "1" }, { REQUEST(""), -32601, "1" },
    { REQUEST("Ping"), -32601, "1" },
    /* tools */
    { REQUEST("tools/call"), -32602, "1" }, { WITH("tools/call", "{\"name\":7}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"nothing\"}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\"}"), RESULT, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":[]}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":null}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"limit\":0}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"limit\":201}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"limit\":\"5\"}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"limit\":1.5}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"limit\":null}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"limit\":5.0}}"), RESULT, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"kind\":\"gap\"}}"), RESULT, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"kind\":\"ga\"}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"kind\":\"gap clock\"}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"kind\":\"\"}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"colour\":\"red\"}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"from\":\"\"}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"events\",\"arguments\":{\"from\":\"a\\nb\"}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"current_state\",\"arguments\":{\"from\":\"-2h\"}}"), -32602, "1" },
    { WITH("tools/call", "{\"name\":\"query\"}"), -32602, "1" }, { WITH("tools/call", "{\"name\":\"ask\"}"), -32602, "1" },
    /* resources and prompts */
    { REQUEST("resources/read"), -32602, "1" }, { WITH("resources/read", "{\"uri\":\"sonde://nothing\"}"), -32002, "1" },
    { WITH("resources/read", "{\"uri\":\"sonde://session/\"}"), -32002, "1" },
    { WITH("resources/read", "{\"uri\":\"sonde://session/x\"}"), -32002, "1" },
    { WITH("resources/read", "{\"uri\":\"file:///etc/passwd\"}"), -32002, "1" },
    { WITH("resources/read", "{\"uri\":\"sonde://sessions\"}"), RESULT, "1" },
    { REQUEST("prompts/get"), -32602, "1" }, { WITH("prompts/get", "{\"name\":\"nothing\"}"), -32602, "1" },
    { WITH("prompts/get", "{\"name\":\"diagnose_machine\"}"), RESULT, "1" },
    { WITH("prompts/get", "{\"name\":\"explain_time\"}"), -32602, "1" },
    { WITH("prompts/get", "{\"name\":\"explain_time\",\"arguments\":{\"when\":\"14:05\"}}"), RESULT, "1" },
    { WITH("prompts/get", "{\"name\":\"explain_time\",\"arguments\":{\"when\":5}}"), -32602, "1" },
    /* batches are of another version */
    { "[]", -32600, "null" }, { "[" REQUEST("ping") "]", -32600, "null" },
};

static void test_messages(void **state)
{
    (void)state;
    struct mcp_sample m;
    mcp_sample_init(&m, true);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *j = mcp_sample_say(&m, cases[i].message);
        json_t *error = json_object_get(json_object_get(j, "error"), "code");
        int got = !j ? NOTHING : error ? (int)json_integer_value(error) : RESULT;
        if (got != cases[i].want)
            fail_msg("%s gave %d, not %d", cases[i].message, got, cases[i].want);
        if (j) {
            char *id = json_dumps(json_object_get(j, "id"), JSON_ENCODE_ANY);
            assert_string_equal(id, cases[i].id);
            assert_string_equal(json_string_value(json_object_get(j, "jsonrpc")), "2.0");
            assert_true(got != RESULT || json_is_object(json_object_get(j, "result")));
            free(id);
        }
        json_decref(j);
    }
    mcp_sample_done(&m);
}

static void test_versions(void **state)
{
    (void)state;
    static const struct { const char *asked, *got; } table[] = {
        { "2025-06-18", "2025-06-18" }, { "2025-03-26", "2025-03-26" }, { "2024-11-05", "2024-11-05" },
        { "2025-11-25", "2025-06-18" }, { "2024-10-07", "2025-06-18" }, { "", "2025-06-18" },
    };
    struct mcp_sample m;
    mcp_sample_init(&m, true);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char params[100];
        snprintf(params, sizeof params, "{\"protocolVersion\":\"%s\",\"capabilities\":{},\"clientInfo\":{}}",
                 table[i].asked);
        json_t *j = mcp_sample_ask(&m, "initialize", params);
        assert_string_equal(json_string_value(json_object_get(j, "protocolVersion")), table[i].got);
        assert_string_equal(m.version, table[i].got);
        assert_string_equal(json_string_value(json_object_get(json_object_get(j, "serverInfo"), "version")), "1.2.3");
        assert_int_equal(json_object_size(json_object_get(j, "capabilities")), 3);
        json_decref(j);
    }
    assert_null(mcp_version("2025-06-19"));
    assert_null(mcp_version(NULL));
    mcp_sample_done(&m);
}

static void test_batches(void **state)
{
    (void)state;
    static const char some[] = "[" REQUEST("ping") ",{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"},7,"
                               "{\"jsonrpc\":\"2.0\",\"id\":\"b\",\"method\":\"nothing\"},"
                               WITH("initialize", "{\"protocolVersion\":\"2025-03-26\"}") "]";
    static const int codes[] = { 0, -32600, -32601, -32600 };
    struct mcp_sample m;
    mcp_sample_init(&m, true);
    m.version = mcp_version("2025-03-26");
    json_t *j = mcp_sample_say(&m, some);
    assert_int_equal(json_array_size(j), 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(json_integer_value(json_object_get(json_object_get(json_array_get(j, i), "error"), "code")),
                         codes[i]);
    json_decref(j);
    assert_null(mcp_sample_say(&m, "[{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}]"));
    j = mcp_sample_say(&m, "[]");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(j, "error"), "code")), -32600);
    json_decref(j);
    auto_buf struct buf many = { 0 };
    for (int i = 0; i <= MCP_BATCH_MAX; i++)
        buf_printf(&many, "%s%s", i ? "," : "[", REQUEST("ping"));
    buf_putc(&many, ']');
    j = mcp_sample_say(&m, many.p);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(j, "error"), "code")), -32600);
    json_decref(j);
    mcp_sample_done(&m);
}

/* ---- over HTTP ---- */

static int post(void *mcp, enum http_method method, const char *version, const char *body, struct buf *out)
{
    struct http_request r = { .method = method, .path = "/mcp", .query = "", .body = body, .body_n = strlen(body),
                              .header[HTTP_MCP_VERSION] = version, .role = HTTP_READ_ONLY };
    struct http_reply reply = { 0 };
    for (const struct route *route = mcp_routes; route->path; route++)
        if (route->method == method)
            route->handle(mcp, &r, &reply);
    buf_clear(out);
    buf_put(out, buf_text(&reply.body), reply.body.n);
    if (reply.status == 405)
        assert_string_equal(http_field(&reply, "Allow"), "POST");
    int status = reply.status;
    http_reply_done(&reply);
    return status;
}

static void test_http(void **state)
{
    (void)state;
    static const char notice[] = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
    static const struct { enum http_method method; const char *version, *body; int want; } table[] = {
        { HTTP_POST, NULL, REQUEST("ping"), 200 }, { HTTP_POST, "2025-06-18", REQUEST("ping"), 200 },
        { HTTP_POST, "2024-11-05", REQUEST("nothing"), 200 }, { HTTP_POST, "2030-01-01", REQUEST("ping"), 400 },
        { HTTP_POST, "", REQUEST("ping"), 400 }, { HTTP_POST, NULL, notice, 202 }, { HTTP_POST, NULL, "{", 400 },
        { HTTP_POST, NULL, "", 400 }, { HTTP_POST, NULL, "[" REQUEST("ping") "]", 200 },
        { HTTP_POST, "2025-06-18", "[" REQUEST("ping") "]", 400 }, { HTTP_GET, NULL, "", 405 },
        { HTTP_DELETE, NULL, "", 405 },
    };
    struct mcp_sample m;
    auto_buf struct buf out = { 0 };
    mcp_sample_init(&m, true);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int status = post(m.mcp, table[i].method, table[i].version, table[i].body, &out);
        if (status != table[i].want)
            fail_msg("case %zu gave %d, not %d: %s", i, status, table[i].want, buf_text(&out));
        assert_int_equal(status == 202, out.n == 0);
        assert_int_equal(post(NULL, table[i].method, table[i].version, table[i].body, &out), 404);
        assert_non_null(strstr(out.p, "--mcp"));
    }
    mcp_sample_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages), cmocka_unit_test(test_versions), cmocka_unit_test(test_batches),
        cmocka_unit_test(test_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
