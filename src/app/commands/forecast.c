/* forecast.c - `sonde forecast`: what a metric will do, with bands, and whether to believe it. */
#include "app/analyze_archive.h"
#include "app/forecasting.h"

#include "base/auto.h"
#include "base/log.h"
#include "learn/forecast/forecast.h"

#include <string.h>

/* Names as they can be asked for; the table of models has the others. */
static bool forecast_knows(const char *model)
{
    bool known = !strcmp(model, "auto") || !strcmp(model, "blend");
    auto_buf struct buf names = { 0 };
    for (int i = 0; forecast_model_name(i) && !known; i++) {
        known = !strcmp(model, forecast_model_name(i));
        buf_printf(&names, ", %s", forecast_model_name(i));
    }
    if (!known)
        log_error(0, "forecast: there is no model %s; there are auto, blend%s", model, buf_text(&names));
    return known;
}

static int forecast_run(const struct args *a)
{
    const char *file = args_text(a, "input"), *word = args_positional(a, 0);
    if (!forecast_knows(args_text(a, "model")))
        return EXIT_USAGE;
    if (file && word) {
        log_error(0, "forecast: give one of --input %s and %s", file, word);
        return EXIT_USAGE;
    }
    bool session = word && analyze_is_session(word);
    return forecasting_run(a, session ? NULL : file ? file : word, session ? word : NULL);
}

static const struct option options[] = {
    { "input", 'i', OPTION_FILE, "FILE", .help = "a CSV with a column of times, a tape, or saved samples, instead of the archive" },
    { "metric", 'm', OPTION_TEXT, "GLOBS", .help = "of these: 'cpu.util,fs.util{/}' (default: the main ones)" },
    { "horizon", 0, OPTION_COUNT, "N", .min = 1, .max = FORECAST_MAX_HORIZON, .fallback = "60", .help = "steps ahead" },
    { "step", 0, OPTION_DURATION, "TIME", .min = 0.001, .max = 86400 * 7,
      .help = "between two rows, which are averaged to it (default: that of the file; of the archive a minute)" },
    { "model", 0, OPTION_TEXT, "NAME", .fallback = "auto",
      .help = "auto, blend, last, hour, seasonal, ses, trend, profile, ar, forest ...: see the text" },
    { "seed", 0, OPTION_COUNT, "N", .min = 0, .max = 9007199254740992.0, .fallback = "1", .help = "of the forest" },
    { "out", 'o', OPTION_FILE, "FILE", .help = "write metric,step,p10,p50,p90 there; - for standard output" },
    FORECASTING_OPTIONS,
    { 0 },
};

static const struct example examples[] = {
    { "sonde forecast", "the main metrics, the next hour, from what was recorded" },
    { "sonde forecast --metric 'fs.util{/}' --step 10m --horizon 144", "a day of a disk" },
    { "sonde forecast --input metrics.csv --metric load --horizon 60 --out load.csv", "of anybody's numbers" },
    { 0 },
};

const struct command command_forecast = {
    .name = "forecast", .summary = "what metrics will do, with bands, and whether to believe it",
    .usage = "[SESSION | FILE]",
    .also = "predict",
    .text = "Simple models compete on each metric's own past: at a hundred earlier rows each says what comes next and "
            "is held against what came. The forecast is their median, weighted by how close they were; nine of ten values "
            "should lie above p10, nine of ten below p90. Its skill over the last value, the median of the last hour and "
            "the same time of the day before is told with it; without skill the best of these three is given instead, "
            "and that is said. --model names one model: its skill is told just so. A terminal gets a table; a pipe gets "
            "comma-separated values, metric,step,p10,p50,p90.",
    .options = options, .examples = examples, .max_positional = 1, .run = forecast_run,
};
