/* fuzz_mcp.c - one message of the Model Context Protocol, to an archive in which nothing is: the answer is JSON, on one
 * line, and silence is for who asked nothing. */
#include "base/mem.h"
#include "serve/mcp/mcp.h"

#include <assert.h>
#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The first byte says which version was agreed on. */
static const char *fuzz_version(uint8_t byte)
{
    static const char *const texts[] = { "2025-06-18", "2025-03-26", "2024-11-05" };
    return byte % 4 == 3 ? NULL : mcp_version(texts[byte % 4]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > MCP_MESSAGE_MAX)
        return 0;
    struct config *config = config_new();
    struct api *api = api_new("/nowhere/at/all", &(struct api_shown){ .config = config });
    struct mcp *mcp = mcp_new(&(struct mcp_options){ .api = api, .version = "1", .process_names = data[0] & 4 });
    struct buf out = { 0 };
    const char *version = fuzz_version(data[0]);
    enum mcp_outcome outcome = mcp_answer(mcp, &version, (const char *)data + 1, n - 1, &out);
    assert((outcome == MCP_SILENT) == (out.n == 0) && !memchr(buf_text(&out), '\n', out.n));
    if (out.n) {
        json_t *answer = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, NULL);
        assert(json_is_object(answer) || json_is_array(answer));
        json_decref(answer);
    }
    buf_done(&out);
    mcp_free(mcp);
    api_free(api);
    config_free(config);
    return 0;
}
