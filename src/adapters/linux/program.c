/*
 * program.c - an adapter in any language: a program that prints its numbers (docs/EXTENDING.md).
 *
 * It runs as long as Sonde does and prints a sample every interval by itself; each tick takes what
 * has come, without waiting. Lines go through program_lines.c. Declarations need memory, so sample()
 * stops at one and rescan() takes it from there, as it does everything else that is not a number:
 * it starts the program, judges it, and ends one that prints what is no line of the protocol, floods
 * Sonde, falls silent or ends. It is started again after a pause that doubles up to 5 minutes.
 *
 * The rates of its counters are by the times of the ticks in which new values came, so that a sample
 * that slips into the next tick does not look like a standstill and a jump.
 */
#include "adapters/extension.h"
#include "adapters/linux/program_lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NS_PER_S 1000000000

enum {
    OPEN_WAIT_MS = 500,    /* for the first sample of one program, and no more ... */
    END_WAIT_MS = 1000,    /* for its end, from when it was told to; which takes a fifth of that at most */
    TICK_BYTES = 65536,    /* taken in one tick: what a pipe holds */
    FLOOD_TICKS = 3,       /* so many of these in a row are a flood */
    STALE_INTERVALS = 3,   /* without a sample: its values are not known */
    SILENT_INTERVALS = 10, /* without a sample: it hangs ... */
    SILENT_LEAST_S = 10,   /* ... but it has so long */
    PAUSE_FIRST_S = 1,
    PAUSE_MOST_S = 300,    /* also how long it must go well to begin with the first again */
    EVENTS_A_MINUTE = 10,
    SAID_MAX = 96,         /* bytes kept of what it says on stderr */
};

struct program_metric {
    char *id;     /* "NAME{INST}", as it says it */
    int slot;
    double next;  /* of the sample that is being printed */
    double value; /* of the last whole one */
};

struct program {
    const struct adapter_env *env;
    const struct extension *of;
    struct os_child child;
    bool ending;             /* it was told to ... */
    int64_t told_ns;         /* ... at this time */

    char text[2 * PROGRAM_LINE_MAX]; /* n bytes that were read and not looked at yet */
    size_t n;
    unsigned long line;      /* how many lines it printed in this run */
    bool greeted, declares;  /* declares: the next line is for rescan() */
    bool closed;             /* it has closed its stdout */
    bool absent;             /* it said so: it is not started again */
    int full_ticks;          /* in a row in which it printed all that is taken */
    char said[SAID_MAX];     /* its last line on stderr */
    char trouble[224];       /* what is wrong with it, until rescan() sees to that */

    int source;              /* in the schema; -1 until it declares a metric */
    struct program_metric *metric; /* n_metrics of them, of all its runs */
    int n_metrics, cursor;         /* cursor: values come in the same order every time */
    size_t cap_metrics;
    bool fresh;              /* a sample came in this tick */
    double interval_s;       /* between two of its samples, as it says */
    int64_t now_ns;          /* of the tick */
    int64_t started_ns, sample_ns, read_ns; /* sample_ns: last one, or the start; read_ns: for rates */

    int pause_s;
    int64_t retry_ns;
    int64_t minute_ns;       /* when the minute began in which ... */
    int events;              /* ... it emitted so many */
};

/* ---- what is wrong ---- */

/* The first reason counts: what follows comes of it. */
__attribute__((format(printf, 2, 3)))
static void program_trouble(struct program *p, const char *fmt, ...)
{
    if (*p->trouble)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(p->trouble, sizeof p->trouble, fmt, ap);
    va_end(ap);
}

static void program_emit(struct program *p, enum severity severity, const char *text)
{
    struct event e = { .wall_ms = os_wall_ms(), .kind = EVENT_ADAPTER, .severity = severity };
    e.end_ms = e.wall_ms;
    snprintf(e.source, sizeof e.source, EXTENSION_PREFIX "%s", p->of->name);
    text_copy(e.text, sizeof e.text, text);
    p->env->emit(p->env, &e);
}

/* An event of the program's own; of a flood of them the first are enough. */
static void program_tell(struct program *p, enum severity severity, const char *text)
{
    if (p->now_ns - p->minute_ns >= 60LL * NS_PER_S) {
        p->minute_ns = p->now_ns;
        p->events = 0;
    }
    if (++p->events <= EVENTS_A_MINUTE)
        program_emit(p, severity, text);
    else if (p->events == EVENTS_A_MINUTE + 1)
        program_emit(p, SEVERITY_NOTICE, "more events than 10 a minute: the others are left out");
}

