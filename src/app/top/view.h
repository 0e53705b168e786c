/*
 * What a person has chosen to see: the state behind the keys. view_key() is the only thing that
 * changes it; it knows no terminal and no clock.
 */
#ifndef APP_TOP_VIEW_H
#define APP_TOP_VIEW_H

#include "app/top/panel.h"
#include "app/top/proclist.h"

#define VIEW_ALL (-1)
#define VIEW_PROCESSES PANELS /* as a zoom: processes only */
#define VIEW_SLOWEST 3        /* doublings of the interval */
#define VIEW_FASTEST (-2)

enum overlay { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_EVENTS, OVERLAY_DETAILS };

struct view {
    enum spark_kind graph;
    int zoom;            /* VIEW_ALL, an enum panel_id, or VIEW_PROCESSES */
    bool cores;          /* of the cpu panel show the cores only */
    bool paused, filtering;
    enum overlay overlay;
    int scroll;          /* lines of the overlay above its window */
    int page;            /* rows of processes on the screen, as it was drawn last */
    struct proc_id ask;  /* shall it be ended? pid 0 = nobody is asked about */
    char ask_name[PROC_NAME_MAX];
    bool may_end;        /* the running machine: its processes can be ended */
    double interval_s;   /* as it was asked for */
    int pace;            /* the interval is that times 2 to the power of pace */
    char message[128];   /* one line at the bottom, until the next key */
    struct proclist list;
};

enum view_act {
    VIEW_NOTHING,  /* nothing to be seen changed */
    VIEW_CHANGED,
    VIEW_PACE,     /* the interval changed */
    VIEW_PAUSE,    /* paused or resumed */
    VIEW_END,      /* end the process `ask`: was confirmed */
    VIEW_QUIT,
};

void view_init(struct view *v, double interval_s);
void view_done(struct view *v);

/* A key, as the module sonde-terminal names it, and which panels there are. */
enum view_act view_key(struct view *v, const bool present[static PANELS], int32_t key);

double view_interval_s(const struct view *v);

#endif
