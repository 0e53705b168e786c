/* journal_json.c - transactions, and what became of them, for programs. */
#include "policy/undo/journal.h"

#include "base/json.h"

void journal_json_about(struct json *j, const struct journal_transaction *t)
{
    json_string(j, "id", t->id);
    json_string(j, "command", t->command);
    json_string(j, "what", t->what);
    json_string(j, "intent", t->goal >= 0 ? goal_name((enum goal)t->goal) : NULL);
    json_int(j, "owner", t->owner);
    json_bool(j, "owner_lives", t->owner_lives);
    json_said(j, "effect", t->effect);
}

void journal_json_step(struct json *j, const struct journal_step *s)
{
    json_string(j, "knob", s->knob);
    json_said(j, "instance", s->inst);
    if (s->pid)
        json_int(j, "pid", s->pid);
    else
        json_null(j, "pid");
    json_said(j, "old", s->old);
    json_string(j, "set", s->set);
    json_said(j, "now", s->now);
    json_said(j, "undone", s->undone);
}

void undone_json(struct json *j, const struct undone *u, const char *lines)
{
    json_int(j, "restored", u->restored);
    json_int(j, "same", u->same);
    json_int(j, "kept", u->kept);
    json_int(j, "gone", u->gone);
    json_int(j, "passed", u->passed);
    json_int(j, "failed", u->failed);
    json_said(j, "lines", lines);
}
