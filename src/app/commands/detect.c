/* detect.c - `sonde detect`: which rows of a file are unlike those before them? */
#include "analyze/import/import.h"
#include "app/analyze_archive.h"
#include "app/analyze_file.h"
#include "app/command.h"
#include "app/detections.h"

#include "app/outfiles.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/config.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct detecting {
    const struct args *a;
    const char *train_path, *input_path, *scores_path; /* NULL = none, but for the input */
    struct recording *train_rec, *input_rec;
    struct columns train, input;
    struct detector_verdict *verdict;
    struct detections found;
};

static int detect_read(const char *path, struct recording **out)
{
    char message[IMPORT_MESSAGE];
    int rc = import_file(path, out, message, sizeof message);
    if (rc < 0)
        log_error(0, "%s", message);
    else
        analyze_say_odd(path, *out);
    return rc;
}

/* Metrics of the input that the rows to learn from do not have are new to every method. */
static int detect_common(const struct detecting *t)
{
    int common = 0;
    for (int j = 0; j < t->train.d; j++)
        common += t->train.x[j] != NULL;
    if (common == 0) {
        log_error(0, "%s has none of the metrics of %s; the columns of both must be called the same", t->train_path,
                  t->input_path);
        return -EINVAL;
    }
    if (common < t->train.d)
        log_warn(0, "%s lacks %d of the %d metrics of %s: nothing is known of those", t->train_path,
                 t->train.d - common, t->train.d, t->input_path);
    return 0;
}

static int detect_load(struct detecting *t)
{
    int rc = detect_read(t->input_path, &t->input_rec);
    if (rc == 0 && t->train_path)
        rc = detect_read(t->train_path, &t->train_rec);
    if (rc < 0)
        return rc;
    columns_of(t->input_rec, &t->input);
    if (t->train_rec)
        columns_as(t->train_rec, &t->input, &t->train);
    else
        t->train = columns_part(&t->input, 0, 0);
    return t->train_rec ? detect_common(t) : 0;
}

static int detect_judge(struct detecting *t)
{
    char message[METHOD_MESSAGE];
    struct method_options o = { t->found.budget_per_day, .seed = (uint64_t)args_number(t->a, "seed") };
    t->verdict = mem_try(t->input.n * sizeof *t->verdict);
    if (!t->verdict) {
        log_error(-ENOMEM, "%s: no memory for so many rows", t->input_path);
        return -ENOMEM;
    }
    int rc = method_run(t->found.method, &t->train, &t->input, &o, t->verdict, message);
    if (rc < 0) {
        log_error(0, "%s: %s", t->input_path, message);
        return rc;
    }
    t->found.rec = t->input_rec;
    t->found.columns = &t->input;
    t->found.row = t->verdict;
    detections_find(&t->found);
    return 0;
}

static void detect_text(const struct detecting *t)
{
    auto_buf struct buf out = { 0 };
    struct screen screen = screen_of(fileno(stdout), args_flag(t->a, "no-color"));
    if (args_flag(t->a, "json"))
        detections_put_json(&t->found, &out);
    else if (!args_flag(t->a, "quiet"))
        detections_put_text(&t->found, &screen, &out);
    outfiles_put("-", &out);
}

/* The scores go to standard output where no file was named and nobody looks; else there is room for what was found. */
static int detect_tell(const struct detecting *t)
{
    auto_buf struct buf scores = { 0 };
    int rc = 0;
    if (t->scores_path || (!args_flag(t->a, "json") && !os_is_terminal(fileno(stdout)))) {
        detections_put_csv(&t->found, &scores);
        rc = outfiles_put(t->scores_path, &scores);
    }
    if (rc == 0 && (!scores.n || outfiles_is_file(t->scores_path)))
        detect_text(t);
    return rc;
}

static void detect_done(struct detecting *t)
{
    detections_done(&t->found);
    if (t->train_rec)
        columns_done(&t->train);
    columns_done(&t->input);
    recording_free(t->train_rec);
    recording_free(t->input_rec);
    mem_free(t->verdict);
}

/* Asked before the work, so that it is not for nothing. */
static int detect_may_write(const struct detecting *t)
{
    int rc = outfiles_may_write(t->scores_path, t->input_path);
    return rc < 0 ? rc : outfiles_may_write(t->scores_path, t->train_path);
}

static int detect_run(const struct args *a)
{
    const char *input = args_text(a, "input"), *word = args_positional(a, 0);
    if (!input == !word) {
        log_error(0, input ? "detect: %s and --input are two files to judge; give one" :
                  "detect: give a CSV file to judge: --input FILE", word);
        return EXIT_USAGE;
    }
    if (word && analyze_is_session(word)) {
        log_error(0, "detect: %s is no file; it judges files; `sonde sessions export %s -o %s.csv` makes one of a "
                  "session", word, word, word);
        return EXIT_FAILED;
    }
    struct detecting t = { .a = a, .train_path = args_text(a, "train"), .input_path = input ? input : word,
                           .scores_path = args_text(a, "scores") };
    t.found.method = method_find(args_text(a, "method"));
    t.found.budget_per_day = args_given(a, "budget") ? args_number(a, "budget") :
                             config_number(args_config(a), "analysis.budget_per_day");
    bool done = detect_may_write(&t) == 0 && detect_load(&t) == 0 && detect_judge(&t) == 0 && detect_tell(&t) == 0;
    detect_done(&t);
    return done ? EXIT_DONE : EXIT_FAILED;
}

static const struct option options[] = {
    { "input",  0, OPTION_FILE, "FILE", .help = "the rows to judge: CSV with a first column of times, or JSON" },
    { "train",  0, OPTION_FILE, "FILE", .help = "rows to learn from first, of the same metrics" },
    { "scores", 0, OPTION_FILE, "FILE", .help = "write score,flag,cause for each row of the input; - is standard output" },
    { "method", 0, OPTION_CHOICE, "NAME", .choices = "auto forest extended kmeans", .fallback = "auto",
      .help = "auto, Isolation Forest, the extended one, or k-means on windows" },
    { "budget", 0, OPTION_NUMBER, "N", .min = METHOD_BUDGET_MIN, .max = METHOD_BUDGET_MAX,
      .help = "false episodes a day that are tolerated (default analysis.budget_per_day, which is 1)" },
    { "seed",   0, OPTION_COUNT, "N", .min = 0, .max = 9007199254740992.0, .fallback = "1",
      .help = "of the random numbers; the same seed gives the same scores" },
    { 0 },
};

static const struct example examples[] = {
    { "sonde detect --train monday.csv --input tuesday.csv --scores scores.csv", "learn from one file, judge another" },
    { "sonde detect metrics.csv | head", "the scores of a file that is learned from as it goes" },
    { "sonde detect metrics.csv --method forest --json", "episodes by an Isolation Forest" },
    { 0 },
};

const struct command command_detect = {
    .name = "detect", .summary = "say which rows of a CSV file are unlike those before them",
    .also = "score anomalies outliers", .usage = "[FILE]",
    .text = "Learns what is usual from the rows of --train, or from the first ones of the file itself, and judges each "
            "row of the file by what came before it. Writes one line per row: a score (higher is more unusual), a flag "
            "(1 where that is worth an alarm) and the metric that contributes most. Flags keep to a budget of false "
            "episodes a day; there is no quota, and on quiet data there may be none. Growing counters are judged by their rates. "
            "The methods forest, extended and kmeans learn once, and give rows that they learned from a score of 0.",
    .options = options, .examples = examples, .max_positional = 1, .run = detect_run,
};
