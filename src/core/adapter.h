/*
 * An adapter: one place where numbers come from.
 *
 * A file that defines one `const struct adapter` and stands in the list of its folder's
 * meson.build; nothing else knows it. docs/STYLE.md section 3 shows a whole one.
 */
#ifndef CORE_ADAPTER_H
#define CORE_ADAPTER_H

#include "core/event.h"
#include "core/frame.h"
#include "core/proctab.h"
#include "core/schema.h"

struct adapter_env {
    const char *root;   /* "" = the running machine, else where a recorded one lies */
    double interval_s;  /* of the sampler */
    const void *of;     /* the adapter's own `of` */

    /* Says that something happened; the event is copied. Callable from any thread. */
    void (*emit)(const struct adapter_env *env, const struct event *e);

    /* Says why something is absent, and how to get it, in one line; kept for `doctor` and the
     * report. Only while open() or rescan() runs. */
    void (*explain)(const struct adapter_env *env, const char *reason);

    void *sink; /* of whoever implements the two above */
};

struct adapter {
    const char *name;     /* "cpu": as `sonde doctor` and adapters.disabled say it */
    const char *doc;      /* what it reads, for people */
    const char *provides; /* globs of the families it would add, shown where it is absent */
    int period_ms;        /* at least this long between two readings; 0 = every tick */

    /*
     * It may hang or take long: a bus, a driver, a program of somebody else's. All its functions
     * are then called on another thread, with a schema and a frame of its own, and a reading that is
     * late is left behind without delaying anybody else.
     */
    bool apart;

    const void *of;       /* for one of several of a kind: what it is about; handed to open() */

    /*
     * Adds its metrics and keeps what it needs in *self. -ENODEV: this machine has no such thing,
     * an ordinary answer. -EACCES, -EPERM: not permitted. Whatever it added stays NaN when it
     * fails.
     */
    int (*open)(const struct adapter_env *env, struct schema *s, void **self);

    /*
     * Fills its slots, all NaN before the call; what cannot be read stays NaN. Does not allocate,
     * block or log. Its reading time is taken just before.
     */
    void (*sample)(void *self, struct frame *f);

    /* Optional. Called after each sample(); looks for what came or went and may add slots. Returns
     * at once when there is nothing new. */
    int (*rescan)(void *self, struct schema *s);

    /*
     * Optional. Fills the table of processes, in the order of the pid, from the last sample(). An
     * adapter that is `apart` fills in pid and gpu_bytes only, of the processes that it knows
     * something about: the sampler adds it to those that are in the table.
     */
    void (*procs)(void *self, struct proctab *t);

    /* Optional. It is closed soon: begins what takes a while of that, and returns at once. All adapters that are
     * not `apart` are told so before the first is closed: their ends go on side by side. */
    void (*stop)(void *self);

    void (*close)(void *self); /* NULL is fine */
};

/*
 * Would an adapter measure any of these: does one of the families that it provides match one of the globs?
 *
 *   provides  as an adapter has it; NULL: none
 *   globs     lists of "family" or "family{instance}", separated by commas or blanks
 */
bool adapter_provides(const char *provides, const char *globs);

#endif
