/* A plot of what was recorded: numbers from the archive, episodes from its index, forecasts made now. */
#ifndef OUTPUT_PLOT_PLOT_LOOK_H
#define OUTPUT_PLOT_PLOT_LOOK_H

#include "look/look.h"
#include "output/plot/plot.h"

struct plot_wish {
    const char *session;     /* NULL = all */
    int64_t from_ms, to_ms;  /* wall clock */
    const char *globs;       /* NULL = the main areas */
    int points;              /* of a line: as many as it is wide in pixels */
    int zone_s;              /* of the times */
    const char *title;       /* where the kind of machine is not known */
    int steps;               /* of forecasts, each a sixtieth of the range; 0 = none */
};

/*
 * look_files() came before. 0, and *out is the caller's, for plot_free(). -ENODATA: nothing was recorded of that, or
 * only counters are named, which have rates; -EINVAL, -ENOMEM, -E2BIG as of store_query().
 */
int plot_of_look(struct look *l, const struct plot_wish *w, struct plot **out);

#endif
