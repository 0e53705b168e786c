/* unit.c - expands the templates of data/service/. */
#include "app/service/unit.h"

#include "base/auto.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct { const char *name, *text; } templates[UNIT_FILES] = {
#include "app/unit_templates.inc"
};

static const struct { const char *folder, *name; } places[UNIT_FILES] = {
    [UNIT_RECORDER] = { "/etc/systemd/system", "sonde.service" },
    [UNIT_WEB]      = { "/etc/systemd/system", "sonde-web.service" },
    [UNIT_NETWORK]  = { "/etc/systemd/system", "sonde.service.d/network.conf" },
    [UNIT_TMPFILES] = { "/etc/tmpfiles.d", "sonde-rapl.conf" },
    [UNIT_UDEV]     = { "/etc/udev/rules.d", "60-sonde-rapl.rules" },
    [UNIT_SYSUSERS] = { "/etc/sysusers.d", "sonde.conf" },
    [UNIT_POLICY]   = { "/etc/systemd/system", "sonde-policy.service" },
    [UNIT_POLICY_SOCKET] = { "/etc/systemd/system", "sonde-policy.socket" },
};

const char *unit_name(enum unit_file file)
{
    return places[file].name;
}

const char *unit_folder(enum unit_file file)
{
    return places[file].folder;
}

void unit_put_word(const char *word, struct buf *out)
{
    bool plain = *word && !word[strcspn(word, " \t\"'\\;")];
    if (!plain)
        buf_putc(out, '"');
    for (const char *p = word; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_putc(out, '\\');
        if (*p == '%' || *p == '$')
            buf_putc(out, *p);
        buf_putc(out, *p);
    }
    if (!plain)
        buf_putc(out, '"');
}

/* What unit_put_word() cannot say: a newline would begin another line of the unit. */
static bool unit_may_name(const char *path)
{
    size_t n = strlen(path);
    bool up = strstr(path, "/../") || (n >= 3 && strcmp(path + n - 3, "/..") == 0);
    return *path == '/' && !up && text_is_plain(path) && !strchr(path, '$');
}

bool unit_may_run(const char *program, char *why, size_t cap)
{
    if (unit_may_name(program))
        return true;
    snprintf(why, cap, "the program must have an absolute path without \"..\", \"$\" and control characters");
    return false;
}

bool unit_may_own(const char *directory, bool user, char *why, size_t cap)
{
    int depth = 0;
    for (const char *p = directory; *p; p++)
        depth += *p == '/' && p[1] && p[1] != '/' && !(p[1] == '.' && (p[2] == '/' || !p[2]));
    if (!unit_may_name(directory))
        snprintf(why, cap, "the data directory must be an absolute path without \"..\", \"$\" and control characters");
    else if (depth < 2)
        snprintf(why, cap, "%s would belong to the service with all that is in it; name a folder of its own in it",
                 directory);
    else if (user)
        return true;
    else if (!strncmp(directory, "/tmp/", 5) || !strncmp(directory, "/var/tmp/", 9))
        snprintf(why, cap, "%s is not kept, and the service has a %.8s of its own", directory, directory);
    else
        return true;
    return false;
}

/* Is the word before a line's text true? */
static bool unit_holds(const char *word, size_t n, const struct unit_options *o)
{
    const struct { const char *word; bool holds; } words[] = {
        { "system", !o->user },
        { "user", o->user },
        { "bpf", o->bpf && !o->user },
        { "standard", !o->bpf && !o->user },
        { "alias", o->alias },
        { "state", !o->directory && !o->user },
        { "elsewhere", o->directory && !o->user },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == n && memcmp(words[i].word, word, n) == 0)
            return words[i].holds;
    return false;
}

static void unit_put_options(enum unit_file file, const struct unit_options *o, struct buf *out)
{
    if (o->directory) {
        buf_puts(out, " --data ");
        unit_put_word(o->directory, out);
    }
    if (o->interval_s > 0 && file == UNIT_RECORDER)
        buf_printf(out, " --interval %g", o->interval_s);
}

static void unit_put_value(enum unit_file file, const char *name, size_t n, const struct unit_options *o,
                           struct buf *out)
{
    if (strncmp(name, "exec", n) == 0)
        unit_put_word(o->program, out);
    else if (strncmp(name, "options", n) == 0)
        unit_put_options(file, o, out);
    else if (strncmp(name, "directory", n) == 0)
        unit_put_word(o->directory, out);
    else
        buf_puts(out, o->origin ? o->origin : "Printed by `sonde service print`.");
}

/* A line with its @name@ replaced; an @ that ends no name is itself. */
static void unit_put_line(enum unit_file file, const char *line, size_t n, const struct unit_options *o,
                          struct buf *out)
{
    const char *end = line + n;
    while (line < end) {
        const char *at = memchr(line, '@', (size_t)(end - line));
        size_t name = at ? strspn(at + 1, "abcdefghijklmnopqrstuvwxyz") : 0;
        if (!at || !name || at + 1 + name >= end || at[1 + name] != '@') {
            size_t plain = at ? (size_t)(at - line) + 1 : (size_t)(end - line);
            buf_put(out, line, plain);
            line += plain;
            continue;
        }
        buf_put(out, line, (size_t)(at - line));
        unit_put_value(file, at + 1, name, o, out);
        line = at + 2 + name;
    }
    buf_putc(out, '\n');
}

void unit_put(enum unit_file file, const struct unit_options *o, struct buf *out)
{
    const char *line = templates[file].text;
    bool blank = true; /* two empty lines become one */
    for (size_t n; *line; line += n + 1) {
        n = strcspn(line, "\n");
        const char *text = line;
        if (*line == '@') {
            size_t word = strcspn(line + 1, " \n");
            if (!unit_holds(line + 1, word, o))
                continue;
            text = line + 1 + word + (line[1 + word] == ' ');
        }
        size_t rest = (size_t)(line + n - text);
        if (!(blank && !rest))
            unit_put_line(file, text, rest, o, out);
        blank = !rest;
    }
}
