/* help.c - `sonde help`: explains commands and the configuration, and prints what is made from them. */
#include "app/help.h"

#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "core/config.h"

#include <stdio.h>
#include <string.h>

/* The help or the manual page of a topic: a command, "config", or NULL for the whole program. */
static int help_topic(const char *topic, bool man, struct buf *out)
{
    const struct command *c = topic ? command_find(topic) : NULL;
    if (c)
        man ? man_command(c, out) : help_command(c, help_width(), out);
    else if (!topic)
        man ? man_overview(out) : help_overview(help_width(), out);
    else if (strcmp(topic, "config") == 0)
        man ? man_config(out) : help_config(help_width(), out);
    else
        return EXIT_USAGE;
    return EXIT_DONE;
}

static void help_unknown(const char *topic)
{
    auto_buf struct buf message = { 0 };
    buf_puts(&message, "help: there is no command ");
    check_put_quoted(&message, topic);
    const char *meant = command_nearest(topic);
    if (meant)
        buf_printf(&message, "; did you mean %s?", meant);
    else
        buf_puts(&message, ". See `sonde help`.");
    log_error(0, "%s", message.p);
}

static int help_run(const struct args *a)
{
    auto_buf struct buf out = { 0 };
    if (args_flag(a, "bash-completion"))
        completion_bash(&out);
    else if (args_flag(a, "example-config"))
        config_example(&out);
    else if (help_topic(args_positional(a, 0), args_flag(a, "man"), &out) != EXIT_DONE) {
        help_unknown(args_positional(a, 0));
        return EXIT_USAGE;
    }
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
    .usage = "[COMMAND | config]",
    .text = "Prints what a command does, its options and examples. Without a command it lists all of "
            "them.",
    .options = options, .examples = examples, .max_positional = 1, .bare = true, .run = help_run,
};
