/* A server of the Model Context Protocol over the API's sample (api_sample.h), asked as a client does it. */
#ifndef TESTS_UNIT_MCP_SAMPLE_H
#define TESTS_UNIT_MCP_SAMPLE_H

#include "api_sample.h"

#include "serve/mcp/mcp.h"

struct mcp_sample {
    struct api_sample f;
    struct mcp *mcp;
    const char *version;
};

void mcp_sample_init(struct mcp_sample *m, bool names);
void mcp_sample_done(struct mcp_sample *m);

/* Its answer, of the caller; NULL where it is silent. */
struct json_t *mcp_sample_say(struct mcp_sample *m, const char *message);

/* The result of a method; params NULL for none. Fails where there is an error. */
struct json_t *mcp_sample_ask(struct mcp_sample *m, const char *method, const char *params);

/* The result of a tool. */
struct json_t *mcp_sample_call(struct mcp_sample *m, const char *tool, const char *args);

/* Fails where a value is not as a schema says: type, properties, required, additionalProperties, items. */
void mcp_sample_fits(const char *what, const struct json_t *schema, const struct json_t *value);

#endif
