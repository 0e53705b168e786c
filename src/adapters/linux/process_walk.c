/* process_walk.c - what the ways have in common: may they be used here? */
#include "adapters/linux/process_walk.h"

#include "os/os.h"

#include <stdio.h>
#include <string.h>

#define INITIAL_PID_NAMESPACE "pid:[4026531836]" /* PROC_PID_INIT_INO of include/linux/proc_ns.h */

bool walk_may(int capability)
{
    char text[4096];
    unsigned long long set;
    const char *line;
    return os_read_text("", "/proc/self/status", text, sizeof text) > 0 && (line = strstr(text, "\nCapEff:")) &&
           sscanf(line + 8, "%llx", &set) == 1 && set >> capability & 1;
}

bool walk_in_initial_namespace(const char *root)
{
    char link[64];
    return os_read_link(root, "/proc/self/ns/pid", link, sizeof link) < 0 || strcmp(link, INITIAL_PID_NAMESPACE) == 0;
}
