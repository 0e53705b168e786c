/* command.c - the commands of this build, and the options that all of them take. */
#include "app/command.h"
#include "app/registry.h"

#include "base/check.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = { COMMANDS };

enum { COUNT = sizeof commands / sizeof *commands };

static const struct option common[] = {
    { "help",     'h', OPTION_FLAG, .help = "explain this command" },
    { "json",     0,   OPTION_FLAG, .help = "print JSON instead of text" },
    { "config",   0,   OPTION_FILE, "FILE", .help = "read this configuration too, after the system's and the user's" },
    { "root",     0,   OPTION_DIR,  "DIR",  .help = "look at the machine recorded below DIR instead of this one" },
    { "verbose",  'v', OPTION_FLAG, .help = "say on stderr what is being done" },
    { "quiet",    'q', OPTION_FLAG, .help = "say nothing on stderr but errors" },
    { "no-color", 0,   OPTION_FLAG, .help = "no colours, as with NO_COLOR in the environment" },
    { 0 },
};

const struct option *command_common(void)
{
    return common;
}

const struct command *const *command_all(size_t *n)
{
    *n = COUNT;
    return commands;
}

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const char *command_leaf(const struct command *c)
{
    const char *blank = strrchr(c->name, ' ');
    return blank ? blank + 1 : c->name;
}

const struct command *command_verb(const struct command *c, const char *name)
{
    for (const struct command *const *v = c->verbs; v && *v; v++)
        if (strcmp(command_leaf(*v), name) == 0)
            return *v;
    return NULL;
}

/* Goes on after what is unknown. */
/* meant: NULL where only the spelling can tell. */
static void command_put_meant(const char *name, const char *meant, const char *const *names, size_t n,
                              const char *topic, struct buf *out)
{
    check_put_quoted(out, name);
    if (!meant)
        meant = text_nearest(name, names, n, sizeof *names);
    if (meant)
        buf_printf(out, "; did you mean %s? See `sonde help%s`.", meant, topic);
    else
        buf_printf(out, ". See `sonde help%s`.", topic);
}

/* Is it what others call the command? */
static bool command_is_also(const struct command *c, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = c->also; p && n; p = strchr(p, ' ')) {
        p += strspn(p, " ");
        if (strcspn(p, " ") == n && strncmp(p, word, n) == 0)
            return true;
    }
    return false;
}

void command_put_unknown(const char *name, struct buf *out)
{
    const char *names[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        names[i] = commands[i]->name;
    buf_puts(out, "there is no command ");
    command_put_meant(name, NULL, names, COUNT, "", out);
}

void command_put_unknown_verb(const struct command *c, const char *name, struct buf *out)
{
    enum { MAX = 32 };
    const char *names[MAX], *meant = NULL;
    char topic[64];
    size_t n = 0;
    for (const struct command *const *v = c->verbs; v && *v && n < MAX; v++) {
        names[n++] = command_leaf(*v);
        meant = command_is_also(*v, name) ? command_leaf(*v) : meant;
    }
    snprintf(topic, sizeof topic, " %s", c->name);
    buf_printf(out, "%s: there is no ", c->name);
    command_put_meant(name, meant, names, n, topic, out);
}
