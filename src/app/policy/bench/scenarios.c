/* scenarios.c - what is measured, and what is asked of it: the bars of docs/POLICY.md. */
#include "app/policy/bench/bench.h"

/* ---- workloads ---- */

#define REDIS_METRICS { { "p50", "us", "p50_us" }, { "p99", "us", "p99_us" }, { "p99.9", "us", "p999_us" }, \
                        { "late", "", "late" } }
#define TIMES { { "wall", "s", "command_s" }, { "cpu", "s", "command_cpu_s" } }

static const struct bench_workload redis = {
    .name = "redis", .words = "redis --seconds 2", .quick = "redis --seconds 0.3 --warm 0.1", .server = true,
    .redis = true, .metric = REDIS_METRICS,
};

static const struct bench_workload barrier = {
    .name = "barrier", .words = "barrier --steps 5000", .quick = "barrier --steps 100", .openmp = true, .metric = TIMES,
};

/* At rest it takes but a fifth of a second, of which starting would be a part that counts. */
static const struct bench_workload barrier_long = {
    .name = "barrier", .words = "barrier --steps 30000", .quick = "barrier --steps 100", .openmp = true,
    .metric = TIMES,
};

static const struct bench_workload reduce = {
    .name = "reduce", .words = "reduce --terms 2e7", .quick = "reduce --terms 1e6", .openmp = true, .metric = TIMES,
};

static const struct bench_workload reduce_long = {
    .name = "reduce", .words = "reduce --terms 2e8", .quick = "reduce --terms 1e6", .openmp = true, .metric = TIMES,
};

static const struct bench_workload pollers = {
    .name = "poll", .words = "poll --seconds 2", .quick = "poll --processes 4 --seconds 0.2",
    .metric = { { "interrupts", "/s", "interrupts" }, { "per poll", "ms", "poll_ms" }, { "cpu", "s", "cpu_s" } },
};

static const struct bench_workload table = {
    .name = "table", .words = "table --mib 256 --updates 2e7", .quick = "table --mib 8 --updates 1e5", .metric = TIMES,
};

/* Commands that end by themselves, with one number that tells all: what can be learned of. The client of redis is one
 * with its server then, and neither what it does in its real-time class nor its share of the time counts. */
static const struct bench_workload redis_tail = {
    .name = "redis", .words = "redis --start --fifo --seconds 1.5", .quick = "redis --start --fifo --seconds 0.2",
    .redis = true, .metric = { { "p99", "us", "p99_us" } },
};

static const struct bench_workload redis_even = {
    .name = "redis evenly", .words = "redis --start --fifo --seconds 3",
    .quick = "redis --start --fifo --seconds 0.2", .redis = true, .metric = { { "spread", "of p50", "spread" } },
};

static const struct bench_workload pollers_round = {
    .name = "poll", .words = "poll --seconds 1.5", .quick = "poll --processes 4 --seconds 0.2",
    .metric = { { "interrupts", "a round", "a_round" } },
};

static const struct bench_workload large_table = {
    .name = "table", .words = "table --mib 512 --updates 4e7", .quick = "table --mib 8 --updates 1e5", .metric = TIMES,
};

/* ---- arms ---- */

#define DEFAULT { "default", ARM_DEFAULT, 0 }
#define NICE { "nice -10", ARM_NICE, 0 }
#define INTENT(i) { i, ARM_INTENT, i }
#define ALL_INTENTS { DEFAULT, INTENT("latency"), INTENT("throughput"), INTENT("precision"), INTENT("stability"), \
                      INTENT("power") }
#define KNOBS(name, knobs) { name, ARM_KNOBS, knobs }
/* tuned's profiles of these names, in knobs of ours, where the machine has them. */
#define LIKE_TUNED \
    KNOBS("like latency-performance", \
          "cpufreq.governor=performance pm.qos=1 vm.dirty_ratio=10 vm.dirty_background_ratio=3 vm.swappiness=10"), \
    KNOBS("like throughput-performance", \
          "cpufreq.governor=performance vm.dirty_ratio=40 vm.dirty_background_ratio=10 vm.swappiness=10")
#define LEARNED { "learned", ARM_LEARNED, "" }
#define PROFILES { DEFAULT, LEARNED, NICE, LIKE_TUNED, INTENT("latency"), INTENT("throughput"), INTENT("precision"), \
                   INTENT("stability"), INTENT("power") }
#define NO_COST(metric) { { BAR_COST, "latency", "default", metric, BENCH_COST }, \
                          { BAR_COST, "throughput", "default", metric, BENCH_COST }, \
                          { BAR_COST, "precision", "default", metric, BENCH_COST }, \
                          { BAR_COST, "stability", "default", metric, BENCH_COST }, \
                          { BAR_COST, "power", "default", metric, BENCH_COST } }

