/*
 * top.c - `sonde top`: the machine now, on a terminal; or as text, for scripts.
 *
 * What can be refused is refused before the terminal is taken over, because what is written to stderr
 * afterwards would be written over the screen.
 */
#include "app/attach.h"
#include "app/observer.h"
#include "app/top/batch.h"
#include "app/top/loop.h"
#include "app/top/palette.h"

#include "base/log.h"
#include "core/config.h"
#include "os/os.h"
#include "output/screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 1e9
#define TOP_BACK_S 600 /* of a recorder that runs: what the detector needs to know what is usual */

static enum spark_kind top_graph(const struct args *a, bool utf8)
{
    static const char *const names[] = { "ascii", "block", "braille" };
    const char *asked = args_text(a, "graph"), *term = getenv("TERM");
    if (!utf8)
        return SPARK_ASCII;
    for (int i = SPARK_ASCII; asked && i <= SPARK_BRAILLE; i++)
        if (strcmp(names[i], asked) == 0)
            return (enum spark_kind)i;
    bool console = term && strncmp(term, "linux", 5) == 0; /* its fonts have no braille */
    return console ? SPARK_BLOCK : SPARK_BRAILLE;
}

static double top_interval(const struct args *a)
{
    return args_given(a, "interval") ? args_number(a, "interval") :
                                       config_number(args_config(a), "general.logging_interval");
}

/* "160x50" */
static bool top_size(const char *text, int *columns, int *rows)
{
    char more;
    if (sscanf(text, "%3dx%3d%c", columns, rows, &more) == 2 && *columns >= 40 && *rows >= 8)
        return true;
    log_error(0, "top: --size: '%s' is no size from 40x8 to 999x999; write it like 160x50", text);
    return false;
}

static void top_begin(struct top *t, const struct args *a, const struct observer *o, bool utf8)
{
    top_init(t, o->interval_s, utf8, top_graph(a, utf8));
    t->live.budget_per_day = config_number(args_config(a), "analysis.budget_per_day");
    t->view.may_end = o->feed->live;
}

static int top_batch(const struct args *a)
{
    struct batch b = { .json = args_flag(a, "json"), .frames = 1 };
    struct observer o;
    struct top t;
    if (args_given(a, "batch"))
        b.frames = (int)args_number(a, "batch");
    b.last = args_given(a, "replay") && !args_given(a, "batch");
    if (!top_size(args_text(a, "size"), &b.columns, &b.rows))
        return EXIT_USAGE;
    os_stop_on_signal();
    if (observer_attach(&o, a, top_interval(a), TOP_BACK_S, NULL) < 0 && observer_open(&o, a, top_interval(a), 0) < 0)
        return EXIT_FAILED;
    top_begin(&t, a, &o, screen_of(fileno(stdout), true).utf8);
    int rc = batch_run(&t, o.feed, &b);
    if (rc < 0 && rc != -EINTR)
        log_error(rc, "top: the machine could not be read");
    top_done(&t);
    observer_close(&o);
    return rc == 0 ? EXIT_DONE : rc == -EINTR ? EXIT_PART : EXIT_FAILED;
}

static const struct terminal *top_terminal(void)
{
    const struct terminal *t = os_module("sonde-terminal", "sonde_terminal");
    if (!os_is_terminal(fileno(stdin)) || !os_is_terminal(fileno(stdout)))
        log_error(0, "top: needs a terminal on standard input and output; `sonde top --once` "
                     "prints one screen as text");
    else if (!t)
        log_error(0, "top: the module sonde-terminal is not installed beside the program; building it "
                     "needs ncursesw (Debian: libncurses-dev). `sonde top --once` works without it");
    else
        return t;
    return NULL;
}

static bool top_take_over(const struct terminal *terminal, bool *utf8)
{
    int rc = terminal->open(utf8);
    const char *term = getenv("TERM");
    if (rc < 0)
        log_error(0, "top: the terminal '%s' %s; set TERM to what it is, or use `sonde top --once`",
                  term ? term : "", rc == -ENODEV ? "is not known here" : "cannot move its cursor");
    return rc == 0;
}