/* ---- its lines ---- */

static struct program_metric *program_find(struct program *p, const char *id)
{
    for (int k = 0; k < p->n_metrics; k++) {
        int i = (p->cursor + k) % p->n_metrics;
        if (strcmp(p->metric[i].id, id) == 0) {
            p->cursor = i + 1;
            return &p->metric[i];
        }
    }
    return NULL;
}

static void program_declare(struct program *p, struct schema *s, const struct extension_metric *m)
{
    char id[2 * EXTENSION_PART + 2], why[EXTENSION_WHY];
    int slot = extension_add(p->of, s, m, why);
    if (slot < 0) {
        program_trouble(p, "line %lu: %s", p->line, why);
        return;
    }
    p->source = schema_at(s, slot)->source;
    snprintf(id, sizeof id, m->inst && *m->inst ? "%s{%s}" : "%s", m->name, m->inst);
    if (program_find(p, id))
        return;
    if (p->n_metrics == EXTENSION_METRICS) {
        program_trouble(p, "line %lu: it declares more than %d metrics", p->line, EXTENSION_METRICS);
        return;
    }
    p->metric = mem_grow(p->metric, (size_t)p->n_metrics, &p->cap_metrics, sizeof *p->metric);
    p->metric[p->n_metrics++] = (struct program_metric){ mem_dup(id), slot, NAN, NAN };
}

static void program_value(struct program *p, const struct program_line *l)
{
    struct program_metric *m = program_find(p, l->id);
    if (m)
        m->next = l->value;
    else
        program_trouble(p, "line %lu: it did not declare '%.60s'", p->line, l->id);
}

static void program_end_sample(struct program *p, double seconds)
{
    for (int i = 0; i < p->n_metrics; i++) {
        p->metric[i].value = p->metric[i].next;
        p->metric[i].next = NAN;
    }
    p->fresh = true;
    p->sample_ns = p->now_ns;
    p->interval_s = isnan(seconds) ? p->env->interval_s : seconds;
}

/* s: NULL in sample(), which does not get lines that declare. */
static void program_act(struct program *p, struct schema *s, const struct program_line *l)
{
    switch (l->word) {
    case PROGRAM_NOTHING: break;
    case PROGRAM_HELLO: p->greeted = true; break;
    case PROGRAM_METRIC: program_declare(p, s, &l->metric); break;
    case PROGRAM_VALUE: program_value(p, l); break;
    case PROGRAM_END: program_end_sample(p, l->seconds); break;
    case PROGRAM_EVENT: program_tell(p, l->severity, l->text); break;
    case PROGRAM_ABSENT:
        p->absent = true;
        program_trouble(p, "%s", *l->text ? l->text : "it says that this machine has no such thing");
        break;
    }
}

static void program_take(struct program *p, struct schema *s, char *line, size_t n)
{
    struct program_line l;
    char why[EXTENSION_WHY];
    p->line++;
    if (n >= PROGRAM_LINE_MAX) {
        program_trouble(p, "line %lu is longer than %d bytes", p->line, PROGRAM_LINE_MAX);
        return;
    }
    int rc = program_line(line, n, &l, why);
    if (rc == 0 && l.word == PROGRAM_NOTHING)
        return;
    if ((l.word == PROGRAM_HELLO) == p->greeted)
        program_trouble(p, "line %lu: 'sonde %d' is its first line, and only that", p->line, PROGRAM_VERSION);
    else if (rc < 0)
        program_trouble(p, "line %lu: %s", p->line, why);
    else
        program_act(p, s, &l);
}

/* Takes the whole lines that are there, up to one that only rescan() may take. */
static void program_lines(struct program *p, struct schema *s)
{
    size_t at = 0;
    char *end;
    p->declares = false;
    while (!*p->trouble && (end = memchr(p->text + at, '\n', p->n - at))) {
        p->declares = !s && program_line_declares(p->text + at);
        if (p->declares)
            break;
        program_take(p, s, p->text + at, (size_t)(end - p->text) - at);
        at = (size_t)(end - p->text) + 1;
    }
    p->n -= at;
    memmove(p->text, p->text + at, p->n);
    if (!p->declares && p->n >= PROGRAM_LINE_MAX)
        program_trouble(p, "line %lu is longer than %d bytes", p->line + 1, PROGRAM_LINE_MAX);
}

