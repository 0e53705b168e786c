/*
 * import_csv.c - reads CSV in blocks: one row at a time is in memory as text, the numbers are not
 * copied but into their columns. RFC 4180 with its usual liberties: LF or CRLF, a byte order mark,
 * quotes where they are not needed, blank lines.
 */
#include "analyze/import/import_reader.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#define BLOCK (1u << 20)
#define DEVICES 64

struct cell {
    char *p; /* not terminated */
    size_t n;
};

struct csv {
    struct import *in;
    char *buf;
    size_t pos, end, cap; /* unread text: buf[pos..end) */
    bool last;            /* nothing comes after it */
    size_t line, lines;   /* number of the row's first line, and how many lines it has */
    struct cell *cell;
    int n_cells, columns;
    int *slot;            /* per column; negative = left out */
    double *scale, *v;
    char **name;
    bool unchanged;       /* an empty cell is as the one above: a CSV log */
    size_t damaged;       /* line of such a file that is passed over, and not told yet; 0 = none */
    int device_column;    /* of such a file whose rows take turns; 0 = none ... */
    int *device[DEVICES]; /* ... and the slots of each device, per column; those of 0 are `slot` */
};

static void csv_done(struct csv *c)
{
    for (int i = 0; c->name && i < c->columns; i++)
        mem_free(c->name[i]);
    for (int i = 0; i < DEVICES; i++)
        mem_free(c->device[i]);
    mem_free(c->name);
    mem_free(c->slot);
    mem_free(c->scale);
    mem_free(c->v);
    mem_free(c->cell);
    mem_free(c->buf);
}

/* The length of the row at pos without its line end, *next behind it;
 * -1 when it is not all there yet. */
static long csv_row_length(struct csv *c, size_t *next)
{
    const char *p = c->buf + c->pos, *end = c->buf + c->end;
    bool quoted = false, torn = false;
    c->lines = 1;
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    if (nl && !memchr(p, '"', (size_t)(nl - p))) { /* nearly always */
        *next = c->pos + (size_t)(nl - p) + 1;
        return nl - p;
    }
    for (const char *q = p; q < end; q++) {
        quoted ^= *q == '"';
        torn |= *q == '\0'; /* of damage no quote can be trusted */
        if (*q != '\n')
            continue;
        if (!quoted || torn) {
            *next = c->pos + (size_t)(q - p) + 1;
            return q - p;
        }
        c->lines++;
    }
    *next = c->end;
    return c->last && p < end ? end - p : -1;
}

static int csv_not_text(struct csv *c)
{
    return import_fail(c->in, -EINVAL,
                       "not text; give a CSV or JSON file in UTF-8, uncompressed or, of CSV, by zstd");
}

/*
 * Zeros tell that a file is no text, but for a CSV log: there they are where data did not reach the disk. Which it is
 * stands in the first line, so before that is read only that is looked at.
 */
static bool csv_is_text(const struct csv *c, size_t from)
{
    const char *p = c->buf + from, *end = c->buf + c->end, *nl = c->name ? NULL : memchr(c->buf, '\n', c->end);
    if (nl)
        end = nl;
    return c->unchanged || p >= end || !memchr(p, '\0', (size_t)(end - p));
}

/* Brings more text into the buffer. 0 or an error. */
static int csv_fill(struct csv *c)
{
    memmove(c->buf, c->buf + c->pos, c->end - c->pos);
    c->end -= c->pos;
    c->pos = 0;
    if (c->end > IMPORT_MAX_LINE)
        return import_fail(c->in, -E2BIG, "%zu: a row of more than %u bytes; is a quote left open?",
                           c->line + 1, IMPORT_MAX_LINE);
    if (c->cap - c->end < BLOCK) {
        c->cap = c->end + 2 * BLOCK;
        c->buf = mem_resize(c->buf, c->cap);
    }
    long n = import_read(c->in, c->buf + c->end, BLOCK);
    if (n < 0)
        return import_fail(c->in, (int)n, n == -EBADMSG ? "is damaged or cut after line %zu; unpack it with zstd "
                           "-d to see what is left" : "cannot be read on after line %zu", c->line);
    size_t before = c->end;
    c->last = n == 0;
    c->end += (size_t)n;
    return csv_is_text(c, before) ? 0 : csv_not_text(c);
}

static void csv_cell(struct csv *c, char *p, size_t n)
{
    if (c->n_cells <= IMPORT_MAX_COLUMNS) /* one more than allowed, for the message */
        c->cell[c->n_cells++] = (struct cell){ p, n };
}

/* A quoted cell at p: its text is moved together in place. Returns what follows it. */
static char *csv_quoted(struct csv *c, char *p, char *end)
{
    char *from = p + 1, *to = p + 1;
    for (; from < end; from++) {
        if (*from == '"') {
            if (from + 1 >= end || from[1] != '"')
                break;
            from++;
        }
        *to++ = *from;
    }
    csv_cell(c, p + 1, (size_t)(to - p - 1));
    char *comma = from < end ? memchr(from, ',', (size_t)(end - from)) : NULL;
    return comma ? comma : end;
}