static const struct bench_scenario scenarios[] = {
    {
        .name = "A1", .doc = "redis beside 4 busy programs of one session", .workload = &redis, .neighbours = 4,
        .one_session = true, .arm = { DEFAULT, NICE, INTENT("latency") },
        .bar = { { BAR_GAIN, "latency", "default", "p99", 10 }, { BAR_GAIN, "latency", "nice -10", "p99", 5 },
                 { BAR_GAIN, "latency", "default", "p50", 1 } },
    },
    {
        .name = "A1b", .doc = "the same within one control group, where sessions do not count", .workload = &redis,
        .neighbours = 4, .one_session = true, .grouped = true, .arm = { DEFAULT, NICE, INTENT("latency") },
        .bar = { { BAR_GAIN, "latency", "default", "p99", 5 } },
    },
    {
        .name = "A1c", .doc = "the same as a user without rights", .workload = &redis, .neighbours = 4,
        .one_session = true, .ordinary_user = true, .arm = { DEFAULT, INTENT("latency") },
        .bar = { { BAR_GAIN, "latency", "default", "p99", 4 } },
    },
    {
        .name = "A2", .doc = "OpenMP barriers beside 2 busy programs of another session", .workload = &barrier,
        .neighbours = 2, .arm = { DEFAULT, NICE, INTENT("throughput") },
        .bar = { { BAR_GAIN, "throughput", "default", "wall", 5 }, { BAR_GAIN, "throughput", "default", "cpu", 3 },
                 { BAR_GAIN, "throughput", "nice -10", "wall", 1 } },
    },
    {
        .name = "A3", .doc = "a sum of doubles by OpenMP: how many different results", .workload = &reduce,
        .rounds = 30, .arm = { DEFAULT, INTENT("precision") },
        .bar = { { BAR_BITS, "precision", "default", "wall", 1 } },
    },
    {
        .name = "A4", .doc = "40 processes that sleep 3 ms and look", .workload = &pollers,
        .arm = { DEFAULT, INTENT("power") },
        .bar = { { BAR_GAIN, "power", "default", "interrupts", 2 },
                 { BAR_GAIN, "power", "default", "per poll", 0.85 } },
    },
    {
        .name = "A7", .doc = "how much redis' middle differs from run to run, beside 4 busy programs",
        .workload = &redis, .neighbours = 4, .one_session = true, .rounds = 15, .arm = { DEFAULT, INTENT("stability") },
        .bar = { { BAR_SPREAD, "stability", "default", "p50", 2 } },
    },
    {
        .name = "A5", .doc = "learning: p99 of redis beside 4 busy programs of one session", .workload = &redis_tail,
        .neighbours = 4, .one_session = true, .named = true, .goal = "latency",
        .measure = "stdout:\"p99_us\":([0-9.]+)",
        .arm = PROFILES,
    },
    {
        .name = "A5", .doc = "learning: OpenMP barriers beside 2 busy programs of another session",
        .workload = &barrier, .neighbours = 2, .named = true, .goal = "throughput", .measure = "wall", .arm = PROFILES,
    },
    {
        .name = "A5", .doc = "learning: interrupts while each of 40 processes looks once", .workload = &pollers_round,
        .named = true, .goal = "power", .measure = "stdout:\"a_round\":([0-9.]+)", .arm = PROFILES,
    },
    {
        .name = "A5", .doc = "learning: how evenly redis answers beside 4 busy programs", .workload = &redis_even,
        .neighbours = 4, .one_session = true, .named = true, .goal = "stability", .rounds = 15,
        .measure = "stdout:\"spread\":([0-9.]+)",
        .arm = PROFILES,
    },
    {
        .name = "A5", .doc = "learning: random updates of a large table", .workload = &large_table, .named = true,
        .goal = "throughput", .measure = "wall", .arm = PROFILES,
    },
    {
        .name = "idle", .doc = "redis on a machine at rest", .workload = &redis, .arm = ALL_INTENTS,
        .bar = NO_COST("p50"),
    },
    {
        .name = "idle", .doc = "OpenMP barriers on a machine at rest", .workload = &barrier_long, .arm = ALL_INTENTS,
        .bar = NO_COST("wall"),
    },
    {
        .name = "idle", .doc = "a sum by OpenMP on a machine at rest", .workload = &reduce_long, .arm = ALL_INTENTS,
        .bar = NO_COST("wall"),
    },
    {
        .name = "idle", .doc = "processes that sleep and look, on a machine at rest", .workload = &pollers,
        .arm = ALL_INTENTS, .bar = NO_COST("per poll"),
    },
    {
        .name = "idle", .doc = "random updates of a table on a machine at rest", .workload = &table, .arm = ALL_INTENTS,
        .bar = NO_COST("wall"),
    },
};

const struct bench_scenario *bench_scenario(size_t i)
{
    return i < sizeof scenarios / sizeof *scenarios ? &scenarios[i] : NULL;
}