/* Takes what it printed so far, TICK_BYTES at most. Returns how many bytes came. */
static size_t program_read(struct program *p, struct schema *s, int wait_ms)
{
    size_t total = 0;
    program_lines(p, s);
    while (!*p->trouble && !p->declares && total < TICK_BYTES) {
        int got = os_child_read(p->child.out, p->text + p->n, sizeof p->text - 1 - p->n, wait_ms);
        p->closed = got == 0;
        if (got <= 0)
            break;
        wait_ms = 0;
        total += (size_t)got;
        p->n += (size_t)got;
        program_lines(p, s);
    }
    return total;
}

/* Keeps the last line that it said on stderr; what is too much stays in the pipe, and stops it. */
static void program_listen(struct program *p)
{
    char text[PROGRAM_LINE_MAX];
    for (size_t total = 0; total < TICK_BYTES; total += sizeof text) {
        int got = os_child_read(p->child.err, text, sizeof text - 1, 0);
        if (got <= 0)
            return;
        text[got] = '\0';
        for (char *save = NULL, *line = strtok_r(text, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save))
            text_copy(p->said, sizeof p->said, line);
    }
}

/* ---- start and end ---- */

/* Tells it to end. */
static void program_end(struct program *p)
{
    p->ending = p->child.pid != 0;
    p->told_ns = os_mono_ns();
    os_child_end(&p->child);
}

