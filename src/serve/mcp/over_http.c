/*
 * over_http.c - streamable HTTP in its plainest form, which the specification allows: every message is a POST with its
 * answer in the reply, there is no session and no stream of our own.
 */
#include "serve/mcp/mcp_own.h"

#include "base/auto.h"

#define ASSUMED "2025-03-26" /* of a client that does not say: so the specification has it */

static bool http_is_on(const void *self, struct http_reply *out)
{
    if (!self)
        http_fail(out, 404, "the Model Context Protocol is not switched on here", "start it with `sonde serve "
                  "--mcp`, or set mcp.http in the configuration");
    return self != NULL;
}

static void http_post(void *self, const struct http_request *r, struct http_reply *out)
{
    const char *said = r->header[HTTP_MCP_VERSION], *version = mcp_version(said ? said : ASSUMED);
    auto_buf struct buf answer = { 0 };
    if (!http_is_on(self, out))
        return;
    if (!version) {
        http_fail(out, 400, "this version of the protocol is not known here", "send MCP-Protocol-Version as "
                  "`initialize` gave it");
        return;
    }
    enum mcp_outcome outcome = mcp_answer(self, &version, r->body, r->body_n, &answer);
    out->status = outcome == MCP_SILENT ? 202 : outcome == MCP_REFUSED ? 400 : 200;
    buf_put(&out->body, answer.p, answer.n);
}

/* There is nothing to listen to, and no session to end. */
static void http_nothing(void *self, const struct http_request *r, struct http_reply *out)
{
    (void)r;
    if (!http_is_on(self, out))
        return;
    http_fail(out, 405, "this server has no sessions and sends nothing by itself", "POST messages here");
    http_put(out, "Allow", "POST");
}

const struct route mcp_routes[] = {
    { HTTP_POST, "/mcp", HTTP_READ_ONLY, ROUTE_WORKER, http_post },
    { HTTP_GET, "/mcp", HTTP_READ_ONLY, ROUTE_AT_ONCE, http_nothing },
    { HTTP_DELETE, "/mcp", HTTP_READ_ONLY, ROUTE_AT_ONCE, http_nothing },
    { 0 },
};
