/*
 * main.c - finds the command, reads its options and the configuration, runs it.
 *
 * Nothing here calls setlocale(): numbers are read and written with a point everywhere.
 */
#include "app/args.h"
#include "app/help.h"
#include "app/policy/recovery.h"
#include "app/settings.h"
#include "app/version.h"

#include "base/auto.h"
#include "base/log.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_COMMAND "check"

static int main_unknown(const char *name)
{
    auto_buf struct buf message = { 0 };
    command_put_unknown(name, &message);
    log_error(0, "%s", message.p);
    return EXIT_USAGE;
}

static int main_help(const struct command *c)
{
    auto_buf struct buf out = { 0 };
    help_command(c, help_width(), &out);
    fwrite(out.p, 1, out.n, stdout);
    return EXIT_DONE;
}

static int main_configured(const struct command *c, struct args *a)
{
    struct config *config = NULL;
    if (settings_read(a, &config) < 0)
        return EXIT_USAGE;
    args_set_config(a, config);
    recovery_run(c, a);
    int status = c->run(a);
    config_free(config);
    return status;
}

/*
 * The verb that the first word names, which is taken; the first of the table where it is no word. NULL, and that
 * was said, where there is none of this name.
 */
static const struct command *main_verb(const struct command *c, int *argc, char ***argv)
{
    if (!*argc || ***argv == '-')
        return c->verbs[0];
    const struct command *verb = command_verb(c, **argv);
    if (!verb) {
        auto_buf struct buf message = { 0 };
        command_put_unknown_verb(c, **argv, &message);
        log_error(0, "%s", message.p);
    }
    --*argc;
    ++*argv;
    return verb;
}

static int main_run(const struct command *named, int argc, char **argv)
{
    int words = argc;
    const struct command *c = named->verbs ? main_verb(named, &argc, &argv) : named;
    if (!c)
        return EXIT_USAGE;
    auto_buf struct buf complaint = { 0 };
    struct args *a = NULL;
    if (args_parse(c, argc, argv, &a, &complaint) < 0) {
        log_error(0, "%s", complaint.p);
        return EXIT_USAGE;
    }
    settings_level(a, NULL);
    int status = args_flag(a, "help") ? main_help(words == argc ? named : c)
                 : c->bare            ? c->run(a)
                                      : main_configured(c, a);
    args_free(a);
    return status;
}

/* Whoever reads our output may stop early (`| head`): no error. A full disk is one. */
static int main_finish(int status)
{
    int rc = fflush(stdout) ? -errno : ferror(stdout) ? -EIO : 0;
    if (rc == 0 || os_reader_left(fileno(stdout)))
        return status;
    log_error(rc, "cannot write to standard output");
    return status == EXIT_DONE ? EXIT_FAILED : status;
}

int main(int argc, char **argv)
{
    os_open_standard();
    os_outlive_writes();
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--version") == 0) {
        printf("sonde %s\n", SONDE_VERSION);
        return main_finish(EXIT_DONE);
    }
    bool overview = strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0;
    bool named = argc > 1 && *first != '-';
    const char *name = overview ? "help" : named ? first : DEFAULT_COMMAND;
    const struct command *c = command_find(name);
    if (!c)
        return main_unknown(name);
    int skip = overview || named ? 2 : 1;
    return main_finish(
        main_run(c, argc > skip ? argc - skip : 0, argv + (argc > skip ? skip : argc)));
}
