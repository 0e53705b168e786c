/*
 * completion.c - one script for bash, from the tables.
 *
 * The script is data in `case` branches around a small fixed body; it needs nothing but bash 4, so
 * it works with and without the bash-completion package.
 */
#include "app/help.h"

#include "base/auto.h"

#include <string.h>

static const char head[] =
    "# bash completion for sonde, made by `sonde help --bash-completion`\n"
    "_sonde()\n"
    "{\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local command=check words='' kind=''\n"
    "    # bash splits --mode=full into three words.\n"
    "    if [[ $word == '=' ]]; then\n"
    "        word=''\n"
    "    elif [[ $before == '=' ]]; then\n"
    "        before=${COMP_WORDS[COMP_CWORD-2]}\n"
    "    fi\n"
    "    [[ ${COMP_WORDS[1]} == -* ]] || command=${COMP_WORDS[1]}\n"
    "    local verbs=''\n";

/* A command with verbs is a command for each: sessions_list. */
static const char verb[] =
    "    if [[ $verbs ]] && ((COMP_CWORD == 2)) && [[ $word != -* ]]; then\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$verbs\" -- \"$word\")\n"
    "        return\n"
    "    elif [[ $verbs ]] && [[ \" $verbs \" == *\" ${COMP_WORDS[2]} \"* ]]; then\n"
    "        command=${command}_${COMP_WORDS[2]}\n"
    "    elif [[ $verbs ]]; then\n"
    "        command=${command}_${verbs%% *}\n"
    "    fi\n";

static const char tail[] =
    "    case $kind in\n"
    "    file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$word\") ;;\n"
    "    dir) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- \"$word\") ;;\n"
    "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\") ;;\n"
    "    esac\n"
    "}\n"
    "complete -F _sonde sonde\n";

static void completion_names(struct buf *out)
{
    size_t n;
    const struct command *const *all = command_all(&n);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s", i ? " " : "", all[i]->name);
}

static void completion_options(struct buf *out, const struct option *o)
{
    for (; o && o->name; o++)
        buf_printf(out, "--%s ", o->name);
}

/* A branch for each option that takes a value: what may stand after it. */
static void completion_values(struct buf *out, const char *command, const struct option *o)
{
    for (; o && o->name; o++) {
        if (o->type == OPTION_FLAG)
            continue;
        buf_printf(out, "    %s--%s", command, o->name);
        if (o->letter)
            buf_printf(out, "|%s-%c", command, o->letter);
        if (o->type == OPTION_FILE)
            buf_puts(out, ") kind=file ;;\n");
        else if (o->type == OPTION_DIR)
            buf_puts(out, ") kind=dir ;;\n");
        else
            buf_printf(out, ") words='%s' ;;\n", o->type == OPTION_CHOICE ? o->choices : "");
    }
}

/*
 * What the words of a command may be, told by its usage line: files, directories or commands by
 * their names there, and words in small letters as they stand ("[COMMAND | config]").
 */
static void completion_words(struct buf *out, const struct command *c)
{
    static const char small[] = "abcdefghijklmnopqrstuvwxyz";
    if (strstr(c->usage, "FILE") || strstr(c->usage, "DIR"))
        buf_printf(out, "kind=%s ", strstr(c->usage, "FILE") ? "file" : "dir");
    buf_puts(out, "words='");
    if (strstr(c->usage, "COMMAND"))
        completion_names(out);
    for (const char *p = strpbrk(c->usage, small); p; p = strpbrk(p, small)) {
        size_t n = strspn(p, small);
        buf_printf(out, " %.*s", (int)n, p);
        p += n;
    }
    buf_putc(out, '\'');
}

/* The name of a command, or of a verb, as the script has it. */
static void completion_name(struct buf *out, const struct command *c)
{
    for (const char *p = c->name; *p; p++)
        buf_putc(out, *p == ' ' ? '_' : *p);
}

/* put() for every command that is run: verbs instead of those that have some. */
static void completion_each(struct buf *out, void (*put)(struct buf *out, const struct command *c))
{
    size_t n;
    const struct command *const *all = command_all(&n);
    for (size_t i = 0; i < n; i++)
        if (!all[i]->verbs)
            put(out, all[i]);
        else
            for (const struct command *const *v = all[i]->verbs; *v; v++)
                put(out, *v);
}

static void completion_verbs(struct buf *out)
{
    size_t n;
    const struct command *const *all = command_all(&n);
    buf_puts(out, "    case $command in\n");
    for (size_t i = 0; i < n; i++)
        if (all[i]->verbs) {
            buf_printf(out, "    %s) verbs='", all[i]->name);
            for (const struct command *const *v = all[i]->verbs; *v; v++)
                buf_printf(out, "%s%s", v == all[i]->verbs ? "" : " ", command_leaf(*v));
            buf_puts(out, "' ;;\n");
        }
    buf_puts(out, "    esac\n");
    buf_puts(out, verb);
}

static void completion_put_values(struct buf *out, const struct command *c)
{
    auto_buf struct buf name = { 0 };
    completion_name(&name, c);
    buf_putc(&name, ':');
    completion_values(out, name.p, c->options);
}

static void completion_put_options(struct buf *out, const struct command *c)
{
    buf_puts(out, "            ");
    completion_name(out, c);
    buf_puts(out, ") words+='");
    completion_options(out, c->options);
    buf_puts(out, "' ;;\n");
}

static void completion_put_words(struct buf *out, const struct command *c)
{
    buf_puts(out, "            ");
    completion_name(out, c);
    buf_puts(out, ") ");
    completion_words(out, c);
    buf_puts(out, " ;;\n");
}

void completion_bash(struct buf *out)
{
    buf_puts(out, head);
    completion_verbs(out);
    buf_puts(out, "    case $command:$before in\n");
    completion_each(out, completion_put_values);
    completion_values(out, "*:", command_common());
    buf_puts(out, "    *)\n        if ((COMP_CWORD == 1)) && [[ $word != -* ]]; then\n"
             "            words='");
    completion_names(out);
    buf_puts(out, "'\n        elif [[ $word == -* ]]; then\n            words='");
    completion_options(out, command_common());
    buf_puts(out, "'\n            ((COMP_CWORD > 1)) || words+='--version '\n"
             "            case $command in\n");
    completion_each(out, completion_put_options);
    buf_puts(out, "            esac\n        else\n            case $command in\n");
    completion_each(out, completion_put_words);
    buf_puts(out, "            esac\n        fi ;;\n    esac\n");
    buf_puts(out, tail);
}
