/*
 * pacman_log.c - "[2026-11-22T10:26:16+0100] [ALPM] upgraded linux (6.6.1.arch1-1 -> 6.6.2.arch1-1)".
 *
 * Before pacman 5.2 the time is "[2026-11-22 10:26]", local and without seconds.
 */
#include "analyze/changes/package_log.h"

#include "base/text.h"

#include <string.h>

static bool pacman_time(const char *line, size_t n, struct package_change *out)
{
    char stamp[40];
    if (n < 16 || n > 30)
        return false;
    memcpy(stamp, line, n);
    stamp[n] = '\0';
    out->local = n == 16;
    if (out->local)
        strcpy(stamp + n, ":00");
    return text_parse_time(stamp, &out->at_ms);
}

/* "linux (6.6.1 -> 6.6.2)" or "linux (6.6.2)". */
static bool pacman_package(const char *p, struct package_change *out)
{
    size_t n = strcspn(p, " ");
    const char *open = p + n;
    const char *close = strrchr(open, ')');
    if (!n || strncmp(open, " (", 2) != 0 || !close)
        return false;
    const char *version = open + 2, *arrow = strstr(version, " -> ");
    package_word(out->name, sizeof out->name, p, n);
    if (arrow && arrow < close) {
        package_word(out->from, sizeof out->from, version, (size_t)(arrow - version));
        package_word(out->to, sizeof out->to, arrow + 4, (size_t)(close - arrow - 4));
    } else if (out->action == PACKAGE_REMOVED) {
        package_word(out->from, sizeof out->from, version, (size_t)(close - version));
    } else {
        package_word(out->to, sizeof out->to, version, (size_t)(close - version));
    }
    return true;
}

bool pacman_log_line(const char *line, struct package_change *out)
{
    static const struct { const char *word; enum package_action action; } words[] = {
        { "installed ", PACKAGE_INSTALLED }, { "upgraded ", PACKAGE_UPGRADED },
        { "removed ", PACKAGE_REMOVED }, { "downgraded ", PACKAGE_DOWNGRADED },
    };
    static const char who[] = "] [ALPM] ";
    *out = (struct package_change){ 0 };
    size_t n = strcspn(line, "]");
    if (*line != '[' || strncmp(line + n, who, sizeof who - 1) != 0 || !pacman_time(line + 1, n - 1, out))
        return false;
    const char *p = line + n + sizeof who - 1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].word);
        if (strncmp(p, words[i].word, length) == 0) {
            out->action = words[i].action;
            return pacman_package(p + length, out);
        }
    }
    return false;
}
