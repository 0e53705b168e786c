/* Fills panels from the live recording: which metrics stand where. */
#ifndef APP_TOP_PANELS_H
#define APP_TOP_PANELS_H

#include "app/top/panel.h"

/* Fills a panel anew, keeping its room. */
void panel_fill(struct panel *p, enum panel_id id, const struct live *l);
void panel_done(struct panel *p);

/* For the parts of it. Text is cut where it does not fit. */
__attribute__((format(printf, 2, 3))) void panel_add_fact(struct panel *p, const char *fmt, ...);
void panel_add_series(struct panel *p, const struct live *l, const char *label, const char *name,
                      const char *inst, double top);
struct panel_row *panel_add_row(struct panel *p, const char *label);

void panel_fill_devices(struct panel *p, const struct live *l); /* graphics processors, sensors */
void panel_fill_load(struct panel *p, const struct live *l);    /* pressure, Sonde itself */

#endif
