/* classify.c - `sonde classify`: which kind of work was done, over a file or what was recorded. */
#include "app/analyze_archive.h"
#include "app/analyze_file.h"
#include "app/archived.h"
#include "app/categories.h"
#include "app/datadir.h"
#include "app/workload_learn.h"
#include "app/workload_tell.h"

#include "analyze/workload/workload_features.h"
#include "app/outfiles.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/config.h"
#include "learn/classes.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- one recording ---- */

static void classify_features(struct workload_told *t, const struct workload_answer *a, const struct workload *w)
{
    double x[CLASSES_MAX_DIM];
    if (!w || !workload_seen(w, x)) /* it was too short for any answer */
        return;
    workload_put_time(&t->features, t->stamp, a->wall_ms);
    for (int j = 0; j < workload_features(); j++) {
        char number[TEXT_NUMBER_MAX];
        text_number(x[j], 5, number);
        buf_printf(&t->features, ",%s", number);
    }
    buf_putc(&t->features, '\n');
}

static void classify_answer(void *self, const struct workload_answer *a, const struct workload *w)
{
    struct workload_told *t = self;
    t->rows = mem_grow(t->rows, t->n, &t->cap, sizeof *t->rows);
    t->rows[t->n++] = (struct workload_row){ a->wall_ms, a->category, a->confidence };
    if (t->features.n)
        classify_features(t, a, w);
}

static int classify_print(const struct args *a, const struct workload_told *t)
{
    auto_buf struct buf out = { 0 }, csv = { 0 };
    const char *file = args_text(a, "out"), *features = args_text(a, "features");
    struct screen screen = screen_of(fileno(stdout), args_flag(a, "no-color"));
    bool taken = (file && !outfiles_is_file(file)) || (features && !outfiles_is_file(features)); /* standard output */
    workload_put_csv(&csv, t);
    if ((file && outfiles_put(file, &csv) < 0) || (features && outfiles_put(features, &t->features) < 0))
        return EXIT_FAILED;
    if (!taken && args_flag(a, "json"))
        workload_put_json(&out, t);
    else if (!taken && !args_flag(a, "quiet"))
        workload_put_text(&out, t, &screen);
    outfiles_put("-", &out);
    return EXIT_DONE;
}

static void classify_begin(const struct args *a, const struct recording *rec, struct workload_told *t)
{
    t->update_s = config_number(args_config(a), "session_classification.update_interval");
    if (args_given(a, "interval"))
        t->update_s = args_number(a, "interval");
    t->update_s = fmax(t->update_s, recording_interval(rec)); /* which may not be known */
    t->stamp = rec->stamp;
    if (!args_given(a, "features"))
        return;
    buf_puts(&t->features, "t");
    for (int j = 0; j < workload_features(); j++)
        buf_printf(&t->features, ",%s", workload_feature_name(j));
    buf_putc(&t->features, '\n');
}

static int classify_recording(const struct args *a, const struct recording *rec, struct workload_set *set)
{
    struct workload_told t = { .set = set };
    struct workload_options o = categories_options(args_config(a), recording_interval(rec));
    if (!rec->n || !schema_size(rec->schema)) {
        log_error(0, "%s holds %s: there is nothing to classify", rec->origin,
                  rec->n ? "times and no metric" : "no sample");
        return EXIT_FAILED;
    }
    workload_set_hold_out(set, rec->session); /* its own label is not to be recognised, but judged */
    classify_begin(a, rec, &t);
    o.update_s = t.update_s;
    workload_judge(rec, set, &o, classify_answer, &t, &t.sum);
    if (!t.n) /* too short: said once, at its end */
        classify_answer(&t, &(struct workload_answer){ .wall_ms = rec->wall_ms[rec->n - 1],
                                                       .category = WORKLOAD_UNKNOWN }, NULL);
    int status = classify_print(a, &t);
    workload_summary_done(&t.sum);
    buf_done(&t.features);
    mem_free(t.rows);
    return status;
}

/* ---- learning ---- */

static int classify_say_learnt(const struct args *a, const struct look *v, const struct workload_learnt *l)
{
    workload_say_left_out(l);
    if (l->too_short && !args_flag(a, "quiet"))
        log_warn(0, "%d labelled session%s too short to learn from", l->too_short, l->too_short == 1 ? " is" : "s are");
    if (args_flag(a, "json"))
        printf("{\"sessions\":%d,\"prototypes\":%d}\n", l->sessions, l->prototypes);
    else if (l->sessions)
        printf("Learnt %d prototype%s from %d labelled session%s, into %s/models/workload\n", l->prototypes,
               l->prototypes == 1 ? "" : "s", l->sessions, l->sessions == 1 ? "" : "s", v->dir.p);
    else if (!l->too_short)
        puts("No session is labelled with the name of a category: sonde sessions label last web_browsing");
    return EXIT_DONE;
}

static int classify_learn(const struct args *a)
{
    struct look v;
    struct workload_set *set;
    struct workload_learnt learnt;
    if (categories_open(a, NULL, &set) < 0)
        return EXIT_USAGE;
    int rc = archived_open(&v, a, false);
    int status = archived_say(buf_text(&v.dir), rc);
    if (status == EXIT_DONE && (rc = workload_learn(&v, set, NULL, &learnt)) < 0) {
        workload_say_unlearnt(v.dir.p, rc);
        status = EXIT_FAILED;
    }
    if (status == EXIT_DONE)
        status = classify_say_learnt(a, &v, &learnt);
    look_close(&v);
    workload_set_free(set);
    return status;
}

