/* helper_line.c - requests, split at single blanks so that a line has one meaning only, and the making of answers. */
#include "policy/helper/helper_line.h"

#include "base/json.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 2000 /* bytes of what an undoing says in words */

/* ---- requests ---- */

/* The next word, behind which *rest stands. False: there is none, or it does not fit. */
static bool line_word(const char **rest, char *out, size_t cap)
{
    size_t n = strcspn(*rest, " ");
    if (n == 0 || n >= cap)
        return false;
    memcpy(out, *rest, n);
    out[n] = '\0';
    *rest += n + ((*rest)[n] == ' ');
    return true;
}

/* All that is left, which may have blanks within. */
static bool line_rest(const char *rest, char *out, size_t cap)
{
    size_t n = strlen(rest);
    if (n == 0 || n >= cap || *rest == ' ' || rest[n - 1] == ' ')
        return false;
    memcpy(out, rest, n + 1);
    return true;
}

static bool line_is_command(const char *word)
{
    static const char *const commands[] = { "run", "apply", "fix", "adapt", "learn", "gamemode" };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i], word) == 0)
            return true;
    return false;
}

static int line_begin(const char *rest, struct helper_request *r, char why[static KNOB_WHY])
{
    char goal[16];
    if (!line_word(&rest, r->command, sizeof r->command) || !line_is_command(r->command))
        snprintf(why, KNOB_WHY, "begin: who? run, apply, fix, adapt, learn or gamemode");
    else if (!line_word(&rest, goal, sizeof goal) || (strcmp(goal, "-") != 0 && goal_of(goal) < 0))
        snprintf(why, KNOB_WHY, "begin: for which goal? - or one of " GOAL_NAMES);
    else if (!line_rest(rest, r->what, sizeof r->what))
        snprintf(why, KNOB_WHY, "begin: for what? a few words");
    else {
        r->goal = goal_of(goal);
        return 0;
    }
    return -EINVAL;
}

/* "-" or a number of a process, without a sign or zeros before it. */
static bool line_pid(const char *word, int32_t *pid)
{
    *pid = 0;
    if (strcmp(word, "-") == 0)
        return true;
    if (*word < '1' || *word > '9' || word[strspn(word, "0123456789")] || strlen(word) > 10)
        return false;
    long long v = strtoll(word, NULL, 10);
    *pid = (int32_t)v;
    return v <= INT32_MAX;
}

static int line_set(const char *rest, struct helper_request *r, char why[static KNOB_WHY])
{
    char name[sizeof r->knob + sizeof r->inst], pid[16];
    if (!line_word(&rest, name, sizeof name)) {
        snprintf(why, KNOB_WHY, "set: which knob?");
        return -EINVAL;
    }
    const char *at = strchr(name, '@');
    size_t n = at ? (size_t)(at - name) : strlen(name);
    if (n == 0 || n >= sizeof r->knob || (at && !at[1]) || (at && strlen(at + 1) >= sizeof r->inst))
        snprintf(why, KNOB_WHY, "set: a knob is KNOB or KNOB@INSTANCE");
    else if (!line_word(&rest, pid, sizeof pid) || !line_pid(pid, &r->pid))
        snprintf(why, KNOB_WHY, "set: of which process? its number, or - for none");
    else if (!line_rest(rest, r->value, sizeof r->value))
        snprintf(why, KNOB_WHY, "set: to which value?");
    else {
        text_copy(r->knob, n + 1, name);
        text_copy(r->inst, sizeof r->inst, at ? at + 1 : "");
        return 0;
    }
    return -EINVAL;
}

int helper_parse(const char *line, struct helper_request *out, char why[static KNOB_WHY])
{
    struct helper_request r = { .verb = HELPER_END, .goal = -1 };
    char verb[8];
    const char *rest = line;
    int rc = -EINVAL;
    bool plain = strlen(line) < HELPER_LINE_MAX && text_is_plain(line);
    if (!plain || !line_word(&rest, verb, sizeof verb))
        *verb = '\0';
    if (strcmp(verb, "begin") == 0) {
        r.verb = HELPER_BEGIN;
        rc = line_begin(rest, &r, why);
    } else if (strcmp(verb, "set") == 0) {
        r.verb = HELPER_SET;
        rc = line_set(rest, &r, why);
    } else if (strcmp(line, "end") == 0 && plain) {
        rc = 0;
    } else {
        snprintf(why, KNOB_WHY, "this is no request: begin, set or end, in a line of %d bytes at most",
                 HELPER_LINE_MAX);
    }
    if (rc == 0)
        *out = r;
    return rc;
}

int helper_put(const struct helper_request *r, struct buf *out)
{
    struct helper_request again;
    char line[HELPER_LINE_MAX], why[KNOB_WHY], pid[16] = "-";
    int n = snprintf(line, sizeof line, "end");
    if (r->pid)
        snprintf(pid, sizeof pid, "%d", r->pid);
    if (r->verb == HELPER_BEGIN)
        n = snprintf(line, sizeof line, "begin %s %s %s", r->command, r->goal < 0 ? "-" : goal_name((enum goal)r->goal),
                     r->what);
    else if (r->verb == HELPER_SET)
        n = snprintf(line, sizeof line, "set %s%s%s %s %s", r->knob, *r->inst ? "@" : "", r->inst, pid, r->value);
    if (n + 1 >= (int)sizeof line || helper_parse(line, &again, why) < 0 || strcmp(again.knob, r->knob) != 0 ||
        strcmp(again.inst, r->inst) != 0)
        return -EINVAL;
    buf_printf(out, "%s\n", line);
    return 0;
}

/* ---- answers ---- */

static void line_open(struct json *j, struct buf *out)
{
    json_init(j, out);
    json_object(j, NULL);
}

static void line_close(struct json *j)
{
    json_end(j);
    buf_putc(j->out, '\n');
}

void helper_put_begun(const char *id, struct buf *out)
{
    struct json j;
    line_open(&j, out);
    json_string(&j, "id", id);
    line_close(&j);
}

void helper_put_step(const struct step *s, struct buf *out)
{
    struct json j;
    line_open(&j, out);
    json_string(&j, "state", step_state_name(s->state));
    json_said(&j, "old", s->old);
    json_said(&j, "now", s->now);
    json_said(&j, "note", s->note);
    line_close(&j);
}

/* Whole lines, as many as fit. */
static void line_cut(const struct undone *u, char lines[static LINES_MAX])
{
    size_t n = u->lines.n < LINES_MAX ? u->lines.n : LINES_MAX - 1;
    memcpy(lines, buf_text(&u->lines), n);
    while (n > 0 && lines[n - 1] != '\n')
        n--;
    lines[n] = '\0';
}

void helper_put_undone(const struct undone *u, struct buf *out)
{
    struct json j;
    char lines[LINES_MAX];
    line_cut(u, lines);
    line_open(&j, out);
    undone_json(&j, u, lines);
    line_close(&j);
}

void helper_put_error(const char *why, struct buf *out)
{
    struct json j;
    line_open(&j, out);
    json_string(&j, "error", why);
    line_close(&j);
}