static void csv_split(struct csv *c, char *p, size_t n)
{
    char *end = p + n;
    c->n_cells = 0;
    for (;;) {
        char *stop;
        if (p < end && *p == '"') {
            stop = csv_quoted(c, p, end);
        } else {
            stop = memchr(p, ',', (size_t)(end - p));
            stop = stop ? stop : end;
            csv_cell(c, p, (size_t)(stop - p));
        }
        if (stop == end)
            return;
        p = stop + 1;
    }
}

static size_t csv_line(const struct csv *c)
{
    return c->line - c->lines + 1;
}

/* What it said is not known, nor is whether empty cells below it are still as those above it: until they are told
 * again, nothing is. */
static void csv_pass_over(struct csv *c)
{
    c->damaged = c->damaged ? c->damaged : csv_line(c);
    for (int i = 0; i < schema_size(c->in->rec->schema); i++)
        c->v[i] = NAN;
}

/* The next row that is not blank, split into cells. 1, 0 at the end, or an error. */
static int csv_next(struct csv *c)
{
    for (;;) {
        size_t next;
        long n = csv_row_length(c, &next);
        if (n < 0) {
            if (c->last)
                return 0;
            int rc = csv_fill(c);
            if (rc < 0)
                return rc;
            continue;
        }
        char *p = c->buf + c->pos;
        c->pos = next;
        c->line += c->lines;
        if (n && p[n - 1] == '\r')
            n--;
        if (n == 0)
            continue;
        if (c->unchanged && memchr(p, '\0', (size_t)n)) {
            csv_pass_over(c);
            continue;
        }
        csv_split(c, p, (size_t)n);
        return 1;
    }
}

/* A cell as text for a message or a name: short, without control characters. */
static const char *cell_text(const struct cell *cell, char *out, size_t cap)
{
    char raw[SCHEMA_MAX_NAME + 64];
    snprintf(raw, sizeof raw, "%.*s", (int)(cell->n < sizeof raw ? cell->n : sizeof raw - 1),
             cell->p);
    text_copy(out, cap, raw);
    return out;
}

static bool is_time_column(const char *name)
{
    static const char *const names[] = { "t", "time", "timestamp", "ts", "ts_ms", "datetime" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcasecmp(names[i], name))
            return true;
    return false;
}

static int csv_column(struct csv *c, int i)
{
    char shown[40];
    const char *name = c->name[i];
    snprintf(shown, sizeof shown, "%s", name);
    c->slot[i] = import_slot(c->in->rec->schema, &(struct import_header){ c->name, c->columns }, i,
                             &c->scale[i]);
    if (c->slot[i] == -EINVAL)
        return import_fail(c->in, -EINVAL, "1: column %d %s; name it by at most %d characters",
                           i + 1, *name ? "has too long a name" : "has no name",
                           SCHEMA_MAX_NAME - 10);
    for (int k = 1; k < i && c->slot[i] >= 0; k++)
        if (c->slot[k] == c->slot[i])
            return import_fail(c->in, -EINVAL,
                               "1: columns %d and %d are both \"%s\"; rename or remove one", k + 1,
                               i + 1, shown);
    return 0;
}

static int csv_header(struct csv *c)
{
    char name[SCHEMA_MAX_NAME + 16];
    int rc = csv_next(c);
    if (rc <= 0)
        return rc < 0
                   ? rc
                   : import_fail(c->in, -EINVAL,
                                 "empty; the first line names the columns, the first one \"time\"");
    if (c->n_cells > IMPORT_MAX_COLUMNS)
        return import_fail(c->in, -E2BIG, "1: more than %d columns; leave some out",
                           IMPORT_MAX_COLUMNS);
    if (c->cell[0].n >= 3 && !memcmp(c->cell[0].p, "\xef\xbb\xbf", 3))
        c->cell[0].p += 3, c->cell[0].n -= 3;
    if (c->cell[0].n >= 2 && c->cell[0].p[0] == '"') /* quoted behind a byte order mark */
        c->cell[0].p++, c->cell[0].n -= 2;
    c->columns = c->n_cells;
    c->name = mem_new((size_t)c->columns * sizeof *c->name);
    c->slot = mem_new((size_t)c->columns * sizeof *c->slot);
    c->scale = mem_new((size_t)c->columns * sizeof *c->scale);
    for (int i = 0; i < c->columns; i++)
        c->name[i] = mem_dup(cell_text(&c->cell[i], name, sizeof name));
    bool semicolon = memchr(c->cell[0].p, ';', c->cell[0].n), tab = memchr(c->cell[0].p, '\t', c->cell[0].n);
    if (c->columns == 1 && (semicolon || tab))
        return import_fail(c->in, -EINVAL, "1: columns are separated by a comma, not by %s; save it with commas",
                           semicolon ? "';'" : "a tab");
    if (!is_time_column(c->name[0]))
        return import_fail(
            c->in, -EINVAL,
            "1: no time column; the first one is to be t, time or timestamp, and is \"%.40s\"",
            c->name[0]);
    c->unchanged = !strcmp(c->name[c->columns - 1], IMPORT_UNCHANGED);
    if (!csv_is_text(c, c->pos))
        return csv_not_text(c);
    for (int i = 1; i < c->columns && rc >= 0; i++) {
        bool device = c->unchanged && !strcmp(c->name[i], "gpu_index");
        c->device_column = device ? i : c->device_column;
        c->slot[i] = -ENOENT;
        rc = device ? 0 : csv_column(c, i);
    }
    return rc < 0 ? rc : 0;
}

