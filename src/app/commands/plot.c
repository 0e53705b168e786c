/* plot.c - `sonde plot`: what was recorded as a picture. */
#include "app/analyze_archive.h"
#include "app/outfiles.h"
#include "app/picture.h"
#include "app/shown.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "output/plot/plot_look.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct plotting {
    const struct args *a;
    const char *path;            /* to be written; "-" = standard output */
    enum picture_format format;
    struct plot_options options;
    struct shown shown;
};

#define HOURS 24.0 /* of what was recorded, where nobody says otherwise */

/* ---- what is wanted ---- */

static bool plot_size(const char *text, struct plot_options *o)
{
    int end = 0;
    bool read = sscanf(text, "%d%*1[xX]%d%n", &o->width, &o->height, &end) == 2 && !text[end];
    bool fits = read && o->width >= PLOT_MIN_WIDTH && o->height >= PLOT_MIN_HEIGHT && o->width <= PLOT_MAX_SIZE &&
                o->height <= PLOT_MAX_SIZE;
    if (!fits)
        log_error(0, "plot: --size takes width and height in pixels, from %dx%d to %dx%d, as 1200x800", PLOT_MIN_WIDTH,
                  PLOT_MIN_HEIGHT, PLOT_MAX_SIZE, PLOT_MAX_SIZE);
    return fits;
}

/* A name that promises another format is a slip. */
static bool plot_can_be(const struct args *a, const char *path)
{
    const char *name = path ? strrchr(path, '/') : NULL, *dot = path ? strrchr(name ? name : path, '.') : NULL;
    if (!dot || args_text(a, "format") || strcasecmp(dot, ".png") == 0 || strcasecmp(dot, ".svg") == 0)
        return true;
    log_error(0, "plot: --out %s: pictures are .png or .svg; --format says which where a name does not", path);
    return false;
}

/* By --format, else by how the file is called; where neither says it, PNG if that can be made. */
static enum picture_format plot_format(const struct args *a, const char *path)
{
    const char *format = args_text(a, "format"), *dot = path ? strrchr(path, '.') : NULL;
    const char *said = format ? format : dot ? dot + 1 : "";
    if (strcasecmp(said, "svg") == 0)
        return PICTURE_SVG;
    return strcasecmp(said, "png") == 0 || (picture_has_png() && !(path && strcmp(path, "-") == 0)) ? PICTURE_PNG
                                                                                                     : PICTURE_SVG;
}

static int plot_wanted(struct plotting *w)
{
    const struct args *a = w->a;
    const char *tape = args_text(a, "replay"), *word = args_positional(a, 0);
    const char *read = tape ? tape : word && !analyze_is_session(word) ? word : NULL;
    w->options.dark = args_flag(a, "dark");
    if (!plot_size(args_text(a, "size"), &w->options) || archived_runs_backwards(a, "plot"))
        return EXIT_USAGE;
    w->path = args_text(a, "out");
    w->format = plot_format(a, w->path);
    if (!w->path)
        w->path = w->format == PICTURE_PNG ? "metrics.png" : "metrics.svg";
    if (!outfiles_is_file(w->path) && w->format == PICTURE_PNG && os_is_terminal(STDOUT_FILENO)) {
        log_error(0, "plot: a PNG is not for a terminal; name a file with --out, or send it on");
        return EXIT_USAGE;
    }
    if (outfiles_may_write(w->path, read) < 0)
        return EXIT_FAILED;
    return plot_can_be(a, args_text(a, "out")) ? EXIT_DONE : EXIT_USAGE;
}

/* ---- where it comes from ---- */

static int plot_say_empty(const struct plotting *w, int rc)
{
    const char *globs = args_text(w->a, "metrics");
    if (rc == -ENODATA && globs)
        log_error(0, "plot: nothing was recorded there that --metrics %s names, but perhaps counters, which have rates "
                  "(disk.read.rate); `sonde metrics` lists them", globs);
    else if (rc == -ENODATA)
        log_error(0, "plot: nothing was recorded in that time; `sonde sessions list` says what there is");
    else
        return archived_say(w->shown.dir.p, rc);
    return EXIT_FAILED;
}

static int plot_read(struct plotting *w, struct plot **out)
{
    const struct args *a = w->a;
    struct shown *shown = &w->shown;
    struct plot_wish wish = {
        .session = *shown->session ? shown->session : NULL, .title = shown->name, .globs = args_text(a, "metrics"),
        .points = w->options.width, .steps = args_flag(a, "predict") ? (int)args_number(a, "prediction-steps") : 0,
    };
    if (!shown_range(shown, a, "plot", HOURS, &wish.from_ms, &wish.to_ms))
        return EXIT_FAILED;
    if (!args_given(a, "to")) /* the last instant, too */
        wish.to_ms = wish.to_ms < wish.from_ms + 1000 ? wish.from_ms + 1000 : wish.to_ms + 1;
    wish.zone_s = args_flag(a, "utc") ? 0 : os_zone_s(wish.to_ms);
    int rc = plot_of_look(&shown->look, &wish, out);
    if (rc < 0)
        return plot_say_empty(w, rc);
    if (args_given(a, "title"))
        snprintf((*out)->title, sizeof (*out)->title, "%s", args_text(a, "title"));
    return EXIT_DONE;
}

/* ---- where it goes ---- */

