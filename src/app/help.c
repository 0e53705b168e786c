/* help.c - `sonde help`: the tables in columns, wrapped to the terminal. */
#include "app/help.h"

#include "base/auto.h"
#include "base/check.h"
#include "base/wrap.h"
#include "os/os.h"

#include <stdio.h>
#include <string.h>

#define TEXT "    " /* before the lines of a text */

enum {
    LABEL = 26,   /* columns of the option names */
    COMMAND = 14, /* and of the command names */
    NARROWEST = 40,
    WIDEST = 80,
};

int help_width(void)
{
    int width = os_terminal_width();
    return width > WIDEST ? WIDEST : width < NARROWEST ? NARROWEST : width;
}

void help_row(struct buf *out, const char *label, const char *text, int column, int width)
{
    int n = (int)strlen(label) + 2;
    char blanks[64];
    snprintf(blanks, sizeof blanks, "%*s", column, "");
    buf_printf(out, "  %s", label);
    if (n + 2 > column) {
        buf_putc(out, '\n');
        n = 0;
    }
    buf_puts(out, blanks + n);
    wrap_put(out, text, column, blanks, width);
}

void help_note(const struct option *o, struct buf *out)
{
    size_t before = out->n;
    if (o->type == OPTION_CHOICE)
        check_put_list(out, o->choices);
    else if (o->type == OPTION_NUMBER || o->type == OPTION_COUNT || o->type == OPTION_DURATION)
        check_put_range(out, o->min, o->max);
    if (o->fallback && *o->fallback)
        buf_printf(out, "%sdefault %s", out->n > before ? "; " : "", o->fallback);
}

static void help_option(struct buf *out, const struct option *o, int width)
{
    char letter[8] = "    ";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    auto_buf struct buf label = { 0 }, text = { 0 }, note = { 0 };
    buf_printf(&label, "%s--%s%s%s", letter, o->name, o->value ? " " : "",
               o->value ? o->value : "");
    help_note(o, &note);
    buf_puts(&text, o->help);
    if (note.n)
        buf_printf(&text, " (%s)", note.p);
    help_row(out, buf_text(&label), buf_text(&text), LABEL, width);
}

static void help_options(struct buf *out, const char *title, const struct option *o, int width)
{
    if (!o || !o->name)
        return;
    buf_printf(out, "\n%s:\n", title);
    for (; o->name; o++)
        help_option(out, o, width);
}

static void help_verbs(struct buf *out, const struct command *c, int width)
{
    buf_puts(out, "\nCommands:\n");
    for (const struct command *const *v = c->verbs; *v; v++) {
        auto_buf struct buf label = { 0 };
        buf_printf(&label, "%s%s%s", command_leaf(*v), *(*v)->usage ? " " : "", (*v)->usage);
        help_row(out, label.p, (*v)->summary, LABEL, width);
    }
    auto_buf struct buf line = { 0 };
    buf_printf(&line, "Without one, `sonde %s` is `sonde %s`; `sonde help %s` explains it.", c->name, c->verbs[0]->name,
               c->verbs[0]->name);
    buf_putc(out, '\n');
    wrap_put(out, line.p, 0, "", width);
}

void help_command(const struct command *c, int width, struct buf *out)
{
    buf_printf(out, "sonde %s - %s\n\nUsage: sonde %s %s%s%s\n", c->name, c->summary, c->name,
               c->verbs ? "[COMMAND] [OPTIONS]" : "[OPTIONS]", *c->usage ? " " : "", c->usage);
    if (c->text) {
        buf_puts(out, "\n" TEXT);
        wrap_put(out, c->text, (int)strlen(TEXT), TEXT, width);
    }
    if (c->verbs)
        help_verbs(out, c, width);
    help_options(out, "Options", c->options, width);
    help_options(out, "Options of every command", command_common(), width);
    if (!c->examples || !c->examples->line)
        return;
    buf_puts(out, "\nExamples:\n");
    for (const struct example *e = c->examples; e->line; e++) {
        buf_printf(out, "  %s\n  " TEXT, e->line);
        wrap_put(out, e->what, 2 + (int)strlen(TEXT), "  " TEXT, width);
    }
}

void help_overview(int width, struct buf *out)
{
    buf_puts(out, "Usage: sonde [COMMAND] [OPTIONS]\n\n");
    wrap_put(out,
             "Watches a computer's hardware, learns what is normal there, and says in plain words "
             "what is wrong and why. Without a command, `sonde` is `sonde check`.",
             0, "", width);
    buf_puts(out, "\nCommands:\n");
    size_t n;
    const struct command *const *all = command_all(&n);
    for (size_t i = 0; i < n; i++)
        help_row(out, all[i]->name, all[i]->summary, COMMAND, width);
    help_options(out, "Options of every command", command_common(), width);
    buf_putc(out, '\n');
    wrap_put(out,
             "`sonde help COMMAND` explains a command, `sonde help config` the configuration file; "
             "`sonde --version` names the version.",
             0, "", width);
}
