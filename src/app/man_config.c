/* man_config.c - sonde.yaml(5), from the table of keys. */
#include "app/help.h"

#include "base/auto.h"
#include "core/config.h"

static void man_section(struct buf *out, const char *section)
{
    buf_puts(out, ".SH \"");
    man_text(out, section);
    buf_puts(out, "\"\n");
    man_text(out, config_section_help(section));
    buf_putc(out, '\n');
}

static void man_key(struct buf *out, const struct config_key *key)
{
    auto_buf struct buf note = { 0 };
    help_key_note(key, &note);
    buf_puts(out, ".TP\n\\fB");
    man_text(out, config_leaf(key));
    buf_puts(out, "\\fR\n");
    man_text(out, key->help);
    buf_puts(out, "\n(");
    man_text(out, note.p);
    buf_puts(out, ")\n");
}

void man_config(struct buf *out)
{
    size_t n;
    const struct config_key *keys = config_keys(&n);
    char section[CONFIG_SECTION_SIZE] = "";
    man_title(out, "sonde.yaml", 5, "configuration of Sonde");
    buf_puts(
        out,
        ".SH DESCRIPTION\nA YAML file of sections, each with its keys indented below it.\n"
        "Files are read in this order, each over the one before:\n"
        ".IR /etc/sonde/sonde.yaml ,\n.I ~/.config/sonde/sonde.yaml\n"
        "(below $XDG_CONFIG_HOME where that is set),\n"
        "the file of \\-\\-config.\nOnly the last must exist.\n"
        ".PP\nAn unknown key, a value of the wrong type or out of range, a key that stands twice:\n"
        "each is an error with its line and column, all of a file are told at once, and nothing "
        "runs.\n"
        ".PP\n\\fBsonde help \\-\\-example\\-config\\fR\nprints a file of all keys with their "
        "defaults.\n");
    for (size_t i = 0; i < n; i++) {
        if (config_enter(&keys[i], section))
            man_section(out, section);
        man_key(out, &keys[i]);
    }
    buf_puts(out, ".SH \"SEE ALSO\"\n.BR sonde (1)\n");
}
