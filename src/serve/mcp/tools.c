/* tools.c - the table of tools: described, found, their arguments checked, called. */
#include "serve/mcp/mcp_own.h"

#include "base/auto.h"
#include "base/text.h"
#include "serve/mcp/shape.h"

#include <inttypes.h>
#include <string.h>

const struct tool *const mcp_tools[] = {
    &tool_current_state, &tool_anomalies, &tool_query, &tool_list_metrics, &tool_compare, &tool_forecasts, &tool_states,
    &tool_processes, &tool_events, &tool_ask, &tool_doctor, NULL,
};

/* ---- described ---- */

#define TIMES "; RFC 3339 (2026-11-22T14:05:00Z), or -2h, 14:05, 'yesterday 14:05', in UTC"
#define TIME_BYTES 64

static void arg_put_choices(struct json *j, const char *choices)
{
    json_array(j, "enum");
    for (const char *p = choices; *p;) {
        auto_buf struct buf word = { 0 };
        size_t n = strcspn(p, " ");
        buf_put(&word, p, n);
        json_string(j, NULL, word.p);
        p += n + (p[n] == ' ');
    }
    json_end(j);
}

static void arg_put(struct json *j, const struct tool_arg *a)
{
    auto_buf struct buf help = { 0 };
    buf_printf(&help, "%s%s", a->help, a->type == TOOL_TIME ? TIMES : "");
    json_object(j, a->name);
    json_string(j, "type", a->type == TOOL_COUNT ? "integer" : "string");
    if (a->type == TOOL_CHOICE)
        arg_put_choices(j, a->choices);
    if (a->type == TOOL_COUNT) {
        json_int(j, "minimum", a->min);
        json_int(j, "maximum", a->max);
    }
    if (a->type == TOOL_TEXT || a->type == TOOL_TIME) {
        json_int(j, "minLength", 1);
        json_int(j, "maxLength", a->type == TOOL_TIME ? TIME_BYTES : a->max);
    }
    json_string(j, "description", help.p);
    json_end(j);
}

static void tool_put_input(struct json *j, const struct tool *t)
{
    json_object(j, "inputSchema");
    json_string(j, "type", "object");
    json_object(j, "properties");
    for (const struct tool_arg *a = t->args; a && a->name; a++)
        arg_put(j, a);
    json_end(j);
    json_array(j, "required");
    for (const struct tool_arg *a = t->args; a && a->name; a++)
        if (a->required)
            json_string(j, NULL, a->name);
    json_end(j);
    json_bool(j, "additionalProperties", false);
    json_end(j);
}

static void tool_put(struct json *j, const struct tool *t)
{
    json_object(j, NULL);
    json_string(j, "name", t->name);
    json_string(j, "title", t->title);
    json_string(j, "description", t->help);
    tool_put_input(j, t);
    shape_put(j, "outputSchema", t->shape);
    json_object(j, "annotations");
    json_string(j, "title", t->title);
    json_bool(j, "readOnlyHint", true);
    json_bool(j, "destructiveHint", false);
    json_bool(j, "idempotentHint", true);
    json_bool(j, "openWorldHint", false);
    json_end(j);
    json_end(j);
}

void tools_put(struct json *j)
{
    json_array(j, "tools");
    for (size_t i = 0; mcp_tools[i]; i++)
        tool_put(j, mcp_tools[i]);
    json_end(j);
}

const struct tool *tools_find(const char *name)
{
    for (size_t i = 0; mcp_tools[i]; i++)
        if (strcmp(mcp_tools[i]->name, name) == 0)
            return mcp_tools[i];
    return NULL;
}

/* ---- arguments ---- */

struct reading {
    const struct tool *tool;
    struct buf *query, *why;
};

static bool is_one_of(const char *choices, const char *text)
{
    size_t n = strlen(text);
    for (const char *p = choices; *p; p += strcspn(p, " "), p += *p == ' ')
        if (strcspn(p, " ") == n && strncmp(p, text, n) == 0)
            return true;
    return false;
}

static void arg_put_wish(const struct tool_arg *a, struct buf *why)
{
    if (a->type == TOOL_COUNT)
        buf_printf(why, "a whole number from %d to %d", a->min, a->max);
    else if (a->type == TOOL_CHOICE)
        buf_printf(why, "one of: %s", a->choices);
    else
        buf_printf(why, "a text of 1 to %d bytes on one line", a->type == TOOL_TIME ? TIME_BYTES : a->max);
}

static bool arg_fits(const struct tool_arg *a, const struct argument *given)
{
    if (a->type == TOOL_COUNT)
        return given->kind == ARGUMENT_WHOLE && given->whole >= a->min && given->whole <= a->max;
    if (given->kind != ARGUMENT_TEXT)
        return false;
    size_t n = strlen(given->text), most = (size_t)(a->type == TOOL_TIME ? TIME_BYTES : a->max);
    return a->type == TOOL_CHOICE ? is_one_of(a->choices, given->text) : n && n <= most && text_is_plain(given->text);
}

static bool arg_read(void *self, const struct argument *given)
{
    struct reading *r = self;
    const struct tool_arg *a = r->tool->args;
    while (a && a->name && strcmp(a->name, given->name) != 0)
        a++;
    if (!a || !a->name) {
        buf_printf(r->why, "%s has no argument \"%.40s\"", r->tool->name, given->name);
        return false;
    }
    if (!arg_fits(a, given)) {
        buf_printf(r->why, "%s: \"%s\" is to be ", r->tool->name, a->name);
        arg_put_wish(a, r->why);
        return false;
    }
    if (a->type == TOOL_COUNT)
        buf_printf(r->query, "%s=%" PRId64, a->name, given->whole);
    else
        buf_printf(r->query, "%s=%s", a->name, given->text);
    buf_putc(r->query, '\0');
    return true;
}

bool tools_read_args(const struct tool *tool, const struct message *m, struct buf *query, struct buf *why)
{
    struct reading r = { tool, query, why };
    bool good = message_arguments(m, arg_read, &r);
    if (!good && !why->n)
        buf_puts(why, "\"arguments\" is to be an object");
    buf_putc(query, '\0');
    struct http_request given = { .query = query->p };
    for (const struct tool_arg *a = tool->args; good && a && a->name; a++) {
        if (!a->required || http_query(&given, a->name))
            continue;
        buf_printf(why, "%s needs the argument \"%s\": %s", tool->name, a->name, a->help);
        return false;
    }
    return good;
}

/* ---- calls ---- */

static void tools_put_text(struct json *j, const char *text)
{
    json_array(j, "content");
    json_object(j, NULL);
    json_string(j, "type", "text");
    json_string(j, "text", text);
    json_end(j);
    json_end(j);
}

void tools_call(const struct mcp *m, const struct tool *tool, const char *query, struct json *j)
{
    struct told t;
    struct http_request r = { .method = HTTP_GET, .path = "/mcp", .query = query, .body = "", .role = HTTP_READ_ONLY };
    told_init(&t, m);
    tool->run(&t, &r);
    if (t.refusal.status) {
        auto_buf struct buf words = { 0 };
        refusal_words(buf_text(&t.refusal.body), t.refusal.body.n, &words);
        tools_put_text(j, words.p);
        json_bool(j, "isError", true);
    } else {
        told_finish(&t);
        tools_put_text(j, buf_text(&t.text));
        json_raw(j, "structuredContent", t.object.p);
        json_bool(j, "isError", false);
    }
    told_done(&t);
}