static int csv_time(struct csv *c, int64_t *out_ms)
{
    char text[64];
    double v;
    const struct cell *cell = &c->cell[0];
    if (import_number(cell->p, cell->n, &v) == 1 && import_time_number(v, out_ms)) {
        c->in->rec->stamp = import_stamp(v);
        return 0;
    }
    if (import_time(cell_text(cell, text, sizeof text), out_ms))
        return 0;
    return import_fail(c->in, -EINVAL,
                       "%zu: column 1: \"%.40s\" is not a time; write ISO 8601 or seconds",
                       csv_line(c), text);
}

/* The slots of a device other than the first one: the same metrics with its number. */
static int *csv_add_device(struct csv *c, int number)
{
    struct schema *s = c->in->rec->schema;
    int *slot = mem_new((size_t)c->columns * sizeof *slot), before = schema_size(s);
    char inst[16];
    snprintf(inst, sizeof inst, "%d", number);
    for (int i = 1; i < c->columns; i++) {
        slot[i] = c->slot[i];
        if (slot[i] < 0)
            continue;
        struct metric m = *schema_at(s, slot[i]);
        m.inst = inst;
        slot[i] = schema_add(s, &m);
    }
    c->v = mem_resize(c->v, (size_t)(schema_size(s) + 1) * sizeof *c->v);
    for (int i = before; i < schema_size(s); i++)
        c->v[i] = NAN;
    return slot;
}

static const int *csv_slots(struct csv *c)
{
    double number;
    if (!c->device_column || import_number(c->cell[c->device_column].p, c->cell[c->device_column].n, &number) != 1 ||
        !(number >= 1 && number < DEVICES))
        return c->slot;
    int *slot = c->device[(int)number];
    if (!slot)
        slot = c->device[(int)number] = csv_add_device(c, (int)number);
    return slot;
}

static int csv_values(struct csv *c)
{
    const int *slot = csv_slots(c);
    for (int i = 1; i < c->columns; i++) {
        if (slot[i] < 0 || (c->unchanged && c->cell[i].n == 0))
            continue;
        double *to = &c->v[slot[i]];
        if (import_number(c->cell[i].p, c->cell[i].n, to) < 0) {
            char text[64];
            return import_fail(c->in, -EINVAL,
                               "%zu: column %d (%.40s): \"%.40s\" is not a number; correct it, or "
                               "leave it empty where it is not known",
                               csv_line(c), i + 1, c->name[i],
                               cell_text(&c->cell[i], text, sizeof text));
        }
        *to *= c->scale[i];
    }
    return 0;
}

static int csv_row(struct csv *c)
{
    int64_t wall_ms;
    char where[32];
    while (c->unchanged && c->n_cells < c->columns)
        c->cell[c->n_cells++] = (struct cell){ c->buf, 0 };
    if (c->n_cells != c->columns)
        return import_fail(
            c->in, -EINVAL,
            "%zu: %d columns, the first line has %d; is a comma missing or too many?", csv_line(c),
            c->n_cells, c->columns);
    int rc = csv_time(c, &wall_ms);
    if (rc == 0)
        rc = csv_values(c);
    snprintf(where, sizeof where, "%zu", csv_line(c));
    if (rc == 0 && c->damaged)
        import_damage(c->in, wall_ms, c->damaged);
    c->damaged = 0;
    return rc < 0 ? rc : import_row(c->in, wall_ms, c->v, schema_size(c->in->rec->schema), where);
}

static int csv_rows(struct csv *c)
{
    int n = schema_size(c->in->rec->schema), rc;
    c->v = mem_new((size_t)(n + 1) * sizeof *c->v);
    for (int i = 0; i < n; i++)
        c->v[i] = NAN;
    while ((rc = csv_next(c)) > 0) {
        rc = csv_row(c);
        if (rc < 0)
            return rc;
    }
    if (rc == 0 && c->damaged && c->in->rec->n)
        import_damage(c->in, c->in->last_ms, c->damaged);
    if (rc == 0 && c->in->rec->n == 0)
        return import_fail(c->in, -EINVAL,
                           "no row below the first line; there is nothing to look at");
    return rc;
}

int import_csv(struct import *in)
{
    struct csv c = { .in = in, .cap = 2 * BLOCK, .buf = mem_new(2 * BLOCK) };
    c.cell = mem_new((IMPORT_MAX_COLUMNS + 1) * sizeof *c.cell);
    int rc = csv_fill(&c);
    if (rc == 0)
        rc = csv_header(&c);
    if (rc == 0)
        rc = csv_rows(&c);
    csv_done(&c);
    return rc;
}
