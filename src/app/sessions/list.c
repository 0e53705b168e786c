/* list.c - `sonde sessions list`: a line for each session, the newest last, as one reads a log. */
#include "app/sessions/sessions.h"

#include "app/archived.h"
#include "app/sessions/list_ask.h"
#include "base/auto.h"
#include "base/text.h"
#include "output/screen.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMN_ID = 18, COLUMN_LENGTH = 8, COLUMN_COUNT = 10, COLUMN_STATE = 7 };

struct listing {
    struct screen screen;
    struct buf out;
    struct json json;
    struct index *index;
    struct index_session *session; /* newest first, as many as the limit leaves */
    size_t n, cap;
};

static void list_take(void *self, const struct index_session *s)
{
    struct listing *l = self;
    l->session = mem_grow(l->session, l->n, &l->cap, sizeof *l->session);
    l->session[l->n++] = *s;
}

static enum tone list_tone(enum index_state s)
{
    return s == INDEX_CRASHED ? TONE_WARN : s == INDEX_RUNNING ? TONE_STRONG : TONE_PLAIN;
}

static void list_row(struct listing *l, const struct index_session *s)
{
    const struct screen *screen = &l->screen;
    char length[32], anomalies[24] = "-";
    if (sessions_is_judged(s))
        snprintf(anomalies, sizeof anomalies, "%" PRId64, s->anomalies);
    int left = screen->width - COLUMN_ID - COLUMN_LENGTH - 2 * COLUMN_COUNT - COLUMN_STATE - 6;
    screen_cell(screen, &l->out, TONE_PLAIN, sessions_short_id(s->id), COLUMN_ID, true);
    buf_printf(&l->out, " %*s %*" PRId64 " %*s  ", COLUMN_LENGTH,
               text_span(sessions_length_s(s), length, sizeof length),
               COLUMN_COUNT, s->samples, COLUMN_COUNT, anomalies);
    bool labelled = *s->labels && left > 4;
    screen_cell(screen, &l->out, list_tone(s->state), index_state_name(s->state), COLUMN_STATE, labelled);
    if (labelled) {
        buf_putc(&l->out, ' ');
        screen_cell(screen, &l->out, TONE_PLAIN, s->labels, left, false);
    }
    buf_putc(&l->out, '\n');
}

static void list_text(struct listing *l)
{
    auto_buf struct buf head = { 0 };
    buf_printf(&head, "%-*s %*s %*s %*s  %-*s labels", COLUMN_ID, "session, UTC", COLUMN_LENGTH, "length",
               COLUMN_COUNT, "samples",
               COLUMN_COUNT, "anomalies", COLUMN_STATE, "state");
    screen_cell(&l->screen, &l->out, TONE_STRONG, head.p, l->screen.width, false);
    buf_putc(&l->out, '\n');
    for (size_t i = l->n; i > 0; i--)
        list_row(l, &l->session[i - 1]);
}

static void list_json(struct listing *l)
{
    json_init(&l->json, &l->out);
    l->json.indent = true;
    json_array(&l->json, NULL);
    for (size_t i = l->n; i > 0; i--) {
        json_object(&l->json, NULL);
        sessions_put_json(&l->json, l->index, &l->session[i - 1]);
        json_end(&l->json);
    }
    json_end(&l->json);
    buf_putc(&l->out, '\n');
}

static struct index_filter list_filter(const struct args *a)
{
    return (struct index_filter){
        .from_ms = args_time(a, "from"), .to_ms = args_time(a, "to"), .label = args_text(a, "label"),
        .workload = args_text(a, "workload"), .min_anomalies = (int64_t)args_number(a, "min-anomalies"),
        .max_anomalies = -1,
        .limit = args_given(a, "limit") ? (int64_t)args_number(a, "limit") : 0, .newest_first = true,
    };
}

static void list_say_none(struct listing *l)
{
    buf_puts(&l->out, "No session is like that; `sonde sessions list` without filters has them all.\n");
}

static void list_end(struct listing *l)
{
    fwrite(buf_text(&l->out), 1, l->out.n, stdout);
    buf_done(&l->out);
    mem_free(l->session);
}

static int list_print(const struct args *a, struct look *v)
{
    struct index *x = v->index;
    struct index_filter f = list_filter(a);
    struct listing l = { .screen = screen_of(fileno(stdout), args_flag(a, "no-color")), .index = x };
    int rc = look_sessions(v, &f, list_take, &l);
    if (rc >= 0 && args_flag(a, "json"))
        list_json(&l);
    else if (rc > 0)
        list_text(&l);
    else if (rc == 0 && index_sessions(x, &(struct index_filter){ .max_anomalies = -1, .limit = 1 },
                                       list_take, &l) == 0)
        sessions_say_empty(v->dir.p);
    else if (rc == 0)
        list_say_none(&l);
    list_end(&l);
    return archived_say(v->dir.p, rc);
}

/* ---- asked of the recorder ---- */

static int list_asked(const struct args *a)
{
    struct index_filter f = list_filter(a);
    struct listing l = { .screen = screen_of(fileno(stdout), args_flag(a, "no-color")) };
    bool as_json = args_flag(a, "json");
    int rc = list_ask(a, &f, list_take, &l, as_json ? &l.out : NULL);
    if (rc > 0 && !as_json)
        list_text(&l);
    else if (rc == 0 && !as_json)
        list_say_none(&l);
    list_end(&l);
    return rc < 0 ? -ENOENT : EXIT_DONE;
}

static int list_run(const struct args *a)
{
    if (archived_runs_backwards(a, "sessions list"))
        return EXIT_USAGE;
    return sessions_read_or_ask(a, "[]", list_print, list_asked);
}

static const struct option options[] = {
    { "from",     0, OPTION_TIME, "TIME", .help = "only sessions that went on after this time" },
    { "to",       0, OPTION_TIME, "TIME", .help = "only sessions that began before this time" },
    { "label",    0, OPTION_TEXT, "GLOB", .help = "only sessions with such a label" },
    { "workload", 0, OPTION_TEXT, "GLOB", .help = "only sessions with such a workload" },
    { "min-anomalies", 0, OPTION_COUNT, "N", 0, 1e9, .fallback = "0",
      .help = "only sessions with so many anomalies" },
    { "limit",   'n', OPTION_COUNT, "N", 1, 1e6, .help = "only the newest N" },
    ARCHIVED_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde sessions list --from '3 days ago' --min-anomalies 1", "what went wrong lately" },
    { "sonde sessions list --label 'game*' --json", "those of a label, for a script" },
    { 0 },
};

const struct command sessions_list = {
    .name = "sessions list", .summary = "the sessions of the archive, a line each", .usage = "",
    .text = "A session is one run of the recorder. The first column is the beginning in UTC and the id at once; "
            "'show' and the others take it, or the beginning of it, or the word last. Anomalies are those that "
            "`sonde analyze` or `sonde check --archive` found; - where neither has looked. TIME is 2026-11-22T14:05, "
            "14:05 (the last one), 'yesterday 14:05', -2h, '3 days ago' or now, in UTC.",
    .options = options, .examples = examples, .run = list_run,
};
