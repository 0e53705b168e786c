/*
 * sonde/adapter.h - an adapter of your own as a shared object: interface 1.
 *
 * A shared object NAME.so in an adapters.d folder (docs/EXTENDING.md) exports one
 *
 *     const struct sonde_adapter sonde_adapter = {
 *         .version = SONDE_ADAPTER_VERSION, .size = sizeof(struct sonde_adapter),
 *         .open = ..., .sample = ..., .close = ...,
 *     };
 *
 * Sonde loads it with dlopen(RTLD_NOW | RTLD_LOCAL) when it starts and never unloads it. Metrics
 * are called "ext.NAME.family{instance}", whatever the shared object calls them.
 *
 * THREADS. All functions of one adapter are called one after the other, never two at once, but not
 * always from the same thread, and never from the one that paces Sonde. What is handed to you may
 * be used only while the call lasts, but for `host`, which is valid from open() until close()
 * returns; its functions may be called only from within a call. Threads of your own must not call
 * them, must have ended when close() returns, and should block all signals.
 *
 * TIME. sample() should take microseconds. One that takes longer than a tick is left alone:
 * its metrics are unknown until it returns, and nothing else waits for it. close() is not called while
 * another function has not returned.
 *
 * ERRORS. Functions return 0 or a negative errno value, as -ENODEV ("this machine has no such
 * thing", an ordinary answer), -EACCES, -EIO. Nothing may exit, abort, or throw through Sonde: the
 * object shares its process, and what crashes there takes Sonde along. Where that is a danger, write
 * a program instead. Do not change signals, the locale, the environment or the working directory.
 *
 * COMPATIBILITY. Within one SONDE_ADAPTER_VERSION structs only grow, at their end. Every struct
 * begins with the size that its maker knew; what lies beyond it is taken as zero, and a zero is
 * always allowed there. So an object built today runs with every later Sonde of this version, and one
 * built tomorrow runs with an older Sonde if it looks at host->size before using what is
 * newer. When something must change in another way the version is raised, and Sonde refuses the
 * other one by name instead of guessing.
 *
 * This header needs C99 or C++11 and nothing else of Sonde; it may be copied into your project.
 */
#ifndef SONDE_ADAPTER_H
#define SONDE_ADAPTER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SONDE_ADAPTER_VERSION 1

enum sonde_kind {
    SONDE_GAUGE = 0,   /* a level: now */
    SONDE_COUNTER = 1, /* a total that only grows; Sonde derives its rate, "family.rate" */
};

enum sonde_severity { SONDE_INFO = 1, SONDE_NOTICE = 2, SONDE_WARNING = 3, SONDE_CRITICAL = 4 };

struct sonde_metric {
    uint32_t size;        /* sizeof(struct sonde_metric) */
    uint32_t kind;        /* enum sonde_kind */
    const char *family;   /* "queue.length": a-z, 0-9, _ in parts with points between them, wide to narrow; no
                             unit in it, and not ending in "rate"; at most 64 bytes */
    const char *instance; /* which of several, at most 64 bytes of UTF-8 without {},*?; NULL for none */
    const char *unit;     /* UCUM: "1" "%" "By" "By/s" "1/s" "s" "Cel" "Hz" "W" "J" "V" "A" "{rpm}" */
    const char *help;     /* one line for people; needed */
    double min, max;      /* physical bounds, beyond which a value is unknown; both 0: none known */
    double wrap;          /* of a counter: where it starts again from 0; 0: never, a fall is a reset */
};

/* What Sonde offers. Made by Sonde; the functions take the host that was handed to open(). */
struct sonde_host {
    uint32_t version;     /* SONDE_ADAPTER_VERSION of this Sonde */
    uint32_t size;        /* of this struct, as this Sonde knows it */
    const char *name;     /* NAME of the shared object */
    double interval_s;    /* between two ticks */

    /*
     * Adds a metric; texts are copied. From open() and rescan() only. Returns its number (>= 0), for
     * a metric that is there already the same as before; -EINVAL when something of it is not
     * allowed (Sonde says what, in an event or `sonde doctor`), -ENOSPC beyond 256 metrics.
     */
    int (*metric)(const struct sonde_host *host, const struct sonde_metric *metric);

    /* The value of now of the metric with that number. From sample() only. What is not set is unknown, and so is NaN. */
    void (*set)(const struct sonde_host *host, int number, double value);

    /* Says that something happened, in one sentence. From any function. */
    void (*event)(const struct sonde_host *host, uint32_t severity, const char *text);

    /* Says why there is nothing and how to get it, for `sonde doctor`. From open() only. */
    void (*explain)(const struct sonde_host *host, const char *reason);
};

/* What the shared object offers, as its symbol `sonde_adapter`. */
struct sonde_adapter {
    uint32_t version;     /* SONDE_ADAPTER_VERSION */
    uint32_t size;        /* sizeof(struct sonde_adapter) */

    /* Adds metrics and keeps what it needs in *self, which is NULL before. An error ends it: close()
     * is not called then. */
    int (*open)(const struct sonde_host *host, void **self);

    /* Sets values: once a tick. */
    void (*sample)(void *self, const struct sonde_host *host);

    /* Frees what is in *self. */
    void (*close)(void *self);

    /* May be NULL. After each sample(): looks for what came or went, and may add metrics. */
    void (*rescan)(void *self, const struct sonde_host *host);
};

#ifdef __cplusplus
}
#endif
#endif
