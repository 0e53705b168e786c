/* Where axes have their ticks: at round numbers, and at round local times. */
#ifndef OUTPUT_PLOT_TICKS_H
#define OUTPUT_PLOT_TICKS_H

#include <stdint.h>

#define TICKS_MAX 24
#define TICKS_TEXT 24

struct ticks {
    double low, step; /* tick i is at low + i * step */
    int n;            /* at least 2; the axis ends at the last one */
    int places;       /* behind the point, that tell them apart */
};

/* 1, 2 or 5 times a power of ten apart, around low..high, about `wanted` of them. low == high is widened. */
struct ticks ticks_of(double low, double high, int wanted);

struct time_ticks {
    int64_t first_ms, step_ms;
    int n;            /* may be 0, where no round time lies in so short a range */
};

/*
 * Within from..to, about `most` of them (one more where both ends are such), at multiples of 1, 2, 5 ... of a second,
 * minute, hour or day of a clock that is zone_s ahead of UTC.
 */
struct time_ticks ticks_times(int64_t from_ms, int64_t to_ms, int zone_s, int most);

/* "14:05", "14:05:30", "14:05:30.5", or at midnight and of days "26 Nov". */
char *ticks_time_text(int64_t at_ms, int64_t step_ms, int zone_s, char out[static TICKS_TEXT]);

/* "26 Nov 2026", "14:05:30" there. */
char *ticks_day(int64_t at_ms, int zone_s, char out[static TICKS_TEXT]);
char *ticks_clock(int64_t at_ms, int zone_s, char out[static TICKS_TEXT]);

#endif
