/* helper_answer.c - what the helper answers, as its client reads it. */
#include "policy/helper/helper_line.h"

#include "base/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

/* The answer as a tree, with the member that one of its kind must have; NULL, and *rc says why. */
static json_t *answer_open(const char *json, const char *member, int *rc, char why[static KNOB_WHY])
{
    json_error_t e;
    json_t *o = json_loads(json, 0, &e);
    const char *error = json_string_value(json_object_get(o, "error"));
    *rc = error ? -EREMOTEIO : json_object_get(o, member) ? 0 : -EBADMSG;
    if (error) {
        text_copy(why, KNOB_WHY, error);
        text_clean(why);
    } else if (*rc < 0) {
        snprintf(why, KNOB_WHY, "the helper answers something that this version does not understand");
    }
    if (*rc == 0)
        return o;
    json_decref(o);
    return NULL;
}

static void answer_text(const json_t *o, const char *member, char *out, size_t cap)
{
    const char *text = json_string_value(json_object_get(o, member));
    text_copy(out, cap, text ? text : "");
    text_clean(out);
}

int helper_read_begun(const char *json, char why[static KNOB_WHY])
{
    int rc;
    json_decref(answer_open(json, "id", &rc, why));
    return rc;
}

int helper_read_step(const char *json, struct step *s, char why[static KNOB_WHY])
{
    int rc;
    char state[16];
    json_t *o = answer_open(json, "state", &rc, why);
    if (!o)
        return rc;
    answer_text(o, "state", state, sizeof state);
    for (rc = STEP_DONE; rc <= STEP_REFUSED && strcmp(state, step_state_name((enum step_state)rc)) != 0; rc++)
        ;
    if (rc <= STEP_REFUSED) {
        s->state = (enum step_state)rc;
        answer_text(o, "old", s->old, sizeof s->old);
        answer_text(o, "now", s->now, sizeof s->now);
        answer_text(o, "note", s->note, sizeof s->note);
    }
    json_decref(o);
    return rc <= STEP_REFUSED ? 0 : -EBADMSG;
}

static int answer_count(const json_t *o, const char *member)
{
    json_int_t v = json_integer_value(json_object_get(o, member));
    return v < 0 ? 0 : v > 1000000 ? 1000000 : (int)v;
}

int helper_read_undone(const char *json, struct undone *u, char why[static KNOB_WHY])
{
    int rc;
    json_t *o = answer_open(json, "restored", &rc, why);
    if (!o)
        return rc;
    const char *lines = json_string_value(json_object_get(o, "lines"));
    u->restored += answer_count(o, "restored");
    u->same += answer_count(o, "same");
    u->kept += answer_count(o, "kept");
    u->gone += answer_count(o, "gone");
    u->passed += answer_count(o, "passed");
    u->failed += answer_count(o, "failed");
    if (lines)
        buf_puts(&u->lines, lines);
    json_decref(o);
    return 0;
}
