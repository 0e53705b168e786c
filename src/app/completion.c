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
    "    [[ ${COMP_WORDS[1]} == -* ]] || command=${COMP_WORDS[1]}\n";

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

void completion_bash(struct buf *out)
{
    size_t n;
    const struct command *const *all = command_all(&n);
    buf_puts(out, head);
    buf_puts(out, "    case $command:$before in\n");
    for (size_t i = 0; i < n; i++) {
        auto_buf struct buf name = { 0 };
        buf_printf(&name, "%s:", all[i]->name);
        completion_values(out, name.p, all[i]->options);
    }
    completion_values(out, "*:", command_common());
    buf_puts(out, "    *)\n        if ((COMP_CWORD == 1)) && [[ $word != -* ]]; then\n"
             "            words='");
    completion_names(out);
    buf_puts(out, "'\n        elif [[ $word == -* ]]; then\n            words='");
    completion_options(out, command_common());
    buf_puts(out, "'\n            ((COMP_CWORD > 1)) || words+='--version '\n"
             "            case $command in\n");
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "            %s) words+='", all[i]->name);
        completion_options(out, all[i]->options);
        buf_puts(out, "' ;;\n");
    }
    buf_puts(out, "            esac\n        else\n            case $command in\n");
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "            %s) ", all[i]->name);
        completion_words(out, all[i]);
        buf_puts(out, " ;;\n");
    }
    buf_puts(out, "            esac\n        fi ;;\n    esac\n");
    buf_puts(out, tail);
}
