/* What assistants are told by `sonde mcp` and `sonde serve --mcp`: by the configuration, and by options of one. */
#ifndef APP_MCP_TOLD_H
#define APP_MCP_TOLD_H

#include "app/command.h"
#include "serve/mcp/mcp.h"

#define MCP_TOLD_OPTIONS \
    { "no-process-names", 0, OPTION_FLAG, \
      .help = "do not tell names of processes and services, nor lines of logs (mcp.process_names)" }, \
    { "no-mount-points", 0, OPTION_FLAG, .help = "do not tell paths of mount points (mcp.mount_points)" }, \
    { "no-log-lines", 0, OPTION_FLAG, .help = "do not tell lines of logs (mcp.log_lines)" }

/* The api is borrowed. */
struct mcp_options mcp_told(const struct args *a, struct api *api);

#endif