/* ---- the command ---- */

static int classify_on(const struct args *a, const char *file, const char *session)
{
    auto_buf struct buf data = { 0 }, home = { 0 };
    struct workload_set *set;
    struct recording *rec = NULL;
    int status = EXIT_DONE;
    const char *out = args_text(a, "out"), *features = args_text(a, "features");
    if (out && features && !outfiles_is_file(out) && !outfiles_is_file(features)) {
        log_error(0, "classify: --out and --features are both to be standard output; give one of them a file");
        return EXIT_USAGE;
    }
    if (args_flag(a, "json") && ((out && !outfiles_is_file(out)) || (features && !outfiles_is_file(features)))) {
        log_error(0, "classify: --json is standard output as well; give --out and --features a file");
        return EXIT_USAGE;
    }
    if (outfiles_may_write(out, file) < 0 || outfiles_may_write(features, file) < 0 ||
        (outfiles_is_file(out) && outfiles_may_write(features, out) < 0))
        return EXIT_FAILED;
    if (datadir_find(a, &home) == 0)
        archived_put_dir(a, &data);
    if (categories_open(a, data.n ? data.p : NULL, &set) < 0)
        return EXIT_USAGE;
    if (file)
        status = analyze_read_file(a, file, &rec) < 0 ? EXIT_FAILED : EXIT_DONE;
    else
        status = analyze_archive_read(a, "classify", session, &rec);
    if (status == EXIT_DONE && file)
        analyze_say_odd(file, rec);
    if (status == EXIT_DONE)
        status = classify_recording(a, rec, set);
    recording_free(rec);
    workload_set_free(set);
    return status;
}

static int classify_command(const struct args *a)
{
    const char *input = args_text(a, "input"), *word = args_positional(a, 0);
    bool range = args_given(a, "from") || args_given(a, "to");
    if (args_flag(a, "learn") && (input || word || range || args_given(a, "out") || args_given(a, "features"))) {
        log_error(0, "classify: --learn learns from all labelled sessions, and judges none: give it alone");
        return EXIT_USAGE;
    }
    if (args_flag(a, "learn"))
        return classify_learn(a);
    if (input && word) {
        log_error(0, "classify: --input %s and %s both name what to look at; give one of them", input, word);
        return EXIT_USAGE;
    }
    if (!input && word && !analyze_is_session(word))
        input = word;
    if (input)
        return analyze_has_range(a, "classify", input) ? EXIT_USAGE : classify_on(a, input, NULL);
    if (word || range)
        return classify_on(a, NULL, word);
    log_error(0, "classify: give --input FILE, a session (`sonde sessions list`), or --from and --to. See `sonde help "
              "classify`.");
    return EXIT_USAGE;
}

static const struct option options[] = {
    { "input",    0, OPTION_FILE, "FILE", .help = "a CSV of metrics, saved samples or a tape" },
    { "out",      0, OPTION_FILE, "FILE", .help = "write t,category,confidence as CSV, a row an update; - is standard output" },
    { "interval", 0, OPTION_DURATION, "TIME", .min = 1, .max = 3600,
      .help = "between two answers (default session_classification.update_interval, which is 30)" },
    { "features", 0, OPTION_FILE, "FILE", .help = "write what the classifier sees, as CSV, a row an update" },
    { "learn",    0, OPTION_FLAG, .help = "learn from the sessions that are labelled with the name of a category" },
    CATEGORIES_OPTION,
    ARCHIVED_OPTION,
    ANALYZE_ARCHIVE_OPTIONS,
    { 0 },
};

static const struct example examples[] = {
    { "sonde classify --input metrics.csv --out kinds.csv", "the kind of work in somebody's numbers" },
    { "sonde classify last", "what the machine was used for since `sonde record` was started" },
    { "sonde classify --from -8h", "a working day" },
    { "sonde sessions label last video_editing", "what it really was: the classifier learns from it, for others" },
    { 0 },
};

const struct command command_classify = {
    .name = "classify", .summary = "which kind of work the machine did: coding, browsing, idle ...",
    .usage = "[SESSION | FILE]",
    .text = "Tells the kind of work by hardware metrics only, never by names of processes, windows or users. Every "
            "update interval the last minute is judged: by the evidence of each category (files NAME.yaml: name, "
            "help, evidence as [metric, above or below or between, level, weight]) and by runs of programs of that "
            "kind that were seen. What is less certain than session_classification.confidence_threshold is "
            "`unknown`, where two share it `mixed`, both with a reason; their confidence is that the likeliest is not it, "
            "and that it is one of the two. An answer stands until what speaks for "
            "another since has outweighed it: a clear change takes a minute or two, a short pause none. The program "
            "brings the categories ai_training, cad_3d_modeling, coding_development, document_editing, gaming, "
            "graphics_design, idle, system_maintenance, video_editing and web_browsing.",
    .options = options, .examples = examples, .max_positional = 1, .run = classify_command,
};
