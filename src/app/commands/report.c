/* report.c - `sonde report`: what was recorded as one HTML file. */
#include "app/analyze_archive.h"
#include "app/outfiles.h"
#include "app/page_file.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HOURS 24.0

static void report_path(const struct args *a, int64_t to_ms, struct buf *out)
{
    char stamp[TEXT_TIME_MAX];
    if (args_given(a, "out"))
        buf_puts(out, args_text(a, "out"));
    else
        buf_printf(out, "sonde_report_%s.html", text_stamp(to_ms, stamp));
}

static void report_tell_json(const char *path, size_t bytes, int64_t from_ms, int64_t to_ms)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    json_object(&j, NULL);
    json_string(&j, "file", path);
    json_int(&j, "bytes", (int64_t)bytes);
    json_time(&j, "from", from_ms);
    json_time(&j, "to", to_ms);
    json_end(&j);
    puts(out.p);
}

static void report_tell(const struct args *a, const char *path, size_t bytes, int64_t from_ms, int64_t to_ms)
{
    char from[TEXT_TIME_MAX], to[TEXT_TIME_MAX], size[32], shown[OS_PATH_MAX];
    text_copy(shown, sizeof shown, path);
    text_clean(shown);
    text_time(from_ms, from);
    text_time(to_ms, to);
    if (!outfiles_is_file(path))
        return;
    if (args_flag(a, "json"))
        report_tell_json(path, bytes, from_ms, to_ms);
    else if (!args_flag(a, "quiet"))
        printf("Wrote %s, %s: %.16s to %.16s UTC\n", shown, text_bytes((double)bytes, size, sizeof size), from, to);
}

static int report_write(const struct args *a, struct shown *s)
{
    auto_buf struct buf path = { 0 }, out = { 0 };
    int64_t from_ms, to_ms, first_ms, last_ms;
    if (!shown_range(s, a, "report", HOURS, &from_ms, &to_ms) ||
        !look_span(&s->look, *s->session ? s->session : NULL, &first_ms, &last_ms))
        return EXIT_FAILED;
    from_ms = from_ms > first_ms ? from_ms : first_ms; /* what the file holds, whatever was asked for */
    to_ms = to_ms < last_ms ? to_ms : last_ms;
    report_path(a, to_ms, &path);
    if (outfiles_may_write(path.p, args_text(a, "replay")) < 0)
        return EXIT_FAILED;
    int rc = page_file_put(a, s, from_ms, to_ms, &out);
    if (rc == -ENOTSUP)
        log_error(0, "report: this build has no page inside; building it needs web/node_modules: `./dev setup run`");
    else if (rc < 0)
        log_error(rc, "report: what was recorded cannot be read");
    if (rc < 0 || outfiles_put(path.p, &out) < 0)
        return EXIT_FAILED;
    report_tell(a, path.p, out.n, from_ms, to_ms);
    return EXIT_DONE;
}

static int report_run(const struct args *a)
{
    struct shown s;
    int status = shown_open(&s, a, args_text(a, "replay"), args_positional(a, 0));
    if (status == EXIT_DONE)
        status = report_write(a, &s);
    shown_close(&s);
    return status;
}

static const struct option options[] = {
    { "html", 0, OPTION_FLAG, .help = "as HTML, which is what it is without this, too" },
    { "out", 'o', OPTION_FILE, "FILE",
      .help = "write it there; - for standard output (default sonde_report_DATE_TIME.html)" },
    SHOWN_REPLAY,
    ANALYZE_ARCHIVE_OPTIONS,
    ARCHIVED_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde report", "the last 24 hours that were recorded" },
    { "sonde report last --out last.html", "the newest session" },
    { "sonde report --from 'yesterday 14:00' --to 'yesterday 16:00'", "two hours" },
    { "sonde report --replay telemetry.csv", "of anybody's numbers" },
    { 0 },
};

const struct command command_report = {
    .name = "report", .summary = "what was recorded as one HTML file with charts, to pass on",
    .usage = "[SESSION, FILE]",
    .text = "Writes one file that holds the page of `sonde serve` with what was recorded of a range: charts to zoom, "
            "the analysis, processes every few minutes, events. It opens from the disk in any browser, years later, "
            "and asks nothing of any network. The main metrics keep every second of a day, all others 480 points. "
            "Names of processes and mount points are in it: look before you pass it on.",
    .options = options, .examples = examples, .max_positional = 1, .run = report_run,
};
