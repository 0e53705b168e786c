/* program_lines.c - takes apart the lines that an adapter program prints. */
#include "adapters/linux/program_lines.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_MAX 86400

__attribute__((format(printf, 2, 3)))
static int line_wrong(char why[static EXTENSION_WHY], const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, EXTENSION_WHY, fmt, ap);
    va_end(ap);
    return -EINVAL;
}

/* The next word, ended in place; *rest moves behind it and the blanks there. "" at the end. */
static char *line_word(char **rest)
{
    char *word = *rest, *p = word + strcspn(word, " ");
    if (*p)
        *p++ = '\0';
    *rest = p + strspn(p, " ");
    return word;
}

/* The same for "NAME{INST}", whose instance may hold blanks. */
static char *line_id(char **rest)
{
    char *id = *rest;
    size_t name = strcspn(id, "{ ");
    char *close = id[name] == '{' ? strchr(id + name, '}') : NULL;
    if (!close)
        return line_word(rest);
    char *p = close + 1;
    size_t more = strcspn(p, " "); /* what does not belong there stays in sight */
    *rest = p + more;
    if (**rest)
        *(*rest)++ = '\0';
    *rest += strspn(*rest, " ");
    return id;
}

/* What a line begins with; a word of the protocol is no name. */
static enum program_word line_first(const char *line)
{
    static const struct { const char *text; enum program_word word; } words[] = {
        { "sonde", PROGRAM_HELLO }, { "metric", PROGRAM_METRIC }, { "end", PROGRAM_END },
        { "event", PROGRAM_EVENT }, { "absent", PROGRAM_ABSENT },
    };
    size_t n = strcspn(line, " ");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].text) == n && strncmp(line, words[i].text, n) == 0)
            return words[i].word;
    return PROGRAM_VALUE;
}

static int line_hello(char *rest, char why[static EXTENSION_WHY])
{
    const char *version = line_word(&rest);
    char ours[16];
    snprintf(ours, sizeof ours, "%d", PROGRAM_VERSION);
    if (strcmp(version, ours) != 0 || *rest)
        return line_wrong(why, "it speaks version '%.20s' of the protocol, this Sonde version %s",
                          version, ours);
    return 0;
}

/* "min=0", "max=", "wrap=" before the help; returns 1 for one, 0 where the help begins. */
static int line_bound(char **rest, struct extension_metric *m, char why[static EXTENSION_WHY])
{
    const struct { const char *key; double *to; } bounds[] = {
        { "min=", &m->min }, { "max=", &m->max }, { "wrap=", &m->wrap } };
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        size_t n = strlen(bounds[i].key);
        if (strncmp(*rest, bounds[i].key, n) != 0)
            continue;
        const char *word = line_word(rest);
        if (!text_double(word + n, bounds[i].to))
            return line_wrong(why, "'%.40s' is no number", word);
        return 1;
    }
    return 0;
}

/* Where only one bound is known the other is as far away as numbers go. */
static void line_open_bounds(struct extension_metric *m)
{
    if (isnan(m->min) && isnan(m->max)) {
        m->min = m->max = 0; /* none: see struct metric */
        return;
    }
    m->min = isnan(m->min) ? -__DBL_MAX__ : m->min;
    m->max = isnan(m->max) ? __DBL_MAX__ : m->max;
}

static int line_metric(char *rest, struct extension_metric *m, char why[static EXTENSION_WHY])
{
    char *id = line_id(&rest), *brace = strchr(id, '{');
    if (brace) {
        size_t n = strlen(brace);
        if (n < 3 || brace[n - 1] != '}')
            return line_wrong(why, "'%.60s' is neither NAME nor NAME{INSTANCE}", id);
        brace[n - 1] = '\0';
        *brace = '\0';
    }
    if (line_first(id) != PROGRAM_VALUE)
        return line_wrong(why, "'%s' is a word of the protocol and no name", id);
    *m = (struct extension_metric){ .name = id, .inst = brace ? brace + 1 : NULL, .min = NAN, .max = NAN };
    m->unit = line_word(&rest);
    const char *kind = line_word(&rest);
    m->counter = strcmp(kind, "counter") == 0;
    if (!m->counter && strcmp(kind, "gauge") != 0)
        return line_wrong(why, "%.40s: '%.20s' is neither gauge nor counter", id, kind);
    int rc;
    while ((rc = line_bound(&rest, m, why)) > 0)
        ;
    line_open_bounds(m);
    m->help = rest;
    return rc;
}

static int line_end(char *rest, double *seconds, char why[static EXTENSION_WHY])
{
    *seconds = NAN;
    if (!*rest)
        return 0;
    if (!text_double(rest, seconds) || *seconds <= 0 || *seconds > SECONDS_MAX)
        return line_wrong(why, "behind 'end' stand the seconds to the next sample, up to %d, not '%.40s'",
                          SECONDS_MAX, rest);
    return 0;
}

static int line_event(char *rest, struct program_line *out, char why[static EXTENSION_WHY])
{
    const char *word = line_word(&rest);
    for (int s = SEVERITY_INFO; s <= SEVERITY_CRITICAL; s++)
        if (strcmp(word, severity_name((enum severity)s)) == 0)
            out->severity = (enum severity)s;
    if (!out->severity || !*rest)
        return line_wrong(why, "an event is 'event info|notice|warning|critical TEXT'");
    out->text = rest;
    return 0;
}

static int line_value(char *rest, struct program_line *out, char why[static EXTENSION_WHY])
{
    out->id = line_id(&rest);
    out->value = NAN;
    if (strcmp(rest, "nan") != 0 && !text_double(rest, &out->value))
        return line_wrong(why, "%.60s: '%.40s' is no number", out->id, rest);
    return 0;
}

/* Ends the line in place, without blanks around it; NULL where it is no text. */
static char *line_clean(char *line, size_t n, char why[static EXTENSION_WHY])
{
    line[n] = '\0';
    for (char *p = line; (p = strchr(p, '\t')); ) /* the one control character that is fine */
        *p = ' ';
    if (strlen(line) != n || !text_is_plain(line)) {
        line_wrong(why, "a line that is not UTF-8, or has control characters");
        return NULL;
    }
    while (n && line[n - 1] == ' ')
        line[--n] = '\0';
    return line + strspn(line, " ");
}

bool program_line_declares(const char *line)
{
    line += strspn(line, " \t");
    return strncmp(line, "metric", 6) == 0 && (line[6] == ' ' || line[6] == '\t');
}

int program_line(char *line, size_t n, struct program_line *out, char why[static EXTENSION_WHY])
{
    *out = (struct program_line){ .word = PROGRAM_NOTHING };
    char *rest = line_clean(line, n, why);
    if (!rest)
        return -EINVAL;
    if (!*rest || *rest == '#')
        return 0;
    out->word = line_first(rest);
    if (out->word != PROGRAM_VALUE)
        line_word(&rest);
    switch (out->word) {
    case PROGRAM_HELLO: return line_hello(rest, why);
    case PROGRAM_METRIC: return line_metric(rest, &out->metric, why);
    case PROGRAM_END: return line_end(rest, &out->seconds, why);
    case PROGRAM_EVENT: return line_event(rest, out, why);
    case PROGRAM_ABSENT: out->text = rest; return 0;
    default: return line_value(rest, out, why);
    }
}
