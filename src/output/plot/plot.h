/*
 * A plot as plain data: panels with lines over one range of time, what was unusual, what is expected. Who has numbers
 * fills one (plot_look.h, plot_recording.h); plot_draw() makes a picture of it, on any canvas.
 *
 *     struct plot *p = plot_new(from_ms, to_ms, 600);
 *     struct plot_series *s = plot_add(p, "cpu.util", &metric);    and fill s->point[0..599]
 *     plot_arrange(p, NULL, NULL, NULL);
 *     plot_svg(p, &options, &out);
 */
#ifndef OUTPUT_PLOT_PLOT_H
#define OUTPUT_PLOT_PLOT_H

#include "analyze/report.h"
#include "base/buf.h"
#include "base/canvas.h"
#include "core/schema.h"

#define PLOT_POINTS 8000 /* of a line, at most */
#define PLOT_LINES 6     /* of a panel: more cannot be told apart */
#define PLOT_PANELS 24
#define PLOT_NUMBERS 9   /* episodes that are told in words: the most severe, and the newest of these */
#define PLOT_TITLE 160
#define PLOT_LABEL 48

struct plot_point {
    double mean, min, max; /* of the instants that it stands for; NaN = nothing is known */
};

struct plot_series {
    char id[SCHEMA_MAX_NAME];   /* "disk.read.rate{sda}" */
    char name[SCHEMA_MAX_NAME], inst[SCHEMA_MAX_NAME], help[PLOT_TITLE];
    char label[PLOT_LABEL];     /* "read": what it is called beside the others of its panel; by plot_arrange() */
    enum unit unit;
    struct plot_point *point;   /* plot.n of them, all NaN at first */
    double last;                /* the last value that is known */
    int ahead;                  /* steps of a forecast from plot.ahead_ms on; 0: there is none */
    double *p10, *p50, *p90;    /* that many each */
};

/* What was unusual, and which metric caused it. */
struct plot_episode {
    int64_t start_ms, end_ms, peak_ms;
    enum severity severity;
    enum area area;
    char text[REPORT_TEXT];
    struct plot_cause {
        char id[SCHEMA_MAX_NAME];
        double low, high;        /* between which nine of ten usual values lie, NaN = not known */
    } causes[REPORT_CAUSES];     /* the one that did most first */
    int n_causes;
    int number;                  /* by plot_arrange(); 0: it is one too many to be told */
};

/* An episode in a panel: the first cause's has it all, others with a cause in them show where the line was then. */
struct plot_mark {
    int episode;                 /* in plot.episodes */
    int line;                    /* of the panel; -1: none of them, but the panel is of its area */
    bool main;
    double low, high;            /* what was usual; NaN = not known */
};

struct plot_panel {
    char title[PLOT_TITLE];
    char empty[PLOT_TITLE];      /* why there is nothing; "" = there is */
    enum unit unit;
    enum area area;              /* AREAS: none */
    struct plot_series *line[PLOT_LINES];
    int n, more;                 /* lines; how many others, lower ones, are not shown */
    struct plot_mark *mark;
    size_t n_marks;
};

struct plot {
    char title[PLOT_TITLE];      /* the host class: "AMD EPYC, 2 cores, 25.3 GB memory" */
    int64_t from_ms, to_ms;
    int n;                       /* points of a line: the i-th from from_ms + i * step_ms */
    double step_ms, interval_ms; /* between two instants that were recorded; 0 = not known */
    int zone_s;                  /* times are told so far ahead of UTC */
    int64_t ahead_ms;            /* where forecasts begin, */
    double ahead_step_ms;        /* and their step */
    struct plot_series **series; /* in the order in which they came */
    size_t n_series;
    struct plot_episode *episodes; /* by time */
    size_t n_episodes;
    struct plot_panel *panels;
    int n_panels, left;          /* and how many more there would be than PLOT_PANELS */
    char note[400];              /* what is not there, and why; "" = nothing is missed */
};

/* Of n points (1 .. PLOT_POINTS) between two times; to_ms > from_ms. */
struct plot *plot_new(int64_t from_ms, int64_t to_ms, int n);
void plot_free(struct plot *p);

/* A line, to be filled; borrowed. Counters are no lines: NULL. */
struct plot_series *plot_add(struct plot *p, const char *id, const struct metric *m);

/* Room for a forecast of a line: p10, p50, p90 of so many steps, to be filled. */
void plot_look_ahead(struct plot_series *s, int steps);

/* One that the caller fills; borrowed until the next one. */
struct plot_episode *plot_add_episode(struct plot *p);

/*
 * Puts the lines into panels, with names that people understand, and the episodes on those that caused them.
 *
 *   globs   what was asked for: a part of it of which there is nothing gets an empty panel that says so. NULL: the
 *           main areas; of those that are not there the note tells, with `why`
 *   why     puts the reason why an adapter gives nothing, where it is known; NULL: it never is
 */
typedef void plot_why(void *self, const char *adapter, char *out, size_t cap);
void plot_arrange(struct plot *p, const char *globs, plot_why *why, void *self);

/* The globs of the main areas: what is to be read where nobody asked for anything else. */
extern const char plot_main[];

/* Takes over the host as far as it is known; `other` where nothing is. */
void plot_set_host(struct plot *p, const struct report_host *h, const char *other);

struct plot_options {
    int width, height; /* pixels, PLOT_MIN_WIDTH .. PLOT_MAX_SIZE */
    bool dark;
};
#define PLOT_MIN_WIDTH 200
#define PLOT_MIN_HEIGHT 150
#define PLOT_MAX_SIZE 8000

/* What is behind everything: for whoever opens a canvas. */
struct canvas_ink plot_background(bool dark);

/* Draws it on a canvas of that size. Returns how many panels had no room. */
int plot_draw(const struct plot *p, const struct plot_options *o, struct canvas *c);

/* The same as an SVG file. */
int plot_svg(const struct plot *p, const struct plot_options *o, struct buf *out);

/* "26 Nov 2026, 14:05:00 to 15:05:00 UTC"; the second day, where it is another, stands before its time. */
void plot_describe_range(const struct plot *p, bool seconds, struct buf *out);

/* In words, for who cannot see it: what is shown, from when to when, and what was unusual. */
void plot_describe(const struct plot *p, struct buf *out);

#endif
