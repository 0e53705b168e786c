/* help.c - `sonde help`: explains commands and the configuration,
 * and prints what is made from them. */
#include "app/help.h"

#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "core/config.h"

#include <stdio.h>
#include <string.h>

enum form { FORM_TEXT, FORM_MAN, FORM_JSON };

static void help_put(const struct command *c, enum form form, struct buf *out)
{
    if (form == FORM_JSON)
        help_json(c, out);
    else if (form == FORM_MAN)
        c ? man_command(c, out) : man_overview(out);
    else
        c ? help_command(c, help_width(), out) : help_overview(help_width(), out);
}

static void help_put_config(enum form form, struct buf *out)
{
    if (form == FORM_JSON)
        help_config_json(out);
    else if (form == FORM_MAN)
        man_config(out);
    else
        help_config(help_width(), out);
}

/* A topic is a command, one with its verb, "config", or NULL for the whole program. */
static int help_topic(const char *topic, const char *verb, enum form form, struct buf *out)
{
    const struct command *c = topic ? command_find(topic) : NULL;
    if (c && verb) {
        const struct command *v = command_verb(c, verb);
        if (!v)
            return EXIT_USAGE;
        help_put(v, form, out);
    } else if (c || !topic)
        help_put(c, form, out);
    else if (!verb && strcmp(topic, "config") == 0)
        help_put_config(form, out);
    else
        return EXIT_USAGE;
    return EXIT_DONE;
}

static int help_unknown(const char *topic, const char *verb)
{
    auto_buf struct buf message = { 0 };
    const struct command *c = command_find(topic);
    if (c && c->verbs) {
        command_put_unknown_verb(c, verb, &message);
    } else if (verb && (c || strcmp(topic, "config") == 0)) {
        buf_puts(&message, "one word too many: ");
        check_put_quoted(&message, verb);
    } else {
        command_put_unknown(topic, &message);
    }
    log_error(0, "help: %s", message.p);
    return EXIT_USAGE;
}

static int help_run(const struct args *a)
{
    auto_buf struct buf out = { 0 };
    const char *topic = args_positional(a, 0);
    enum form form = args_flag(a, "json") ? FORM_JSON : args_flag(a, "man") ? FORM_MAN : FORM_TEXT;
    if (args_flag(a, "bash-completion"))
        completion_bash(&out);
    else if (args_flag(a, "example-config"))
        config_example(&out);
    else if (help_topic(topic, args_positional(a, 1), form, &out) != EXIT_DONE)
        return help_unknown(topic, args_positional(a, 1));
    fwrite(out.p, 1, out.n, stdout);
    return EXIT_DONE;
}

static const struct option options[] = {
    { "man",             0, OPTION_FLAG, .help = "print the manual page, as source for man(1)" },
    { "bash-completion", 0, OPTION_FLAG, .help = "print the completion script for bash" },
    { "example-config",  0, OPTION_FLAG, .help = "print a configuration file of all keys with their defaults" },
    { 0 },
};

static const struct example examples[] = {
    { "sonde help check", "what `sonde check` does and takes" },
    { "sonde help config", "every key of the configuration file" },
    { "sonde help --man check | man -l -", "the manual page of a command" },
    { "sonde help --example-config > sonde.yaml", "a configuration file to begin with" },
    { 0 },
};

const struct command command_help = {
    .name = "help", .summary = "explain a command, or the configuration file",
    .usage = "[COMMAND [COMMAND] | config]",
    .text = "Prints what a command does, its options and examples. Without a command it lists all of "
            "them.",
    .options = options, .examples = examples, .max_positional = 2, .bare = true, .run = help_run,
};
