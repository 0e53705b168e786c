/* push_notes.c - reads the lines of push.targets, and asks the recorder that runs what became of them. */
#include "app/push_notes.h"

#include "app/attach.h"
#include "core/config.h"
#include "push/sender.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* What the recorder says of it: the name and the URL are those that it was started with. */
static json_t *notes_find(json_t *push, const struct push_note *n)
{
    for (size_t i = 0; i < json_array_size(push); i++) {
        json_t *one = json_array_get(push, i);
        const char *name = json_string_value(json_object_get(one, "name"));
        const char *url = json_string_value(json_object_get(one, "url"));
        if (name && url && strcmp(name, n->name) == 0 && strcmp(url, n->url) == 0)
            return one;
    }
    return NULL;
}

static void notes_of_recorder(struct push_note *n, json_t *one)
{
    const char *success = json_string_value(json_object_get(one, "last_success"));
    const char *error = json_string_value(json_object_get(one, "error"));
    text_copy(n->success, sizeof n->success, success ? success : "");
    text_copy(n->error, sizeof n->error, error ? error : "");
    text_clean(n->error);
    n->state = error ? "failed" : success ? "ok" : "waits";
    if (!one) {
        n->state = "unknown";
        text_copy(n->error, sizeof n->error, "the recorder that runs was started without it; start it anew");
    }
}

static void notes_read(struct push_note *n, const char *line, json_t *state)
{
    struct target t;
    char why[TARGET_WHY];
    *n = (struct push_note){ .state = "unknown" };
    snprintf(n->name, sizeof n->name, "%.*s", (int)strcspn(line, " "), line);
    text_clean(n->name);
    if (target_read(line, &t, why) < 0) {
        n->state = "failed";
        text_copy(n->error, sizeof n->error, why);
        return;
    }
    n->format = t.exporter->name;
    text_copy(n->url, sizeof n->url, t.shown);
    if (state)
        notes_of_recorder(n, notes_find(json_object_get(state, "push"), n));
    else if (sender_check_secret(&t, why) < 0) {
        n->state = "failed";
        text_copy(n->error, sizeof n->error, why);
    }
}

int push_notes(const struct args *a, struct push_note out[PUSH_NOTES])
{
    size_t n;
    const char *const *line = config_list(args_config(a), "push.targets", &n);
    json_t *state = NULL;
    n = n < PUSH_NOTES ? n : PUSH_NOTES;
    if (n && attach_json(a, "state", &state) < 0)
        state = NULL;
    for (size_t i = 0; i < n; i++)
        notes_read(&out[i], line[i], state);
    json_decref(state);
    return (int)n;
}
