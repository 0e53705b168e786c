/* help_config.c - `sonde help config`: the keys of the configuration file, by section. */
#include "app/help.h"

#include "base/auto.h"
#include "base/wrap.h"
#include "core/config.h"

enum { LABEL = 33 /* columns of the names */ };

void help_key_note(const struct config_key *key, struct buf *out)
{
    size_t before = out->n;
    config_put_allowed(key, out);
    if (!key->fixed)
        buf_printf(out, "%sdefault %s", out->n > before ? "; " : "",
                   *key->fallback ? key->fallback : "empty");
}

static void help_section(struct buf *out, const char *section, int width)
{
    auto_buf struct buf title = { 0 };
    buf_printf(&title, "%s: %s", section, config_section_help(section));
    buf_putc(out, '\n');
    wrap_put(out, title.p, 0, "  ", width);
}

void help_config(int width, struct buf *out)
{
    size_t n;
    const struct config_key *keys = config_keys(&n);
    char section[CONFIG_SECTION_SIZE] = "";
    wrap_put(
        out,
        "The configuration is YAML: /etc/sonde/sonde.yaml, then ~/.config/sonde/sonde.yaml (below "
        "$XDG_CONFIG_HOME where that is set), then the file of --config, each over the one before. "
        "`sonde help --example-config` prints a file to begin with.",
        0, "", width);
    for (size_t i = 0; i < n; i++) {
        if (config_enter(&keys[i], section))
            help_section(out, section, width);
        auto_buf struct buf text = { 0 }, note = { 0 };
        help_key_note(&keys[i], &note);
        buf_printf(&text, "%s (%s)", keys[i].help, note.p);
        help_row(out, config_leaf(&keys[i]), text.p, LABEL, width);
    }
}
