/* ask.c - `sonde ask`: a question in words about what was recorded, or a talk of several. */
#include "app/observer.h"
#include "app/shown.h"

#include "ask/ask.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "core/adapter.h"
#include "endpoint/said.h"
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
static void talk_find_reason(struct talk *t, const char *globs)
{
    struct observer o;
    int n;
    if (observer_open(&o, t->a, SAMPLER_MIN_S, 2) < 0)
        return;
    const struct source *src = o.sampler ? sampler_sources(o.sampler, &n) : NULL;
    for (int i = 0; src && i < n && !*t->reason; i++)
        if (src[i].state != SOURCE_OK && *src[i].reason && adapter_provides(src[i].adapter->provides, globs))
            text_copy(t->reason, sizeof t->reason, src[i].reason);
    observer_close(&o);
}

/* Only of this machine: why another one lacks something is not known here. */
static const char *talk_missing(void *self, const char *globs)
{
    struct talk *t = self;
    *t->reason = '\0';
    if (!t->shown.private && !args_given(t->a, "data"))
        talk_find_reason(t, globs);
    return t->reason;
}

/* ---- the endpoint ---- */

/* What it would get; true where it may be asked. */
static bool talk_prepare(struct talk *t, const struct ask_world *w, const char *question, const struct answer *a,
                         struct endpoint *e, struct buf *content, struct endpoint_said *said)
{
    struct judged j = { 0 };
    int64_t from_ms, to_ms;
    sent_range(a, w->now_ms, &from_ms, &to_ms);
    int rc = t->look->files ? judged_range(t->look, NULL, from_ms, to_ms, &t->shown.how, JUDGED_BYTES, &j) : -ENODATA;
    struct sent_options o = { .question = question, .answer = a, .look = t->look, .judged = rc < 0 ? NULL : &j };
    bool named = endpoint_prepare(args_config(t->a), &o, e, content, said);
    if (rc == 0)
        judged_done(&j);
    return named;
}

/* Asks it, too. An exit status; what went wrong is said. */
static int talk_beside(struct talk *t, const struct ask_world *w, const char *question, const struct answer *a,
                       struct endpoint_said *said)
{
    auto_buf struct buf content = { 0 };
    struct endpoint e;
    if (talk_prepare(t, w, question, a, &e, &content, said))
        endpoint_ask(&e, content.p, NULL, said);
    if (!said->error.n)
        return EXIT_DONE;
    log_error(0, "ask: %s", said->error.p);
    return EXIT_PART;
}

/* Nothing but the bytes, so that they can be held against what was sent. */
static int talk_preview(struct talk *t, const struct ask_world *w, const char *question, const struct answer *a)
{
    auto_buf struct buf content = { 0 };
    struct endpoint_said said = { 0 };
    struct endpoint e;
    talk_prepare(t, w, question, a, &e, &content, &said);
    fwrite(said.sent.p, 1, said.sent.n, stdout);
    endpoint_said_done(&said);
    return EXIT_DONE;
}

/* ---- one question ---- */

static void talk_print(const struct buf *out)
{
    fwrite(out->p, 1, out->n, stdout);
    fflush(stdout);
}

/* Our own answer, at once; then what an endpoint says, below it. As JSON it is one object. */
static int talk_show(struct talk *t, const struct ask_world *w, const char *question, const struct answer *a)
{
    auto_buf struct buf out = { 0 };
    struct endpoint_said said = { 0 };
    bool json = args_flag(t->a, "json"), beside = args_flag(t->a, "endpoint");
    if (json)
        answer_json(&out, a, true);
    else
        answer_text(&out, a, &t->screen, t->asks);
    if (!json) {
        talk_print(&out);
        buf_clear(&out);
    }
    int status = beside ? talk_beside(t, w, question, a, &said) : EXIT_DONE;
    if (json && beside)
        said_json(&out, &said);
    else if (said.text.n)
        said_text(&out, &said, &t->screen);
    if (json)
        buf_putc(&out, '\n');
    talk_print(&out);
    endpoint_said_done(&said);
    return a->status == ANSWER_ANSWERED ? status : EXIT_PART;
}

