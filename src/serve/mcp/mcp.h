/*
 * The Model Context Protocol: what assistants ask of a machine, read-only tools and texts over what the API answers.
 *
 * One message in, one message out or none; who carries them (lines of a pipe, bodies of HTTP requests) is elsewhere.
 * Nothing here changes anything, and nothing is kept between two messages but for what the API keeps. docs/MCP.md tells
 * what there is.
 */
#ifndef SERVE_MCP_MCP_H
#define SERVE_MCP_MCP_H

#include "serve/api/api.h"

#define MCP_MESSAGE_MAX 65536 /* bytes of a message, as of a request's body */
#define MCP_BATCH_MAX 32      /* messages of a batch, which only 2025-03-26 knows */

struct mcp_options {
    struct api *api;          /* borrowed */
    const char *version;      /* of the program */

    /* What an assistant is told of, as it may send it anywhere. Without the names of processes, those of services and
     * lines of logs are not told either. */
    bool process_names, mount_points, log_lines;

    /* Looks at the machine for a moment, where nothing is recorded yet: 0, and *out is to be released with
     * judged_done(). NULL: nobody can. */
    int (*sample)(void *self, struct judged *out);
    void *self;
};

struct mcp;

struct mcp *mcp_new(const struct mcp_options *o);
void mcp_free(struct mcp *m);

/* The version of the protocol that is meant by a text; NULL: we do not know it. */
const char *mcp_version(const char *text);

enum mcp_outcome {
    MCP_SILENT,   /* nothing is to be said: a notification */
    MCP_ANSWERED,
    MCP_REFUSED,  /* it was no message of the protocol, and `out` says so */
};

/*
 * Answers one message, or a batch.
 *
 *   version  in and out: what was agreed on; NULL before
 *   out      appended to: JSON without a line end
 */
enum mcp_outcome mcp_answer(struct mcp *m, const char **version, const char *text, size_t n, struct buf *out);

/* What a message that is longer than MCP_MESSAGE_MAX gets. */
void mcp_too_long(struct buf *out);

/* POST, GET and DELETE of /mcp: streamable HTTP without sessions and without streams. self is a struct mcp, or NULL:
 * it is not switched on, and that is said. To a route without a path. */
extern const struct route mcp_routes[];

#endif
