/*
 * man.c - manual pages from the tables, in the macros of man(7), which groff and mandoc both read.
 *
 * No date in the title line: the same source gives the same page.
 */
#include "app/help.h"
#include "app/version.h"

#include "base/auto.h"

#include <ctype.h>
#include <string.h>

/* No escapes, true minus signs, no leading dot. */
void man_text(struct buf *out, const char *text)
{
    bool start = true;
    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\''))
            buf_puts(out, "\\&");
        start = *text == '\n';
        if (*text == '\\')
            buf_puts(out, "\\e");
        else if (*text == '-')
            buf_puts(out, "\\-");
        else if (*text == '`')
            buf_puts(out, "\\(ga");
        else
            buf_putc(out, *text);
    }
}

/* Paragraphs, separated by empty lines. */
static void man_paragraphs(struct buf *out, const char *text)
{
    auto_free char *copy = mem_dup(text);
    for (char *p = copy, *end; p && *p; p = end) {
        end = strstr(p, "\n\n");
        if (end) {
            *end = '\0';
            end += 2;
        }
        buf_puts(out, ".PP\n");
        man_text(out, p);
        buf_putc(out, '\n');
    }
}

static void man_upper(struct buf *out, const char *text)
{
    for (; *text; text++)
        buf_putc(out, (char)toupper((unsigned char)*text));
}

void man_title(struct buf *out, const char *name, int section, const char *summary)
{
    buf_puts(out, ".\\\" Made by `sonde help --man` from the tables of the program.\n.TH ");
    man_upper(out, name);
    buf_printf(out, " %d \"\" \"Sonde %s\" \"Sonde\"\n.SH NAME\n", section, SONDE_VERSION);
    man_text(out, name);
    buf_puts(out, " \\- ");
    man_text(out, summary);
    buf_putc(out, '\n');
}

static void man_option(struct buf *out, const struct option *o)
{
    buf_puts(out, ".TP\n");
    if (o->letter)
        buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
    buf_puts(out, "\\fB\\-\\-");
    man_text(out, o->name);
    buf_puts(out, "\\fR");
    if (o->value)
        buf_printf(out, " \\fI%s\\fR", o->value);
    buf_putc(out, '\n');
    man_text(out, o->help);
    auto_buf struct buf note = { 0 };
    help_note(o, &note);
    if (note.n) {
        buf_puts(out, " (");
        man_text(out, note.p);
        buf_putc(out, ')');
    }
    buf_putc(out, '\n');
}

static void man_options(struct buf *out, const char *title, const struct option *o)
{
    if (!o || !o->name)
        return;
    buf_printf(out, ".SH \"%s\"\n", title);
    for (; o->name; o++)
        man_option(out, o);
}

static void man_exit(struct buf *out)
{
    buf_puts(out, ".SH \"EXIT STATUS\"\n"
             "0 done, 1 failed, 2 wrong usage or configuration, 3 done in part.\n");
}

static void man_examples(struct buf *out, const struct example *e)
{
    if (!e || !e->line)
        return;
    buf_puts(out, ".SH EXAMPLES\n");
    for (; e->line; e++) {
        buf_puts(out, ".TP\n\\fB");
        man_text(out, e->line);
        buf_puts(out, "\\fR\n");
        man_text(out, e->what);
        buf_putc(out, '\n');
    }
}

/* A verb: how it is called, what it does, its options. */
static void man_verb(struct buf *out, const struct command *v)
{
    buf_puts(out, ".SS \"");
    man_text(out, command_leaf(v));
    buf_puts(out, "\"\n.B sonde ");
    man_text(out, v->name);
    buf_puts(out, "\n[\\fIOPTIONS\\fR]");
    if (*v->usage) {
        buf_putc(out, ' ');
        man_text(out, v->usage);
    }
    buf_putc(out, '\n');
    man_paragraphs(out, v->text ? v->text : v->summary);
    for (const struct option *o = v->options; o && o->name; o++)
        man_option(out, o);
}

static void man_verbs(struct buf *out, const struct command *const *v)
{
    if (v)
        buf_puts(out, ".SH COMMANDS\n");
    for (; v && *v; v++)
        man_verb(out, *v);
}

void man_command(const struct command *c, struct buf *out)
{
    auto_buf struct buf name = { 0 };
    buf_printf(&name, "sonde-%s", c->name);
    for (char *p = name.p; (p = strchr(p, ' '));)
        *p = '-'; /* of a verb: a page has one word for a name */
    man_title(out, name.p, 1, c->summary);
    buf_puts(out, ".SH SYNOPSIS\n.B sonde ");
    man_text(out, c->name);
    buf_puts(out, c->verbs ? "\n[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]" : "\n[\\fIOPTIONS\\fR]");
    if (*c->usage) {
        buf_putc(out, ' ');
        man_text(out, c->usage);
    }
    buf_puts(out, "\n");
    if (c->text) {
        buf_puts(out, ".SH DESCRIPTION\n");
        man_paragraphs(out, c->text);
    }
    man_verbs(out, c->verbs);
    man_options(out, "OPTIONS", c->options);
    man_options(out, "OPTIONS OF EVERY COMMAND", command_common());
    man_examples(out, c->examples);
    man_exit(out);
    buf_puts(out, ".SH \"SEE ALSO\"\n.BR sonde (1),\n.BR sonde.yaml (5)\n");
}

void man_overview(struct buf *out)
{
    man_title(out, "sonde", 1, "watch a computer's hardware and say what is wrong with it");
    buf_puts(out, ".SH SYNOPSIS\n.B sonde\n[\\fICOMMAND\\fR] [\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n");
    man_text(out,
             "Watches the hardware about once a second at almost no cost, learns what is normal "
             "there, and says in plain words what is wrong, since when, and why. It works offline "
             "and sends "
             "nothing anywhere. Without a command, `sonde` is `sonde check`.\n");
    buf_puts(out, ".SH COMMANDS\n");
    size_t n;
    const struct command *const *all = command_all(&n);
    for (size_t i = 0; i < n; i++) {
        buf_puts(out, ".TP\n.BR sonde\\-");
        man_text(out, all[i]->name);
        buf_puts(out, " (1)\n");
        man_text(out, all[i]->summary);
        buf_putc(out, '\n');
    }
    man_options(out, "OPTIONS OF EVERY COMMAND", command_common());
    buf_puts(out, ".SH FILES\n.TP\n.I /etc/sonde/sonde.yaml\nthe configuration of the system\n"
             ".TP\n.I ~/.config/sonde/sonde.yaml\n"
             "the user's, read after it (below $XDG_CONFIG_HOME where that is set)\n");
    man_exit(out);
    buf_puts(out, ".SH \"SEE ALSO\"\n.BR sonde.yaml (5)\n");
}
