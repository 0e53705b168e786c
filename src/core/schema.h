/*
 * The schema: what each slot of a frame means.
 *
 * A metric is a family and an instance ("disk.read", "sda"), a unit, a kind, bounds and a source.
 * Gauges and counters are read by adapters. Ratios are derived from two counters, or from one and
 * time, by core/rate; they have slots of their own in a frame, so that whoever reads a frame finds
 * every number there, but they are never stored: storing the counters is enough.
 *
 * The schema only grows. A slot number is valid for the life of the process.
 */
#ifndef CORE_SCHEMA_H
#define CORE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#define SCHEMA_MAX_METRICS 65536 /* more end the program: who adds what a file says counts before */
#define SCHEMA_MAX_NAME 192 /* bytes of "family{instance}" with its NUL */

enum kind {
    KIND_GAUGE,   /* a level: now */
    KIND_COUNTER, /* a total that only grows, but for a reset or a wrap */
    KIND_RATIO,   /* derived: scale * growth of `num` / growth of `den` */
};

enum unit {
    UNIT_NONE,
    UNIT_PERCENT, /* 0..100 */
    UNIT_BYTE,
    UNIT_BYTE_PER_S,
    UNIT_PER_S,
    UNIT_SECOND,
    UNIT_CELSIUS,
    UNIT_HERTZ,
    UNIT_WATT,
    UNIT_JOULE,
    UNIT_VOLT,
    UNIT_AMPERE,
    UNIT_RPM,
};

/* The UCUM code: "%", "By", "By/s", "1/s", "s", "Cel", "Hz", "W", "J", "V", "A", "{rpm}", "1". */
const char *unit_code(enum unit u);

/* The unit of a UCUM code, or -1. */
int unit_of(const char *code);

/* The unit of a growth per second: By -> By/s, J -> W, s -> 1, 1 -> 1/s. */
enum unit unit_rate(enum unit u);

const char *kind_name(enum kind k); /* "gauge", "counter", "ratio" */

#define SCHEMA_TIME (-1) /* as `den`: per second of the source's own reading times */

struct metric {
    const char *name; /* family: dotted, wide to narrow, no unit */
    const char *inst; /* instance, NULL for none */
    const char *help; /* one line for people */
    enum unit unit;
    enum kind kind;
    double min, max;  /* physical bounds; both 0 means none known. Values outside become NaN, ratios are clamped */
    double wrap;      /* counter: the value at which it starts again from 0; 0 = a fall is a reset */
    const char *rate; /* counter: family of its rate; NULL = name + ".rate", "" = no rate wanted */
    int num, den;     /* ratio: slots of two counters of one source, or den = SCHEMA_TIME */
    double scale;     /* ratio: e.g. 100 for percent */
    int source;       /* which adapter; set by schema_add() */
};

struct schema;

struct schema *schema_new(void);
void schema_free(struct schema *s);

/*
 * Adds a metric and returns its slot; name, instance and help are copied. A counter adds its rate
 * as well, in the slot after it. A metric that exists already (a device that came back) keeps its
 * slot.
 */
int schema_add(struct schema *s, const struct metric *m);

/* What is added from now on belongs to this source. Returns its number. */
int schema_source(struct schema *s, const char *name);
int schema_sources(const struct schema *s);
const char *schema_source_name(const struct schema *s, int source);
void schema_set_source(struct schema *s, int source);

/* Adds to `dst` what `src` has beyond it. The two must agree so far: dst was made this way only. */
void schema_extend(struct schema *dst, const struct schema *src);

int schema_size(const struct schema *s);

/* Borrowed, valid for the life of the schema. */
const struct metric *schema_at(const struct schema *s, int slot);

/*
 * The derived slots, in their order, close together: a tick goes through all of them, and metrics
 * themselves are so large that fetching each from memory would cost more than the arithmetic.
 * Borrowed until the schema grows.
 */
struct schema_ratio {
    int slot, num, den;
    short source;   /* of num */
    bool special;   /* one of the counters wraps, or the ratio has bounds: see schema_at() */
    double scale;
};
const struct schema_ratio *schema_ratios(const struct schema *s, int *n);

/* "disk.read{sda}" or "cpu.util". Borrowed, valid for the life of the schema. */
const char *schema_id(const struct schema *s, int slot);

/* The slot of a family and an instance (NULL for none), or -ENOENT. */
int schema_find(const struct schema *s, const char *name, const char *inst);

/* The next slot of a family after `slot` (-1 to begin), or -1. */
int schema_next(const struct schema *s, const char *family, int slot);

/* Is it one of several of which the instance "total" is the whole? */
bool schema_is_part(const struct schema *s, int slot);

/*
 * Does a metric match a comma-separated list of globs over "family{instance}"? A glob without
 * braces matches any instance of the families it matches; "disk.*,cpu.core.util{0}".
 */
bool schema_match(const struct schema *s, int slot, const char *globs);

#endif