static void plot_tell_json(const struct plotting *w, const struct plot *p)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    j.indent = true;
    json_object(&j, NULL);
    json_string(&j, "file", w->path);
    json_string(&j, "format", picture_ending(w->format));
    json_int(&j, "width", w->options.width);
    json_int(&j, "height", w->options.height);
    json_time(&j, "from", p->from_ms);
    json_time(&j, "to", p->to_ms);
    json_array(&j, "panels");
    for (int i = 0; i < p->n_panels; i++) {
        json_object(&j, NULL);
        json_string(&j, "title", p->panels[i].title);
        json_array(&j, "metrics");
        for (int k = 0; k < p->panels[i].n; k++)
            json_string(&j, NULL, p->panels[i].line[k]->id);
        json_end(&j);
        json_end(&j);
    }
    json_end(&j);
    json_int(&j, "anomalies", (int64_t)p->n_episodes);
    json_end(&j);
    buf_putc(&out, '\n');
    outfiles_put("-", &out);
}

static void plot_tell(const struct plotting *w, const struct plot *p, int left_out)
{
    if (left_out)
        log_warn(0, "plot: %d panel%s of %d had no room in %d x %d pixels; give a larger --size, or fewer --metrics",
                 left_out, left_out == 1 ? "" : "s", p->n_panels, w->options.width, w->options.height);
    if (!outfiles_is_file(w->path) || args_flag(w->a, "quiet"))
        return;
    if (args_flag(w->a, "json"))
        plot_tell_json(w, p);
    else {
        auto_free char *shown = text_clean(mem_dup(w->path));
        printf("Wrote %s: %d panel%s, %zu anomal%s\n", shown, p->n_panels - left_out,
               p->n_panels - left_out == 1 ? "" : "s", p->n_episodes, p->n_episodes == 1 ? "y" : "ies");
    }
}

static int plot_write(const struct plotting *w, const struct plot *p)
{
    auto_buf struct buf bytes = { 0 };
    int left_out;
    if (picture_make(p, &w->options, w->format, &bytes, &left_out) < 0 || outfiles_put(w->path, &bytes) < 0)
        return EXIT_FAILED;
    plot_tell(w, p, left_out);
    if (args_flag(w->a, "show-plot") && outfiles_is_file(w->path))
        picture_show(w->path);
    return EXIT_DONE;
}

static int plot_run(const struct args *a)
{
    struct plotting w = { .a = a };
    struct plot *p = NULL;
    int status = plot_wanted(&w);
    if (status == EXIT_DONE)
        status = shown_open(&w.shown, a, args_text(a, "replay"), args_positional(a, 0));
    if (status == EXIT_DONE)
        status = plot_read(&w, &p);
    if (status == EXIT_DONE)
        status = plot_write(&w, p);
    plot_free(p);
    shown_close(&w.shown);
    return status;
}

static const struct option options[] = {
    { "metrics", 'm', OPTION_TEXT, "GLOBS", .help = "these, a panel for each kind: 'cpu.util,fs.util{/}' (default: the main areas)" },
    { "out", 'o', OPTION_FILE, "FILE",
      .help = "FILE.png or FILE.svg; - for standard output (default metrics.png, without its module metrics.svg)" },
    { "format", 0, OPTION_CHOICE, "FORMAT", .choices = "png svg", .help = "where the name of the file does not say it" },
    { "size", 0, OPTION_TEXT, "WxH", .fallback = "1200x800", .help = "in pixels" },
    { "title", 0, OPTION_TEXT, "TEXT", .help = "instead of the machine's kind" },
    { "dark", 0, OPTION_FLAG, .help = "light lines on a dark ground" },
    { "utc", 0, OPTION_FLAG, .help = "times in UTC instead of this machine's time zone" },
    { "predict", 0, OPTION_FLAG, .help = "go on with forecasts and their bands" },
    { "prediction-steps", 0, OPTION_COUNT, "N", .min = 1, .max = 60, .fallback = "10", .help = "each a sixtieth of the range" },
    { "show-plot", 0, OPTION_FLAG, .help = "open the file with the desktop's viewer" },
    ARCHIVED_OPTION, ANALYZE_ARCHIVE_OPTIONS, SHOWN_REPLAY,
    { 0 },
};

static const struct example examples[] = {
    { "sonde plot", "metrics.png of the last 24 hours" },
    { "sonde plot --from -2h --metrics 'cpu.util,disk.*.rate{total}' --out disk.svg", "two hours of some metrics" },
    { "sonde plot --from -1d --predict --size 1600x1000 --dark", "a day, and what is expected" },
    { "sonde plot run.csv --out run.png", "somebody else's numbers" },
    { 0 },
};

const struct command command_plot = {
    .name = "plot", .summary = "a picture of what was recorded: PNG or SVG",
    .usage = "[SESSION | FILE]",
    .also = "graph chart draw",
    .text = "Small panels over one range of time: the last 24 hours, a session, the time between --from and --to, "
            "or a file (a tape, CSV or JSON as `sonde import` reads it). Lines are means, the shade behind them is "
            "how low and high values went; a gap in the recording is a gap in the line. What was unusual is marked in "
            "the panel of the metric that caused it, with a number, and told below; a grey band is what was usual there. "
            "Percentages are drawn from 0 to 100, rates from 0; where another axis does not begin at zero, the panel says so.",
    .options = options, .examples = examples, .max_positional = 1, .run = plot_run,
};
