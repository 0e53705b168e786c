/*
 * Slow ageing over weeks: temperatures at equal load, fans at equal temperature, the capacity of batteries, memory
 * errors.
 *
 * From even rows of ten minutes daily values are made (learn/equal.h); what they did over the days is Theil's and Sen's
 * slope with its interval (learn/trend.h). It counts where three weeks are known, chance would do it in one of a
 * thousand, and a person would care. A room that gets warmer warms all sensors: what those that belong to no processor
 * did at the same time is taken off, and where there is none of them, what the sensor did at idle. Where neither is
 * known nothing is said to age.
 */
#ifndef ANALYZE_AGEING_H
#define ANALYZE_AGEING_H

#include "core/recording.h"

#define AGEING_STEP_S 600.0
#define AGEING_MS (INT64_C(21) * 86400000) /* shorter nothing is told */
#define AGEING_DAYS_MAX 400                /* the last of a longer time are looked at */
#define AGEING_ITEMS 16

/* What is read of an archive for it: gauges only, so rates of counters. */
#define AGEING_METRICS \
    "cpu.util,cpu.temp,gpu.util,gpu.temp,gpu.fan.speed,sensor.temp,sensor.fan,disk.temp,battery.wear," \
    "memory.errors.corrected.rate"

enum ageing_kind { AGEING_TEMPERATURE, AGEING_FAN, AGEING_BATTERY, AGEING_MEMORY };

enum ageing_verdict {
    AGEING_STEADY,  /* nothing that counts */
    AGEING_AGED,
    AGEING_ROOM,    /* it changed, and so did all around it */
    AGEING_UNSURE,  /* it changed, and nothing tells whether the room did */
};

struct ageing_item {
    enum ageing_kind kind;
    enum ageing_verdict verdict;
    const char *id;         /* of the metric, of the recording's schema; borrowed */
    const char *inst;       /* its instance, or "" */
    bool is_cpu;            /* a temperature of the processor, not of a GPU */
    double lo, hi;          /* the band: of load in %, of temperature in degrees; NaN = none */
    double change, change_lo, change_hi; /* over the days, in the metric's unit, with its 95 % interval; of errors: how
                               many there were in the last two weeks */
    double alone;           /* what it did before the room was taken off; NaN = nothing was */
    double first, last;     /* at the two ends, by the slope; of errors: a week, before and in the last two weeks */
    double p;
    size_t days;            /* that are known */
    int64_t since_ms, until_ms; /* the first and the last of them */
};

struct ageing {
    char reason[160];       /* why nothing can be told; "" where it can */
    struct ageing_item item[AGEING_ITEMS]; /* all that could be judged */
    int n;
};

/* Rows of AGEING_STEP_S as minutes_read() makes them. */
void ageing_find(const struct recording *r, struct ageing *out);

struct report;

/* Adds what aged to the insights of a report. */
void ageing_insights(const struct ageing *a, struct report *out);

/* "the processor is 6.2 C hotter at 40 to 60 % load than around 2026-09-22": of an insight or an answer. */
void ageing_say(const struct ageing_item *i, char *out, size_t cap);

#endif