static int talk_answer(struct talk *t, const char *question)
{
    struct ask_world w = { .look = t->look, .now_ms = os_wall_ms(), .replay = t->shown.private,
                           .missing = talk_missing, .self = t };
    struct answer a;
    int64_t first_ms, last_ms;
    if (w.replay && look_span(t->look, NULL, &first_ms, &last_ms))
        w.now_ms = last_ms;
    w.offset_s = args_flag(t->a, "utc") ? 0 : os_zone_s(w.now_ms);
    ask(&w, question, buf_text(&t->context), &a);
    int status = args_flag(t->a, "preview") ? talk_preview(t, &w, question, &a) : talk_show(t, &w, question, &a);
    buf_clear(&t->context);
    buf_puts(&t->context, buf_text(&a.context));
    answer_done(&a);
    return status;
}

/* ---- several ---- */

/* The next line without its end; false when there is none. What is longer than a question may be is cut, and a NUL is
 * a blank. */
static bool talk_line(struct talk *t, char *line, size_t cap)
{
    if (t->asks) {
        fputs("ask> ", stdout);
        fflush(stdout);
    }
    size_t n = 0;
    int c = getchar();
    bool over = c == EOF;
    for (; c != EOF && c != '\n'; c = getchar())
        if (n + 1 < cap)
            line[n++] = c ? (char)c : ' ';
    line[n] = '\0';
    line[strcspn(line, "\r")] = '\0';
    if (over && t->asks)
        putchar('\n');
    return !over;
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
    if (several && (args_flag(a, "endpoint") || args_flag(a, "preview"))) {
        log_error(0, "ask: --endpoint and --preview are for one question, which stands behind them");
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
    { "endpoint", 0, OPTION_FLAG, .help = "put it to the language model of ask.endpoint, too" },
    { "preview", 0, OPTION_FLAG, .help = "print what that would be sent, byte by byte, and send nothing" },
    ARCHIVED_OPTION, SHOWN_REPLAY,
    { 0 },
};

static const struct example examples[] = {
    { "sonde ask how is the memory", "a number, against what is usual" },
    { "sonde ask 'what was using the disk last night'", "processes of a time" },
    { "sonde ask 'why was it slow yesterday at 14:05'", "what was unusual, and its cause" },
    { "sonde ask 'when will /home be full'", "by its trend" },
    { "sonde ask 'compare today with yesterday'", "two times" },
    { "sonde ask --preview how is the memory", "what an endpoint would be sent" },
    { "sonde ask", "a talk: \"and the memory?\", \"why?\" go on from what was asked" },
    { 0 },
};

const struct command command_ask = {
    .name = "ask", .summary = "a question in words about what was recorded",
    .usage = "[QUESTION]",
    .also = "chat",
    .text = "Answers from what was recorded, by rules and without a connection: every number of an answer was "
            "measured. Any metric can be named, by its name or in words, and any time: \"last night\", \"yesterday at "
            "14:05\", \"between 9 and 11\", \"the last 2 hours\", \"since the reboot\". English only. Without a question "
            "it asks for them, one after the other, until Ctrl-D; with - it reads them from standard input, a line "
            "each.\n\n"
            "What is not understood is said, and what is not measured here or was not recorded then, too; the exit status is "
            "3 then.\n\n"
            "A language model can be named in the configuration (ask.endpoint and ask.model: an interface as OpenAI's, on this "
            "machine by http, elsewhere by https). It is asked only with --endpoint, and only for that question: it gets the "
            "question, the answer of the rules, and the verdict, main numbers, episodes and findings of that time, at most six "
            "hours; no paths, ids or labels, and no names of processes unless ask.send_process_names is on. What it says "
            "stands below the answer, unchecked, and its numbers that are not among what it got are named. Needs the module "
            "sonde-fetch.",
    .options = options, .examples = examples, .max_positional = 100, .run = ask_run,
};
