/* Draws the list of processes: a line of headings, then one line each. */
#ifndef APP_TOP_PROCTABLE_H
#define APP_TOP_PROCTABLE_H

#include "app/top/view.h"

/* Scrolls so that the selection is seen, and notes in v->page how many rows there are. */
void proctable_draw(struct view *v, struct grid *g, struct rect at, bool gpu);

#endif
