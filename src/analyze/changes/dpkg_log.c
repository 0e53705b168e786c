/*
 * dpkg_log.c - "2026-11-22 10:26:16 upgrade bash:amd64 5.2.15-2 5.2.15-3": local time, and one action a line.
 *
 * Source: dpkg(1), --log. A removal is "remove"; "purge" is of configuration files that were left, which changes
 * nothing that runs. A downgrade is called "upgrade" there: told apart by the versions.
 */
#include "analyze/changes/package_log.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

void package_word(char *out, size_t cap, const char *from, size_t n)
{
    n = n < cap - 1 ? n : cap - 1;
    memcpy(out, from, n);
    out[n] = '\0';
    text_clean(out);
}

/* ---- versions: deb-version(7) ---- */

static int version_weight(int c)
{
    return c == '~' ? -1 : isdigit(c) || !c ? 0 : isalpha(c) ? c : c + 256;
}

/* Runs of other characters and of digits in turn. */
static int version_part(const char *a, const char *b)
{
    while (*a || *b) {
        while ((*a && !isdigit((unsigned char)*a)) || (*b && !isdigit((unsigned char)*b))) {
            int d = version_weight((unsigned char)*a) - version_weight((unsigned char)*b);
            if (d)
                return d;
            a += *a != '\0';
            b += *b != '\0';
        }
        a += strspn(a, "0");
        b += strspn(b, "0");
        size_t n = strspn(a, "0123456789"), m = strspn(b, "0123456789");
        int d = n != m ? (n > m ? 1 : -1) : memcmp(a, b, n);
        if (d)
            return d;
        a += n;
        b += m;
    }
    return 0;
}

/* An epoch, "1:", counts before all else. */
static int version_order(const char *a, const char *b)
{
    const char *ca = strchr(a, ':'), *cb = strchr(b, ':');
    char ea[16] = "0", eb[16] = "0";
    if (ca)
        package_word(ea, sizeof ea, a, (size_t)(ca - a));
    if (cb)
        package_word(eb, sizeof eb, b, (size_t)(cb - b));
    int d = version_part(ea, eb);
    return d ? d : version_part(ca ? ca + 1 : a, cb ? cb + 1 : b);
}

/* ---- lines ---- */

/* The next word; its length, 0 at the end. *p is behind it then. */
static size_t dpkg_next(const char **p, const char **word)
{
    *p += strspn(*p, " ");
    size_t n = strcspn(*p, " ");
    *word = *p;
    *p += n;
    return n;
}

static bool dpkg_is(const char *word, size_t n, const char *text)
{
    return strlen(text) == n && memcmp(word, text, n) == 0;
}

bool dpkg_log_line(const char *line, struct package_change *out)
{
    const char *w[4], *p = line;
    size_t n[4];
    char stamp[20];
    *out = (struct package_change){ .local = true };
    if (strlen(line) < 20 || line[19] != ' ')
        return false;
    memcpy(stamp, line, 19);
    stamp[19] = '\0';
    p += 19;
    for (int i = 0; i < 4; i++)
        if ((n[i] = dpkg_next(&p, &w[i])) == 0)
            return false;
    bool installs = dpkg_is(w[0], n[0], "install"), removes = dpkg_is(w[0], n[0], "remove");
    if ((!installs && !removes && !dpkg_is(w[0], n[0], "upgrade")) || !text_parse_time(stamp, &out->at_ms))
        return false;
    const char *colon = memchr(w[1], ':', n[1]);
    package_word(out->name, sizeof out->name, w[1], colon ? (size_t)(colon - w[1]) : n[1]);
    if (!dpkg_is(w[2], n[2], "<none>"))
        package_word(out->from, sizeof out->from, w[2], n[2]);
    if (!dpkg_is(w[3], n[3], "<none>"))
        package_word(out->to, sizeof out->to, w[3], n[3]);
    out->action = removes ? PACKAGE_REMOVED : installs ? PACKAGE_INSTALLED : PACKAGE_UPGRADED;
    if (installs)
        *out->from = '\0'; /* a version whose files were gone already */
    int order = out->action == PACKAGE_UPGRADED ? version_order(out->from, out->to) : -1;
    if (order > 0)
        out->action = PACKAGE_DOWNGRADED;
    return *out->name && order != 0;
}