static int top_show(const struct args *a, struct observer *o, struct loop *loop)
{
    struct screen screen = screen_of(fileno(stdout), args_flag(a, "no-color"));
    bool utf8 = screen.utf8;
    os_stop_on_signal();
    if (!top_take_over(loop->terminal, &utf8))
        return EXIT_FAILED;
    enum log_level level = log_level();
    log_set_level(LOG_ERROR);
    top_begin(loop->top, a, o, utf8);
    loop->terminal->looks(palette_looks(screen.colour ? loop->terminal->colours() : 0), INKS - 1);
    int rc = loop_run(loop, o->feed);
    loop->terminal->close();
    log_set_level(level);
    top_done(loop->top);
    if (rc < 0)
        log_error(rc, "top: the machine could not be read further");
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int top_run(const struct args *a)
{
    if (args_given(a, "batch") || args_flag(a, "once") || args_flag(a, "json"))
        return top_batch(a);
    struct top top;
    struct observer o;
    struct loop loop = { .top = &top, .terminal = top_terminal() };
    if (!loop.terminal)
        return EXIT_FAILED;
    if (observer_attach(&o, a, top_interval(a), TOP_BACK_S, loop_pace(&loop, clock_system())) < 0 &&
        observer_open_paced(&o, a, top_interval(a), loop_pace, &loop) < 0)
        return EXIT_FAILED;
    int status = top_show(a, &o, &loop);
    observer_close(&o);
    return status;
}

static const struct option options[] = {
    { "interval", 'i', OPTION_DURATION, "TIME", .min = SAMPLER_MIN_S, .max = SAMPLER_MAX_S,
      .help = "between two samples (default general.logging_interval, which is 1)" },
    { "once", '1', OPTION_FLAG, .help = "print one screen as plain text and end" },
    { "batch", 'b', OPTION_COUNT, "N", .min = 1, .max = FRAMES_MAX, .help = "print N screens as plain text" },
    { "size", 0, OPTION_TEXT, "COLUMNSxROWS", .fallback = "80x24", .help = "of the screens that are printed" },
    OBSERVER_REPLAY,
    ATTACH_OPTIONS,
    { "speed", 0, OPTION_NUMBER, "N", .min = 0.01, .max = 10000, .fallback = "1",
      .help = "play a tape N times as fast as it was recorded" },
    { "graph", 0, OPTION_CHOICE, "KIND", .choices = "braille block ascii",
      .help = "what charts are drawn with (default what the terminal can show)" },
    { 0 },
};

static const struct example examples[] = {
    { "sonde top", "look at this machine; ? lists the keys" },
    { "sonde top -i 0.5", "twice as often" },
    { "sonde top --once", "one screen as text" },
    { "sonde top --json", "one snapshot of all metrics and processes as JSON" },
    { "sonde top --batch 60 --json", "one a second for a minute, an object on each line" },
    { "sonde top --root DIR", "play a recorded machine" },
    { "sonde top --replay FILE --once", "how it was at the end of a tape" },
    { "sonde top --replay FILE --speed 10", "play a tape, ten times as fast as it was recorded" },
    { 0 },
};

const struct command command_top = {
    .name = "top", .summary = "this machine live: verdict, areas with their history, processes",
    .usage = "",
    .text = "Shows every area with its history, the processes, and in the first line the verdict of "
            "`sonde check` over the last minutes (at most 600 samples). ? lists the keys. Processes can be "
            "sorted, filtered, shown as a tree and, after a question, ended. A recorded machine (--root) and "
            "a tape (--replay) are played at their own pace and stay at their end; --once and --json show the end of a "
            "tape, --batch N its first screens. Where `sonde record` runs, its samples "
            "are shown, with its last ten minutes at once. Needs the module sonde-terminal; --once, --batch and --json do "
            "not.",
    .options = options, .examples = examples, .run = top_run,
};
