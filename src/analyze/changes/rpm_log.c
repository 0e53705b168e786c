/*
 * rpm_log.c - "2026-11-22T10:26:16+0100 SUBDEBUG Upgrade: bash-5.2.26-1.fc39.x86_64", of dnf 4.
 *
 * The new and the old version stand in lines of their own: "Upgrade" (or "Upgraded" of old releases of dnf, for the
 * new one: then there is no line for the old one), "Upgraded" for the old one. A run puts them together.
 */
#include "analyze/changes/package_log.h"

#include "base/text.h"

#include <string.h>

static const struct { const char *word; enum package_action action; bool old; } rpm_words[] = {
    { "Installed: ", PACKAGE_INSTALLED, false }, { "Upgrade: ", PACKAGE_UPGRADED, false },
    { "Upgraded: ", PACKAGE_UPGRADED, true }, { "Downgrade: ", PACKAGE_DOWNGRADED, false },
    { "Downgraded: ", PACKAGE_DOWNGRADED, true }, { "Erase: ", PACKAGE_REMOVED, true },
    { "Erased: ", PACKAGE_REMOVED, true }, { "Removed: ", PACKAGE_REMOVED, true },
    { "Obsoleted: ", PACKAGE_REMOVED, true },
};

/* "bash-0:5.2.26-1.fc39.x86_64": name, version and release, architecture. False: it is none. */
static bool rpm_name(const char *p, size_t n, struct package_change *out, bool old)
{
    size_t dot = n, dash[2] = { 0, 0 };
    while (dot > 0 && p[dot - 1] != '.')
        dot--;
    size_t end = dot > 0 ? dot - 1 : n;
    int found = 0;
    for (size_t i = end; i > 0 && found < 2; i--)
        if (p[i - 1] == '-')
            dash[found++] = i - 1;
    if (found < 2 || dash[1] == 0)
        return false;
    const char *version = p + dash[1] + 1;
    size_t length = end - dash[1] - 1;
    const char *colon = memchr(version, ':', length);
    if (colon && colon[-1] == '0' && colon == version + 1) { /* no epoch */
        version += 2;
        length -= 2;
    }
    package_word(out->name, sizeof out->name, p, dash[1]);
    package_word(old ? out->from : out->to, sizeof out->to, version, length);
    return true;
}

static bool rpm_time(const char *line, size_t n, int64_t *out_ms)
{
    char stamp[40];
    if (n < 19 || n > 30)
        return false;
    memcpy(stamp, line, n);
    stamp[n] = '\0';
    return text_parse_time(stamp, out_ms);
}

bool rpm_log_line(const char *line, struct package_change *out)
{
    *out = (struct package_change){ 0 };
    size_t n = strcspn(line, " ");
    const char *p = line + n + strspn(line + n, " ");
    size_t level = strcspn(p, " ");
    if (!*p || !p[level] || !rpm_time(line, n, &out->at_ms))
        return false;
    p += level + 1;
    for (size_t i = 0; i < sizeof rpm_words / sizeof *rpm_words; i++) {
        size_t length = strlen(rpm_words[i].word);
        if (strncmp(p, rpm_words[i].word, length) != 0)
            continue;
        p += length;
        out->action = rpm_words[i].action;
        return rpm_name(p, strcspn(p, " \t"), out, rpm_words[i].old);
    }
    return false;
}
