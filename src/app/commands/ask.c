/* ask.c - `sonde ask`: a question in words about what was recorded, or a talk of several. */
#include "app/observer.h"
#include "app/shown.h"

#include "ask/ask.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "output/answer_json.h"
#include "output/answer_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct talk {
    const struct args *a;
    struct shown shown;
    struct look *look;
    struct screen screen;
    struct buf context;
    char reason[256];
    bool asks;            /* a person sits there */
};

/* ---- why something is not measured ---- */

/* Opens the adapters, which takes a moment: only where a question needs it. */
static void talk_find_reason(struct talk *t, const char *family)
{
    struct observer o;
    int n;
    if (observer_open(&o, t->a, SAMPLER_MIN_S, 2) < 0)
        return;
    const struct source *src = o.sampler ? sampler_sources(o.sampler, &n) : NULL;
    char begins[64];
    snprintf(begins, sizeof begins, "%.50s.", family);
    for (int i = 0; src && i < n && !*t->reason; i++)
        if (src[i].state != SOURCE_OK && src[i].adapter->provides && strstr(src[i].adapter->provides, begins) &&
            *src[i].reason)
            text_copy(t->reason, sizeof t->reason, src[i].reason);
    observer_close(&o);
}

/* Only of this machine: why another one lacks something is not known here. */
static const char *talk_missing(void *self, const char *family)
{
    struct talk *t = self;
    *t->reason = '\0';
    if (!*t->shown.name && !args_given(t->a, "data"))
        talk_find_reason(t, family);
    return t->reason;
}

/* ---- one question ---- */

static int talk_answer(struct talk *t, const char *question)
{
    struct ask_world w = { .look = t->look, .now_ms = os_wall_ms(), .replay = *t->shown.name, .how = &t->shown.how,
                           .missing = talk_missing, .self = t };
    struct answer a;
    int64_t first_ms, last_ms;
    auto_buf struct buf out = { 0 };
    if (w.replay && look_span(t->look, NULL, &first_ms, &last_ms))
        w.now_ms = last_ms;
    w.offset_s = args_flag(t->a, "utc") ? 0 : os_zone_s(w.now_ms);
    ask(&w, question, buf_text(&t->context), &a);
    if (args_flag(t->a, "json")) {
        answer_json(&out, &a, true);
        buf_putc(&out, '\n');
    } else {
        answer_text(&out, &a, &t->screen, t->asks);
    }
    fwrite(out.p, 1, out.n, stdout);
    fflush(stdout);
    buf_clear(&t->context);
    buf_puts(&t->context, buf_text(&a.context));
    bool answered = a.status == ANSWER_ANSWERED;
    answer_done(&a);
    return answered ? EXIT_DONE : EXIT_PART;
}

/* ---- several ---- */

/* The next line without its end; false when there is none. What is longer than a question may be is cut. */
static bool talk_line(struct talk *t, char *line, size_t cap)
{
    if (t->asks) {
        fputs("ask> ", stdout);
        fflush(stdout);
    }
    if (!fgets(line, (int)cap, stdin)) {
        if (t->asks)
            putchar('\n');
        return false;
    }
    bool whole = strchr(line, '\n') != NULL;
    line[strcspn(line, "\r\n")] = '\0';
    for (int c = 0; !whole && c != EOF && c != '\n';)
        c = getchar();
    return true;
}

static int talk_on(struct talk *t)
{
    char line[ASK_QUESTION_MAX + 2];
    int status = EXIT_DONE;
    if (t->asks && !args_flag(t->a, "quiet"))
        puts("Ask about what was recorded here; \"help\" says what, Ctrl-D ends.");
    while (talk_line(t, line, sizeof line)) {
        if (text_is_blank(line))
            continue;
        if (strcmp(line, "quit") == 0 || strcmp(line, "exit") == 0)
            break;
        if (t->look->files)
            look_refresh(t->look);
        status = talk_answer(t, line);
    }
    return t->asks ? EXIT_DONE : status;
}

/* ---- all of it ---- */

/* An archive in which nothing is yet can be asked all the same: the answer says so. */
static int talk_open(struct talk *t)
{
    const char *file = args_text(t->a, "replay");
    auto_buf struct buf dir = { 0 };
    t->look = &t->shown.look;
    if (file)
        return shown_open(&t->shown, t->a, file, NULL);
    if (archived_put_dir(t->a, &dir) < 0)
        return EXIT_USAGE;
    shown_dir(&t->shown, t->a, dir.p);
    int rc = look_open(t->look, dir.p, false);
    rc = rc < 0 ? rc : look_files(t->look);
    return rc < 0 && rc != -ENOENT ? archived_say(dir.p, rc) : EXIT_DONE;
}

static void talk_question(const struct args *a, struct buf *out)
{
    for (int i = 0; i < args_positionals(a); i++)
        buf_printf(out, "%s%s", i ? " " : "", args_positional(a, i));
}

static int ask_run(const struct args *a)
{
    struct talk t = { .a = a, .screen = screen_of(fileno(stdout), args_flag(a, "no-color")) };
    auto_buf struct buf question = { 0 };
    talk_question(a, &question);
    bool several = !question.n || strcmp(question.p, "-") == 0;
    t.asks = several && os_is_terminal(fileno(stdin)) && os_is_terminal(fileno(stdout)) && !args_flag(a, "json");
    if (!question.n && !os_is_terminal(fileno(stdin))) {
        log_error(0, "ask: what? Give a question, or - to read them from standard input, a line each");
        return EXIT_USAGE;
    }
    int status = talk_open(&t);
    if (status == EXIT_DONE)
        status = several ? talk_on(&t) : talk_answer(&t, question.p);
    shown_close(&t.shown);
    buf_done(&t.context);
    return status;
}

static const struct option options[] = {
    { "utc", 0, OPTION_FLAG, .help = "times in UTC instead of this machine's time zone" },
    ARCHIVED_OPTION, SHOWN_REPLAY,
    { 0 },
};

static const struct example examples[] = {
    { "sonde ask how is the memory", "a number, against what is usual" },
    { "sonde ask 'what was using the disk last night'", "processes of a time" },
    { "sonde ask 'why was it slow yesterday at 14:05'", "what was unusual, and its cause" },
    { "sonde ask 'when will /home be full'", "by its trend" },
    { "sonde ask 'compare today with yesterday'", "two times" },
    { "sonde ask", "a talk: \"and the memory?\", \"why?\" go on from what was asked" },
    { 0 },
};

const struct command command_ask = {
    .name = "ask", .summary = "a question in words about what was recorded",
    .usage = "[QUESTION]",
    .also = "chat",
    .text = "Answers from what was recorded, by rules and without a connection: every number of an answer was "
        "measured. Any "
            "metric can be named, by its name or in words, and any time: \"last night\", \"yesterday at 14:05\", \"between 9 and "
            "11\", \"the last 2 hours\", \"since the reboot\". English only. Without a question it asks for them, one after the "
            "other, until Ctrl-D; with - it reads them from standard input, a line each.\n\n"
            "What is not understood is said, and what is not measured here or was not recorded then, too; the exit status is "
            "3 then.",
    .options = options, .examples = examples, .max_positional = 100, .run = ask_run,
};
