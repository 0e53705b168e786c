/* What is laid over the screen on demand: the keys, what happened, one process. */
#ifndef APP_TOP_OVERLAY_H
#define APP_TOP_OVERLAY_H

#include "app/top/view.h"

/* Draws v->overlay into part of the grid; cuts v->scroll to what there is. */
void overlay_draw(struct view *v, struct grid *g, const struct live *l, struct rect at);

#endif
