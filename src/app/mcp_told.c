/* mcp_told.c - a key each, and an option that says no. */
#include "app/mcp_told.h"

#include "app/version.h"
#include "core/config.h"

static bool mcp_tells(const struct args *a, const char *key, const char *option)
{
    return config_bool(args_config(a), key) && !(args_has(a, option) && args_flag(a, option));
}

struct mcp_options mcp_told(const struct args *a, struct api *api)
{
    return (struct mcp_options){
        .api = api, .version = SONDE_VERSION,
        .process_names = mcp_tells(a, "mcp.process_names", "no-process-names"),
        .mount_points = mcp_tells(a, "mcp.mount_points", "no-mount-points"),
        .log_lines = mcp_tells(a, "mcp.log_lines", "no-log-lines"),
    };
}
