/*
 * One screen of `sonde top`: everything it shows, put together in a grid. Pure: no terminal, no
 * clock; tests draw frames of made-up recordings.
 */
#ifndef APP_TOP_TOP_H
#define APP_TOP_TOP_H

#include "app/top/live.h"
#include "app/top/view.h"

struct top {
    struct live live;
    struct view view;
    struct grid grid;
    struct panel panel[PANELS];
    bool present[PANELS]; /* as it was drawn last */
    bool ended;           /* the recording has come to its end */
};

void top_init(struct top *t, double interval_s, bool utf8, enum spark_kind graph);
void top_done(struct top *t);

/* A new tick was taken by the live data. */
void top_tick(struct top *t);

enum view_act top_key(struct top *t, int32_t key);

/* Draws the whole screen into t->grid. */
void top_draw(struct top *t, int rows, int columns);

#endif
