/* config_example.c - the table of keys as a file to begin with. */
#include "core/config.h"

#include "base/auto.h"
#include "base/check.h"
#include "base/wrap.h"

#include <string.h>

enum { WIDTH = 80 };

void config_put_allowed(const struct config_key *key, struct buf *out)
{
    if (key->fixed)
        buf_printf(out, "always %s", key->fixed);
    else if (key->type == CONFIG_CHOICE)
        check_put_list(out, key->choices);
    else
        check_put_range(out, key->min, key->max);
}

static void example_comment(struct buf *out, const char *indent, const char *text)
{
    auto_buf struct buf prefix = { 0 };
    buf_printf(&prefix, "%s# ", indent);
    buf_puts(out, prefix.p);
    wrap_put(out, text, (int)prefix.n, prefix.p, WIDTH);
}

static void example_section(struct buf *out, const char *indent, const char *section)
{
    const char *dot = strrchr(section, '.');
    buf_putc(out, '\n');
    example_comment(out, indent, config_section_help(section));
    buf_printf(out, "%s%s:\n", indent, dot ? dot + 1 : section);
}

static void example_value(struct buf *out, const char *indent, const struct config_key *key)
{
    const char *p = key->fallback;
    if (key->type == CONFIG_STRING) {
        buf_printf(out, " \"%s\"\n", p);
    } else if (key->type != CONFIG_LIST || strcmp(p, "[]") == 0) {
        buf_printf(out, " %s\n", p);
    } else {
        buf_putc(out, '\n');
        for (p += strspn(p, "[, "); *p && *p != ']'; p += strspn(p, ", ")) {
            int n = (int)strcspn(p, ",]");
            buf_printf(out, "%s  - %.*s\n", indent, n, p);
            p += n;
        }
    }
}

static void example_key(struct buf *out, const char *indent, const struct config_key *key)
{
    auto_buf struct buf text = { 0 }, allowed = { 0 };
    config_put_allowed(key, &allowed);
    buf_puts(&text, key->help);
    if (allowed.n)
        buf_printf(&text, " (%s)", allowed.p);
    example_comment(out, indent, text.p);
    buf_printf(out, "%s%s:", indent, config_leaf(key));
    example_value(out, indent, key);
}

void config_example(struct buf *out)
{
    size_t n;
    const struct config_key *keys = config_keys(&n);
    char section[CONFIG_SECTION_SIZE] = "";
    const char *indent = "";
    buf_puts(out, "# The configuration of Sonde: every key, with its default.\n");
    for (size_t i = 0; i < n; i++) {
        if (config_enter(&keys[i], section)) {
            bool nested = strchr(section, '.');
            example_section(out, nested ? "  " : "", section);
            indent = nested ? "    " : "  ";
        }
        example_key(out, indent, &keys[i]);
    }
}
