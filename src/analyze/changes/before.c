/* before.c - closeness on a logarithmic scale, times what such a change can do. */
#include "analyze/changes/before.h"

#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR_MS 30000.0 /* within it nothing is closer than another */
#define WORD_MIN 4      /* letters of a name that is taken for one */

/* What a change by who says it, and the areas where it does more. */
static const struct { const char *source, *areas; double at_all, in_area; } weights[] = {
    { "boot", "cpu memory disk network processes thermal power other", 0.7, 0.7 },
    { "version", "cpu memory disk network thermal power other", 0.8, 0.9 },
    { "packages", "processes cpu memory disk", 0.3, 0.4 },
    { "service", "cpu memory disk network processes", 0.3, 0.6 },
    { "memory", "memory processes cpu", 0.4, 0.95 },
    { "mount", "disk", 0.2, 0.8 },
    { "disk", "disk memory cpu", 0.3, 0.9 },
    { "net", "network", 0.2, 0.9 },
    { "usb", "disk power other", 0.15, 0.3 },
    { "gpu", "power thermal other", 0.4, 0.7 },
    { "cpu", "cpu thermal power", 0.5, 0.9 },
    { "hardware", "memory cpu disk other", 0.5, 0.7 },
    { "clock", "other", 0.1, 0.2 },
};

/* Is a word one of a list with blanks between? */
static bool before_listed(const char *list, const char *word)
{
    const char *p = *word ? strstr(list, word) : NULL;
    size_t n = strlen(word);
    return p && (p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0');
}

/* Packages that are more than programs. */
static double before_package(const char *text)
{
    static const char *const deep[] = { "linux-image", "kernel", "nvidia", "amdgpu", "microcode", "ucode", "firmware",
                                        "mesa", "systemd", "libc6", "glibc" };
    for (size_t i = 0; i < sizeof deep / sizeof *deep; i++)
        if (strstr(text, deep[i]))
            return 0.8;
    return 0;
}

/* The next name in a text: letters, digits, '-', '_'. Its length, 0 at the end. */
static size_t before_word(const char **p)
{
    while (**p && !isalnum((unsigned char)**p))
        (*p)++;
    size_t n = 0;
    while (isalnum((unsigned char)(*p)[n]) || (*p)[n] == '-' || (*p)[n] == '_')
        n++;
    return n;
}

/* Words of our own sentences name nobody. */
static bool before_is_common(const char *w, size_t n)
{
    static const char common[] = " from with package packages upgraded installed removed downgraded service started "
        "stopped failed memory disk network interface link file system mounted unmounted process processes used rose fell usual "
        "kernel device plugged unplugged changed driver machine started temperature thermal power other busy read write "
        "written read- control group lack again that what which were after before than its there ended down online "
        "writable read-only while high higher lower version ";
    char word[40];
    if (n >= sizeof word - 3)
        return false;
    snprintf(word, sizeof word, " %.*s ", (int)n, w);
    for (char *c = word; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return strstr(common, word) != NULL;
}

/* Does a name of the episode stand in the text: "postgres" in "postgresql-15", or the other way round? */
static bool before_names(const char *text, const char *words)
{
    const char *p = words;
    for (size_t n; (n = before_word(&p)) > 0; p += n) {
        if (n < WORD_MIN || before_is_common(p, n) || isdigit((unsigned char)*p))
            continue;
        const char *q = text;
        for (size_t m; (m = before_word(&q)) > 0; q += m) {
            size_t same = m < n ? m : n;
            if (m >= WORD_MIN && !before_is_common(q, m) && strncmp(p, q, same) == 0)
                return true;
        }
    }
    return false;
}

static double before_relevance(const struct event *e, const struct before_episode *of)
{
    double r = 0.1;
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        if (strcmp(weights[i].source, e->source) == 0)
            r = before_listed(weights[i].areas, of->area) ? weights[i].in_area : weights[i].at_all;
    if (strcmp(e->source, "packages") == 0)
        r = fmax(r, before_package(e->text));
    if (before_names(e->text, of->words))
        r = fmax(r, 0.9);
    return e->severity >= SEVERITY_WARNING ? fmin(1, r + 0.1) : r;
}

double before_score(const struct event *e, const struct before_episode *of)
{
    double away = (double)(of->start_ms - e->wall_ms);
    if (e->kind != EVENT_CHANGE || away < 0 || away > (double)BEFORE_MS)
        return 0;
    double closeness = 1 - log(fmax(away, NEAR_MS) / NEAR_MS) / log((double)BEFORE_MS / NEAR_MS);
    return closeness * before_relevance(e, of);
}

/* Of what happened again and again the time counts that says most. True: it stands there already, and better. */
static bool before_has(struct before_change *out, int *n, const char *text, double score)
{
    for (int k = 0; k < *n; k++) {
        if (strcmp(out[k].text, text) != 0)
            continue;
        if (out[k].score >= score)
            return true;
        memmove(out + k, out + k + 1, (size_t)(--*n - k) * sizeof *out);
        return false;
    }
    return false;
}

int before_rank(const struct event *e, size_t n, const struct before_episode *of, struct before_change out[BEFORE_MOST],
                int n_out)
{
    for (size_t i = 0; i < n; i++) {
        double score = before_score(&e[i], of);
        if (score < BEFORE_LEAST || before_has(out, &n_out, e[i].text, score))
            continue;
        int at = n_out;
        while (at > 0 && score > out[at - 1].score)
            at--;
        if (at == BEFORE_MOST)
            continue;
        n_out = n_out < BEFORE_MOST ? n_out + 1 : n_out;
        memmove(out + at + 1, out + at, (size_t)(n_out - 1 - at) * sizeof *out);
        out[at] = (struct before_change){ .time_ms = e[i].wall_ms, .score = score };
        text_copy(out[at].text, sizeof out[at].text, e[i].text);
    }
    return n_out;
}
