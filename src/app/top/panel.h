/*
 * A panel: what there is to say about one area, as data. It is filled from the live recording by
 * app/top/panels, and drawn as one line or as a box, however many cells there are.
 */
#ifndef APP_TOP_PANEL_H
#define APP_TOP_PANEL_H

#include "app/top/graph.h"
#include "app/top/live.h"
#include "core/amount.h"

/* In the order of their keys, 1 .. 8. */
enum panel_id {
    PANEL_CPU, PANEL_MEMORY, PANEL_DISK, PANEL_NETWORK, PANEL_GPU, PANEL_SENSORS, PANEL_PRESSURE,
    PANEL_SONDE, PANELS
};

#define PANEL_SERIES 3
#define PANEL_FACTS 6
#define PANEL_TEXT 48

struct panel_series {
    char label[12];    /* "read" */
    int slot;
    double top;        /* of the chart; 0 = as high as the series goes */
};

struct panel_row {     /* "sda  ====....  12.0 %  3.10 ms" */
    char label[SCHEMA_MAX_NAME];
    double share;      /* of its bar, 0..1; NaN = no bar */
    char value[AMOUNT_MAX];
    char note[PANEL_TEXT];
};

struct panel {
    enum panel_id id;
    bool present;      /* has this machine any of it? */
    bool alert;        /* is there a finding about it now? */
    bool cores;        /* the rows are many and alike: they may be drawn as one glyph each */
    struct panel_series series[PANEL_SERIES];
    int n_series;
    char fact[PANEL_FACTS][PANEL_TEXT]; /* the most wanted first */
    int n_facts;
    struct panel_row *row; /* n_rows of them */
    int n_rows, cap_rows;
};

const char *panel_title(enum panel_id id); /* "cpu" */

/* One line: title, value with a chart for each series, as many facts as fit. */
void panel_line(const struct panel *p, struct grid *g, const struct live *l, enum spark_kind kind,
                int row);

/* A box. `only_rows` leaves out the charts: all cores, or all of what there is several of. */
void panel_box(const struct panel *p, struct grid *g, const struct live *l, enum spark_kind kind,
               struct rect at, bool only_rows);

#endif