static int program_start(struct program *p)
{
    char interval[48], name[EXTENSION_NAME + 16];
    snprintf(interval, sizeof interval, "SONDE_INTERVAL=%.10g", p->env->interval_s);
    snprintf(name, sizeof name, "SONDE_NAME=%s", p->of->name);
    const char *const argv[] = { p->of->path, strchr(interval, '=') + 1, NULL };
    const char *const env[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", interval, name, NULL };
    p->n = p->line = 0;
    p->greeted = p->declares = p->closed = p->ending = false;
    p->full_ticks = 0;
    p->trouble[0] = p->said[0] = '\0';
    p->interval_s = p->env->interval_s;
    p->started_ns = p->sample_ns = p->now_ns;
    return os_child_start(argv, env, &p->child);
}

/* Has it ended? What it printed last counts. */
static void program_look(struct program *p, struct schema *s, int wait_ms)
{
    int status;
    if (!p->child.pid || !os_child_has_ended(&p->child, wait_ms, &status))
        return;
    if (!p->ending) {
        program_read(p, s, 0);
        program_listen(p);
        program_trouble(p, status > 128 ? "it was ended by signal %d" : "it ended with status %d, and should run on",
                        status > 128 ? status - 128 : status);
    }
    os_child_close(&p->child);
}

/* What is wrong, for people. */
static void program_describe(const struct program *p, char *out, size_t cap)
{
    int n = snprintf(out, cap, "%s", p->trouble);
    if (*p->said && n >= 0 && (size_t)n < cap)
        n += snprintf(out + n, cap - (size_t)n, " (it says: %s)", p->said);
    if (p->pause_s && !p->absent && n >= 0 && (size_t)n < cap)
        snprintf(out + n, cap - (size_t)n, "; it is started again after %d s", p->pause_s);
}

/* Ends it, if it has not ended, and plans the next start. */
static void program_fail(struct program *p)
{
    bool went_well = p->now_ns - p->started_ns > (int64_t)PAUSE_MOST_S * NS_PER_S;
    p->pause_s = p->pause_s == 0 || went_well       ? PAUSE_FIRST_S
                 : p->pause_s * 2 < PAUSE_MOST_S ? p->pause_s * 2 : PAUSE_MOST_S;
    p->retry_ns = p->now_ns + (int64_t)p->pause_s * NS_PER_S;
    program_end(p);
    for (int i = 0; i < p->n_metrics; i++)
        p->metric[i].value = p->metric[i].next = NAN;
}

static void program_judge(struct program *p, struct schema *s)
{
    char text[224];
    double silent_s = (double)(p->now_ns - p->sample_ns) / NS_PER_S;
    if (p->full_ticks >= FLOOD_TICKS)
        program_trouble(p, "it prints more than %d kB in a tick", TICK_BYTES / 1024);
    if (silent_s > fmax(SILENT_INTERVALS * p->interval_s, SILENT_LEAST_S))
        program_trouble(p, "no sample for %.0f s: it hangs, or does not end its samples", silent_s);
    if (!*p->trouble)
        program_look(p, s, 0);
    if (!*p->trouble)
        return;
    program_fail(p);
    program_describe(p, text, sizeof text);
    program_emit(p, p->absent ? SEVERITY_INFO : SEVERITY_WARNING, text);
}

static int program_rescan(void *self, struct schema *s)
{
    struct program *p = self;
    if (p->child.pid && !p->ending) {
        if (p->declares)
            program_read(p, s, 0);
        program_judge(p, s);
        return 0;
    }
    program_look(p, s, 0);
    if (p->child.pid || p->absent || p->now_ns < p->retry_ns)
        return 0;
    int rc = program_start(p);
    if (rc < 0) {
        program_trouble(p, "it cannot be started: %s", strerror(-rc));
        program_judge(p, s);
    }
    return 0;
}

static void program_stop(void *self)
{
    struct program *p = self;
    if (!p->ending)
        program_end(p);
}

static void program_close(void *self)
{
    struct program *p = self;
    int status;
    if (!p)
        return;
    program_stop(p);
    int64_t left_ms = END_WAIT_MS - (os_mono_ns() - p->told_ns) / 1000000;
    if (p->child.pid)
        os_child_has_ended(&p->child, left_ms > 0 ? (int)left_ms : 0, &status);
    os_child_close(&p->child);
    for (int i = 0; i < p->n_metrics; i++)
        mem_free(p->metric[i].id);
    mem_free(p->metric);
    mem_free(p);
}

/* Waits for its first sample, so that its metrics are there from the first tick. */
static void program_wait(struct program *p, struct schema *s)
{
    int64_t until = os_mono_ns() + (int64_t)OPEN_WAIT_MS * 1000000;
    if (until > p->of->patient_until_ns)
        until = p->of->patient_until_ns;
    int left_ms;
    do
        left_ms = (int)((until - os_mono_ns()) / 1000000);
    while (left_ms > 0 && !p->fresh && program_read(p, s, left_ms) > 0);
    if (p->closed)
        program_look(p, s, END_WAIT_MS / 10);
}

/* What doctor says of one that was started. One that fails so early is opened again by the sampler. */
static int program_explain(struct program *p)
{
    char text[224];
    if (*p->trouble) {
        program_describe(p, text, sizeof text);
        p->env->explain(p->env, text);
        return p->absent ? -ENODEV : -EPROTO;
    }
    if (!p->fresh)
        p->env->explain(p->env, "no sample so far; its metrics are added when it declares them");
    return 0;
}

static int program_open(const struct adapter_env *env, struct schema *s, void **self)
{
    const struct extension *x = env->of;
    if (*x->refused) {
        env->explain(env, x->refused);
        return -EACCES;
    }
    struct program *p = mem_new(sizeof *p);
    p->env = env;
    p->of = x;
    p->source = -1;
    p->child.out = p->child.err = -1;
    int rc = program_start(p);
    if (rc == -ENOEXEC)
        env->explain(env, "it is neither a program nor begins with #! and the interpreter's path");
    if (rc == 0) {
        program_wait(p, s);
        rc = program_explain(p);
    }
    if (rc == 0)
        *self = p;
    else
        program_close(p);
    return rc;
}

/* ---- numbers ---- */

/* open() knows no time: what it noted is told from the first tick on. */
static void program_set_time(struct program *p, int64_t now_ns)
{
    if (p->now_ns == 0) {
        p->started_ns += now_ns;
        p->sample_ns += now_ns;
        p->retry_ns += now_ns;
    }
    p->now_ns = now_ns;
}

static void program_sample(void *self, struct frame *f)
{
    struct program *p = self;
    program_set_time(p, f->mono_ns);
    if (p->child.pid && !p->ending) {
        p->full_ticks = program_read(p, NULL, 0) >= TICK_BYTES ? p->full_ticks + 1 : 0;
        program_listen(p);
    }
    if (p->source < 0)
        return;
    if (p->fresh)
        p->read_ns = f->read_ns[p->source];
    else
        f->read_ns[p->source] = p->read_ns; /* nothing came: no growth, no time */
    p->fresh = false;
    if ((double)(p->now_ns - p->sample_ns) / NS_PER_S > STALE_INTERVALS * p->interval_s)
        return;
    for (int i = 0; i < p->n_metrics; i++)
        frame_set(f, p->metric[i].slot, p->metric[i].value);
}

const struct adapter adapter_program = {
    .open = program_open, .sample = program_sample, .rescan = program_rescan, .stop = program_stop,
    .close = program_close,
};
