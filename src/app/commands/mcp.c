/*
 * mcp.c - `sonde mcp`: a line in, a line out, until the end of standard input. Whoever starts it is an assistant's
 * program; standard output is for its protocol alone, and whatever else is to be said goes to standard error.
 */
#include "app/mcp_told.h"
#include "app/observer.h"
#include "app/reporting.h"
#include "app/serve/missing.h"
#include "app/shown.h"

#include "app/version.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/config.h"
#include "os/os.h"
#include "serve/mcp/mcp.h"

#include <errno.h>
#include <stdio.h>

struct serving {
    struct shown shown;
    struct missing missing;
    struct api *api;
    struct mcp *mcp;
    const char *version;   /* of the protocol; NULL before it was agreed on */
    struct buf line, answer;
};

/* The next line without its end. False: there is none. What is too long is passed over, and *whole false. */
static bool serving_line(struct serving *s, bool *whole)
{
    int c;
    buf_clear(&s->line);
    *whole = true;
    while ((c = getc_unlocked(stdin)) != EOF && c != '\n') {
        *whole = *whole && s->line.n < MCP_MESSAGE_MAX;
        if (*whole)
            buf_putc(&s->line, (char)c);
    }
    return c != EOF || (s->line.n && feof(stdin));
}

static bool line_is_blank(const struct buf *line)
{
    for (size_t i = 0; i < line->n; i++)
        if (line->p[i] != ' ' && line->p[i] != '\r' && line->p[i] != '\t')
            return false;
    return true;
}

/* False: nobody takes it. */
static bool serving_say(struct serving *s)
{
    buf_putc(&s->answer, '\n');
    bool said = fwrite(s->answer.p, 1, s->answer.n, stdout) == s->answer.n && fflush(stdout) == 0;
    buf_clear(&s->answer);
    return said;
}

static int serving_run(struct serving *s)
{
    bool whole;
    while (!os_stopping() && serving_line(s, &whole)) {
        if (whole && line_is_blank(&s->line))
            continue;
        if (!whole)
            mcp_too_long(&s->answer);
        else if (mcp_answer(s->mcp, &s->version, s->line.p, s->line.n, &s->answer) == MCP_SILENT)
            continue;
        if (!serving_say(s)) {
            log_error(0, "mcp: nobody reads standard output any more");
            return EXIT_FAILED;
        }
    }
    return EXIT_DONE;
}

/* An archive in which nothing is yet can be asked all the same: the answers say what to do. */
static int serving_open(struct serving *s, const struct args *a)
{
    const char *file = args_text(a, "replay");
    auto_buf struct buf dir = { 0 };
    if (file)
        return shown_open(&s->shown, a, file, NULL);
    if (archived_put_dir(a, &dir) < 0)
        return EXIT_USAGE;
    shown_dir(&s->shown, a, dir.p);
    return EXIT_DONE;
}

#define GLANCE_S 2
#define GLANCE_STEP_S 0.25

/* Of this machine, where nothing is recorded yet. */
static int serving_glance(void *self, struct judged *out)
{
    struct serving *s = self;
    struct observer o;
    int rc = observer_open(&o, s->missing.args, GLANCE_STEP_S, 0);
    if (rc < 0)
        return rc;
    struct recording *rec = reporting_new(s->missing.args, o.interval_s, o.feed->origin);
    rc = recording_run(rec, o.feed, GLANCE_S, NULL, NULL);
    observer_close(&o);
    if (rc < 0 || !rec->n) {
        recording_free(rec);
        return rc < 0 ? rc : -ENODATA;
    }
    *out = (struct judged){ .rec = rec, .report = analyze_verdict(rec, &s->shown.how) };
    return 0;
}

/* Why something is not measured is known of this machine only. */
static void serving_begin(struct serving *s, const struct args *a)
{
    bool replay = s->shown.private;
    s->missing.args = a;
    s->api = api_new(s->shown.dir.p, &(struct api_shown){
        .version = SONDE_VERSION, .replay = replay ? s->shown.name : NULL, .config = args_config(a),
        .how = s->shown.how, .missing = replay ? NULL : missing_text,
        .why_missing = replay ? NULL : missing_why, .self = &s->missing });
    struct mcp_options o = mcp_told(a, s->api);
    o.sample = replay ? NULL : serving_glance;
    o.self = s;
    s->mcp = mcp_new(&o);
}

static int mcp_run(const struct args *a)
{
    struct serving s = { 0 };
    os_stop_on_signal();
    os_outlive_writes();
    int status = serving_open(&s, a);
    if (status == EXIT_DONE) {
        serving_begin(&s, a);
        if (os_is_terminal(fileno(stdin)))
            log_warn(0, "mcp: this is for programs of assistants, which write JSON-RPC here, a message a line; "
                        "Ctrl-D ends it, and `sonde ask` is for people");
        status = serving_run(&s);
    }
    mcp_free(s.mcp);
    api_free(s.api);
    missing_done(&s.missing);
    shown_close(&s.shown);
    buf_done(&s.line);
    buf_done(&s.answer);
    return status;
}

static const struct option options[] = {
    MCP_TOLD_OPTIONS,
    ARCHIVED_OPTION, SHOWN_REPLAY,
    { 0 },
};

static const struct example examples[] = {
    { "sonde mcp", "the command that an assistant's program is told to start" },
    { "sonde mcp --no-process-names --no-mount-points", "without names of programs and paths" },
    { "sonde mcp --replay FILE", "about a recording" },
    { "sonde serve --mcp", "the same over HTTP, at http://127.0.0.1:7860/mcp" },
    { 0 },
};

const struct command command_mcp = {
    .name = "mcp", .summary = "tools for assistants: the Model Context Protocol, read-only", .usage = "",
    .text = "For programs of assistants, which start it and speak with it over standard input and output (Model "
            "Context Protocol, versions 2024-11-05 to 2025-06-18): tools that tell how the machine is, what was unusual and why, any "
            "numbers of any time, forecasts, states, processes, and answer questions in words. All only read, and each answer "
            "is some kB at most.\n\n"
            "Sonde sends nothing anywhere; but what it answers an assistant may send to whoever runs its language model. "
            "Names of processes and services, mount points and lines of logs are among it: the options and the section mcp of "
            "the configuration leave them out. Users, arguments, window titles and addresses are never known.\n\n"
            "It answers from what `sonde record` keeps, up to the last second where that runs. Ends with standard input.",
    .options = options, .examples = examples, .run = mcp_run,
};
