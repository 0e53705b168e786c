/* prompts.c - two ways to begin, for a person to choose from a menu. */
#include "serve/mcp/mcp_own.h"

#include "base/auto.h"
#include "base/text.h"

#include <string.h>

#define ARGUMENT_BYTES 300

static const struct prompt {
    const char *name, *title, *help;
    const char *arg, *arg_help;
    bool required;
    const char *text, *arg_text; /* what is said, and before the argument where it is given */
} prompts[] = {
    { "diagnose_machine", "Diagnose this machine", "Find out whether this machine is well, and what to do if not.",
      "concern", "what the person noticed: \"the fan is loud\", \"games stutter\"", false,
      "Find out how this machine is. Call current_state, then anomalies for the last 24 hours and forecasts; where "
      "something is unusual, look at its time with query, processes and events. What is not measured is said by "
      "doctor: do not take silence for health. Then tell in a few plain sentences whether it is well, what is wrong, "
      "since when and why, how "
      "certain that is, and one thing to do. Give numbers with units, and times.", "The person noticed: " },
    { "explain_time", "Explain what happened at a time", "Why was the machine slow, hot or loud at a certain time?",
      "when", "the time, as \"yesterday 14:05\" or 2026-11-22T14:05:00Z", true,
      "Explain what happened on this machine at the time below. Call anomalies for the hour around it, compare that "
      "hour with the one before, processes at the peak, and events; then say what was unusual, by which process or "
      "change, and "
      "how certain that is. Where nothing unusual is on record, say so.", "The time: " },
};

enum { PROMPTS = sizeof prompts / sizeof *prompts };

void prompts_put(struct json *j)
{
    json_array(j, "prompts");
    for (int i = 0; i < PROMPTS; i++) {
        const struct prompt *p = &prompts[i];
        json_object(j, NULL);
        json_string(j, "name", p->name);
        json_string(j, "title", p->title);
        json_string(j, "description", p->help);
        json_array(j, "arguments");
        json_object(j, NULL);
        json_string(j, "name", p->arg);
        json_string(j, "description", p->arg_help);
        json_bool(j, "required", p->required);
        json_end(j);
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

struct given {
    const struct prompt *prompt;
    struct buf value, *why;
};

static bool prompt_arg(void *self, const struct argument *a)
{
    struct given *g = self;
    if (strcmp(a->name, g->prompt->arg) != 0)
        buf_printf(g->why, "%s has no argument \"%.40s\"", g->prompt->name, a->name);
    else if (a->kind != ARGUMENT_TEXT || strlen(a->text) > ARGUMENT_BYTES || !text_is_plain(a->text))
        buf_printf(g->why, "\"%s\" is to be a text of at most %d bytes on one line", a->name, ARGUMENT_BYTES);
    else
        buf_puts(&g->value, a->text);
    return !g->why->n;
}

static void prompt_put(struct json *j, const struct prompt *p, const char *value)
{
    auto_buf struct buf text = { 0 };
    buf_puts(&text, p->text);
    if (*value)
        buf_printf(&text, "\n\n%s%s", p->arg_text, value);
    json_string(j, "description", p->help);
    json_array(j, "messages");
    json_object(j, NULL);
    json_string(j, "role", "user");
    json_object(j, "content");
    json_string(j, "type", "text");
    json_string(j, "text", text.p);
    json_end(j);
    json_end(j);
    json_end(j);
}

bool prompts_get(const struct message *m, const char *name, struct json *j, struct buf *why)
{
    struct given g = { .why = why };
    for (int i = 0; i < PROMPTS && !g.prompt; i++)
        g.prompt = strcmp(prompts[i].name, name) == 0 ? &prompts[i] : NULL;
    if (!g.prompt) {
        buf_printf(why, "Unknown prompt: %.60s", name);
        return false;
    }
    bool good = message_arguments(m, prompt_arg, &g);
    if (!good && !why->n)
        buf_puts(why, "\"arguments\" is to be an object");
    if (good && g.prompt->required && !g.value.n)
        buf_printf(why, "%s needs the argument \"%s\"", g.prompt->name, g.prompt->arg);
    if (!why->n)
        prompt_put(j, g.prompt, buf_text(&g.value));
    buf_done(&g.value);
    return !why->n;
}
