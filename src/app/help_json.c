/* help_json.c - the tables of commands and keys for other programs: `sonde help --json`. */
#include "app/help.h"

#include "base/json.h"
#include "core/config.h"

static void json_bounds(struct json *j, double min, double max)
{
    if (min == max)
        return;
    json_double(j, "min", min);
    json_double(j, "max", max);
}

static void json_option(struct json *j, const struct option *o)
{
    static const char *const type[] = { "flag", "text", "file", "directory", "number", "count", "duration", "choice",
                                        "time" };
    json_object(j, NULL);
    json_string(j, "name", o->name);
    json_string(j, "letter", o->letter ? (char[]){ o->letter, '\0' } : NULL);
    json_string(j, "type", type[o->type]);
    json_string(j, "value", o->value);
    json_bounds(j, o->min, o->max);
    json_string(j, "choices", o->choices);
    json_string(j, "default", o->fallback);
    json_string(j, "help", o->help);
    json_end(j);
}

static void json_options(struct json *j, const char *key, const struct option *o)
{
    json_array(j, key);
    for (; o && o->name; o++)
        json_option(j, o);
    json_end(j);
}

static void json_command(struct json *j, const struct command *c)
{
    json_object(j, NULL);
    json_string(j, "name", c->name);
    json_string(j, "summary", c->summary);
    json_string(j, "usage", c->usage);
    json_string(j, "text", c->text);
    json_options(j, "options", c->options);
    if (c->verbs) {
        json_array(j, "commands");
        for (const struct command *const *v = c->verbs; *v; v++)
            json_command(j, *v);
        json_end(j);
    }
    json_array(j, "examples");
    for (const struct example *e = c->examples; e && e->line; e++) {
        json_object(j, NULL);
        json_string(j, "line", e->line);
        json_string(j, "what", e->what);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

void help_json(const struct command *c, struct buf *out)
{
    size_t n;
    const struct command *const *all = command_all(&n);
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_array(&j, "commands");
    for (size_t i = 0; i < n; i++)
        if (!c || c == all[i])
            json_command(&j, all[i]);
    json_end(&j);
    json_options(&j, "options_of_every_command", command_common());
    json_end(&j);
    buf_putc(out, '\n');
}

void help_config_json(struct buf *out)
{
    static const char *const type[] = { "bool", "number", "string", "choice", "list" };
    size_t n;
    const struct config_key *keys = config_keys(&n);
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_array(&j, "keys");
    for (size_t i = 0; i < n; i++) {
        json_object(&j, NULL);
        json_string(&j, "name", keys[i].name);
        json_string(&j, "type", type[keys[i].type]);
        json_bounds(&j, keys[i].min, keys[i].max);
        json_string(&j, "choices", keys[i].choices);
        json_string(&j, "default", keys[i].fallback);
        json_string(&j, "always", keys[i].fixed);
        json_string(&j, "help", keys[i].help);
        json_end(&j);
    }
    json_end(&j);
    json_end(&j);
    buf_putc(out, '\n');
}
