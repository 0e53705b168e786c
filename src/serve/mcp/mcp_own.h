/* What the files of the Model Context Protocol share: tools as tables, and how an answer is told. */
#ifndef SERVE_MCP_OWN_H
#define SERVE_MCP_OWN_H

#include "endpoint/hide.h"
#include "serve/api/api_own.h"
#include "serve/mcp/mcp.h"
#include "serve/mcp/message.h"

struct mcp {
    struct mcp_options o;
};

/* ---- an answer ---- */

#define TOLD_TEXT_MAX 6000  /* bytes of a tool's text */
#define TOLD_TIME_MAX 24    /* bytes of "2026-11-22T10:26:16Z" and its NUL, with room */

/*
 * The answer of a tool: an object for programs, and a short text for who reads. What goes through told_text() and
 * told_say() is without the names that are not to be told.
 */
struct told {
    const struct mcp *mcp;
    struct api *api;
    struct json j;              /* of the object, which is open */
    struct buf object, text;
    size_t most;                /* bytes of the text: what is longer is cut, and says so */
    struct http_reply refusal;  /* its status is set: this is the answer */
    struct hide hide;
    bool hides;
};

void told_init(struct told *t, const struct mcp *m);
void told_done(struct told *t);

/* Closes the object, and takes out of the text what is not to be told. */
void told_finish(struct told *t);

__attribute__((format(printf, 2, 3))) void told_say(struct told *t, const char *fmt, ...);
void told_text(struct told *t, const char *key, const char *text); /* NULL gives null */
void told_name(struct told *t, const char *key, const char *process); /* the name alone, however short it is */
void told_said(struct told *t, const char *key, const char *text); /* "" does, too */
void told_change(struct told *t, const char *key, const char *text); /* of the machine; or a fixed sentence */
void told_time(struct told *t, const char *key, int64_t ms);       /* 0 gives null */
void told_number(struct told *t, const char *key, double v);       /* as many digits as are worth reading */
void told_label(struct told *t, const char *key, const char *label); /* of sessions: as it is */
char *told_when(int64_t ms, char out[static TOLD_TIME_MAX]);

/* The processes of an instant have names that are not to be told, where none is. */
void told_learn(struct told *t, int64_t at_ms);

/* from, to and session; without from, the last so much of it, but the whole of a session. False: the refusal says what
 * is wrong. */
bool told_range(struct told *t, const struct http_request *r, int64_t last_ms, struct api_range *out);
int told_count(struct told *t, const struct http_request *r, const char *name, int fallback);

/* ---- tools ---- */

enum tool_arg_type { TOOL_TEXT, TOOL_TIME, TOOL_COUNT, TOOL_CHOICE };

struct tool_arg {
    const char *name;           /* NULL ends a list */
    enum tool_arg_type type;
    bool required;
    int min, max;               /* of a count; of a text the most bytes */
    const char *choices;        /* separated by blanks */
    const char *help;
};

struct tool {
    const char *name, *title, *help;
    const struct tool_arg *args; /* NULL: none */
    const char *shape;           /* of its object, as shape.h reads it */

    /* Arguments are those of a query, checked against the table. */
    void (*run)(struct told *t, const struct http_request *r);
};

extern const struct tool *const mcp_tools[]; /* to a NULL */

#define TOOL_SESSION { "session", TOOL_TEXT, .max = INDEX_ID_MAX - 1, .help = "only this session, by its id" }
#define TOOL_FROM(since) { "from", TOOL_TIME, .help = "where the range begins; default: " since }
#define TOOL_TO { "to", TOOL_TIME, .help = "where it ends; default: the last that was recorded" }

extern const struct tool tool_current_state, tool_states, tool_doctor, tool_query, tool_list_metrics, tool_compare,
    tool_anomalies, tool_events, tool_forecasts, tool_processes, tool_ask;

/* Puts "tools": all of them. */
void tools_put(struct json *j);

/* Which one is meant; NULL. */
const struct tool *tools_find(const char *name);

/* Checks the arguments of a call into a query. False, and why. */
bool tools_read_args(const struct tool *tool, const struct message *m, struct buf *query, struct buf *why);

/* Puts the members of a result. */
void tools_call(const struct mcp *m, const struct tool *tool, const char *query, struct json *j);

/* ---- resources and prompts ---- */

void resources_put(struct json *j);
void resources_put_templates(struct json *j);

/* Puts "contents". False: there is no such resource; `why` says what went wrong with one that there is. */
bool resources_read(const struct mcp *m, const char *uri, struct json *j, struct buf *why);

void prompts_put(struct json *j);

/* Puts the members of a result; false: there is none of that name, or an argument is wrong. */
bool prompts_get(const struct message *m, const char *name, struct json *j, struct buf *why);

#endif
