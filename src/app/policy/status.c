/* status.c - `sonde policy status`: what is set, by whom, since when, and whether it still stands. */
#include "app/policy/verbs.h"

#include "app/datadir.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "policy/undo/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct status {
    struct buf out;
    struct json json;
    bool as_json;
};

/* What a step that is not undone stands at. "": it cannot be read, as what another process holds. */
static void status_current(const struct journal_step *s, char value[static KNOB_VALUE_MAX])
{
    const struct knob *k = knob_find(s->knob);
    struct place p = { .root = "", .pid = s->pid, .start = s->start };
    text_copy(p.inst, sizeof p.inst, s->inst);
    if (!k || !k->read || k->held || (s->pid && !knob_task_is(&p)) || k->read(k, &p, value) < 0)
        *value = '\0';
}

/* Was it changed by somebody else? What it became after it was set is not always known. */
static bool status_drifts(const struct journal_step *s, const char *current)
{
    return *current && strcmp(current, *s->now ? s->now : s->set) != 0;
}

/* ---- for people ---- */

static void status_put_time(struct buf *out, int64_t at_ms)
{
    char time[TEXT_TIME_MAX];
    text_time(at_ms, time)[16] = '\0';
    time[10] = ' ';
    buf_printf(out, "%s UTC", time);
}

static void status_put_step(struct buf *out, const struct journal_step *s, bool open)
{
    char current[KNOB_VALUE_MAX] = "";
    const char *set = *s->now ? s->now : s->set;
    buf_printf(out, "  %s%s%s", s->knob, *s->inst ? "@" : "", s->inst);
    if (s->pid)
        buf_printf(out, " of process %d", (int)s->pid);
    buf_printf(out, ": %s -> %s", *s->old ? s->old : "not set", set);
    if (strcmp(set, s->set) != 0)
        buf_printf(out, " (%s was asked for)", s->set);
    if (*s->undone)
        buf_printf(out, ", %s", s->undone);
    else if (open)
        status_current(s, current);
    if (status_drifts(s, current))
        buf_printf(out, "; somebody set %s since, which stays", current);
    buf_putc(out, '\n');
}

static void status_text(struct buf *out, const struct journal_transaction *t)
{
    buf_printf(out, "%s%s: %s %s", out->n ? "\n" : "", t->id, t->command, t->what);
    if (t->goal >= 0)
        buf_printf(out, ", for %s", goal_name((enum goal)t->goal));
    buf_puts(out, "\n  since ");
    status_put_time(out, t->begun_ms);
    if (t->ended_ms) {
        buf_puts(out, ", over since ");
        status_put_time(out, t->ended_ms);
    } else {
        buf_printf(out, ", kept by Sonde's process %d%s", (int)t->owner, t->owner_lives ? "" : ", which has ended");
        if (t->until_ms) {
            buf_puts(out, ", until ");
            status_put_time(out, t->until_ms);
        }
    }
    buf_printf(out, "%s\n", t->ended_ms && !t->this_boot ? ", with the boot it was made in" : "");
    if (*t->effect)
        buf_printf(out, "  %s\n", t->effect);
    for (size_t i = 0; i < t->n; i++)
        status_put_step(out, &t->step[i], !t->ended_ms);
}

/* ---- for programs ---- */

static void status_json_time(struct json *j, const char *key, int64_t at_ms)
{
    if (at_ms)
        json_time(j, key, at_ms);
    else
        json_null(j, key);
}

static void status_json_step(struct json *j, const struct journal_step *s, bool open)
{
    char current[KNOB_VALUE_MAX] = "";
    if (open && !*s->undone)
        status_current(s, current);
    json_object(j, NULL);
    journal_json_step(j, s);
    json_said(j, "current", current);
    json_bool(j, "drift", status_drifts(s, current));
    json_end(j);
}

static void status_json(struct json *j, const struct journal_transaction *t)
{
    json_object(j, NULL);
    journal_json_about(j, t);
    json_bool(j, "open", !t->ended_ms);
    json_bool(j, "this_boot", t->this_boot);
    json_time(j, "begun", t->begun_ms);
    status_json_time(j, "until", t->until_ms);
    status_json_time(j, "ended", t->ended_ms);
    json_array(j, "steps");
    for (size_t i = 0; i < t->n; i++)
        status_json_step(j, &t->step[i], !t->ended_ms);
    json_end(j);
    json_end(j);
}

/* ---- the whole ---- */

static void status_each(void *self, const struct journal_transaction *t)
{
    struct status *s = self;
    if (s->as_json)
        status_json(&s->json, t);
    else
        status_text(&s->out, t);
}

static void status_begin(struct status *s)
{
    if (!s->as_json)
        return;
    json_init(&s->json, &s->out);
    json_object(&s->json, NULL);
    json_array(&s->json, "transactions");
}

static void status_end(struct status *s)
{
    if (s->as_json) {
        json_end(&s->json);
        json_end(&s->json);
        buf_putc(&s->out, '\n');
    } else if (!s->out.n) {
        buf_puts(&s->out, "nothing is set\n");
    }
    fputs(buf_text(&s->out), stdout);
    buf_done(&s->out);
}

static int status_run(const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    struct journal *j = NULL;
    if (datadir_put(a, &dir) < 0)
        return EXIT_FAILED;
    struct status s = { .as_json = args_flag(a, "json") };
    int rc = journal_open_read(dir.p, "", &j);
    status_begin(&s);
    if (rc == 0)
        rc = journal_each(j, args_flag(a, "past"), status_each, &s);
    journal_close(j);
    if (rc < 0 && rc != -ENOENT) {
        log_error(rc, "policy status: the journal in %s", dir.p);
        buf_done(&s.out);
        return EXIT_FAILED;
    }
    status_end(&s);
    return EXIT_DONE;
}

static const struct option options[] = {
    { "past", 0, OPTION_FLAG, .help = "what was set and set back, too" },
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde policy status", "what is set now, and by whom" },
    { "sonde policy status --past", "what became of what was set" },
    { 0 },
};

const struct command policy_status = {
    .name = "policy status", .summary = "what is set, by whom, and until when", .usage = "",
    .text = "Lists what is set: each knob with its value before, and whether somebody changed it since. What a process "
            "left that was killed is set back before, as by any command, and said.",
    .options = options, .examples = examples, .run = status_run,
};
