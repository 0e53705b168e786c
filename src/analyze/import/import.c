/* import.c - opens a file, sees what it is, and hands it to its reader. */
#include "analyze/import/import_reader.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int import_fail(struct import *in, int rc, const char *fmt, ...)
{
    char what[IMPORT_MESSAGE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    snprintf(in->message, in->cap, "%s:%s%s", in->path, what[0] >= '0' && what[0] <= '9' ? "" : " ",
             what);
    return rc;
}

long import_read_raw(struct import *in, char *p, size_t n)
{
    if (in->left) {
        n = n < in->left ? n : in->left;
        memcpy(p, in->text, n);
        in->text += n;
        in->left -= n;
        return (long)n;
    }
    if (!in->file)
        return 0;
    size_t got = fread(p, 1, n, in->file);
    return got == 0 && ferror(in->file) ? -EIO : (long)got;
}

long import_read(struct import *in, char *p, size_t n)
{
    return in->zst ? import_zst_read(in, p, n) : import_read_raw(in, p, n);
}

static int import_unsorted(struct import *in)
{
    return import_fail(in, -EINVAL, "%s: its time is before that of the row above, not the only one; "
                       "sort the rows by time", in->first_back);
}

/* Local times are set back once a year; more than that is another order than that of time. */
static int import_set_back(struct import *in, int64_t wall_ms, const char *where)
{
    struct event e = { .wall_ms = wall_ms, .end_ms = wall_ms, .kind = EVENT_CLOCK,
                       .severity = SEVERITY_WARNING, .source = "file" };
    char by[32];
    if (in->set_back++ == 0)
        snprintf(in->first_back, sizeof in->first_back, "%s", where);
    if (in->set_back > IMPORT_MAX_SET_BACK)
        return import_unsorted(in);
    text_span((double)(in->last_ms - wall_ms) * 1e-3, by, sizeof by);
    snprintf(e.text, sizeof e.text, "row %s is %s before the row above: the clock was set back", where, by);
    recording_add_event(in->rec, &e);
    return 0;
}

void import_damage(struct import *in, int64_t wall_ms, size_t line)
{
    struct event e = { .wall_ms = wall_ms, .end_ms = wall_ms, .kind = EVENT_ARCHIVE,
                       .severity = SEVERITY_WARNING, .source = "file" };
    if (in->damages++ >= IMPORT_MAX_DAMAGES)
        return;
    snprintf(e.text, sizeof e.text, "line %zu is damaged and passed over: zeros where text should be", line);
    recording_add_event(in->rec, &e);
}

int import_row(struct import *in, int64_t wall_ms, const double *v, int n, const char *where)
{
    struct recording *r = in->rec;
    if (r->n >= IMPORT_MAX_CELLS / (size_t)(schema_size(r->schema) + 1))
        return import_fail(in, -E2BIG, "%s: more than %u numbers; split the file", where,
                           IMPORT_MAX_CELLS);
    int64_t step = wall_ms - in->last_ms;
    if (r->n && step < 0) {
        int rc = import_set_back(in, wall_ms, where);
        if (rc < 0)
            return rc;
        step = in->last_step; /* the rows went on as before */
    } else if (r->n && step > 0) {
        in->last_step = step;
    }
    int64_t mono = 1000000000, step_ns;
    if (r->n && (__builtin_mul_overflow(step > 0 ? step : 1, 1000000, &step_ns) ||
                 __builtin_add_overflow(r->mono_ns[r->n - 1], step_ns, &mono)))
        return import_fail(in, -EINVAL, "%s: the rows span more than 292 years; are their times right?",
                           where);
    in->last_ms = wall_ms;
    int rc = recording_add(r, wall_ms, mono, v, n);
    return rc < 0 ? import_fail(in, rc, "%s: no memory for more rows of %d numbers; split the file", where,
                                schema_size(r->schema))
                  : 0;
}

static bool schema_has_counters(const struct schema *s)
{
    for (int i = 0; i < schema_size(s); i++)
        if (schema_at(s, i)->kind == KIND_COUNTER)
            return true;
    return false;
}

static int import_run(struct import *in, bool json, struct recording **out)
{
    in->rec = recording_new();
    in->rec->origin = mem_dup(in->path);
    schema_source(in->rec->schema, "file");
    int rc = import_is_zst(in->text, in->left) ? import_zst_open(in) : 0;
    if (rc >= 0)
        rc = json ? import_json(in) : import_csv(in);
    import_zst_close(in->zst);
    if (rc >= 0 && in->set_back * IMPORT_SET_BACK_ROWS > in->rec->n)
        rc = import_unsorted(in);
    if (rc < 0) {
        recording_free(in->rec);
        return rc;
    }
    if (schema_has_counters(in->rec->schema))
        recording_derive(in->rec);
    *out = in->rec;
    return 0;
}

/* JSON begins with a bracket; a line of CSV with a name. */
static bool looks_like_json(const char *p, size_t n)
{
    size_t i = n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (i < n && strchr(" \t\r\n", p[i]) && p[i])
        i++;
    return i < n && (p[i] == '[' || p[i] == '{');
}

int import_memory(const char *path, const char *text, size_t n, struct recording **out,
                  char *message, size_t cap)
{
    struct import in = { .path = path, .text = text, .left = n, .message = message, .cap = cap };
    return import_run(&in, looks_like_json(text, n), out);
}

int import_file(const char *path, struct recording **out, char *message, size_t cap)
{
    struct import in = { .path = path, .message = message, .cap = cap };
    FILE *f = fopen(path, "rb");
    if (!f)
        return import_fail(&in, -errno, "cannot be read: %s", strerror(errno));
    char head[64];
    in.text = head;
    in.left = fread(head, 1, sizeof head, f);
    in.file = f;
    int rc;
    if (in.left == 0 && ferror(f) && errno == EISDIR)
        rc = import_fail(&in, -EISDIR, "a directory; name a CSV or JSON file");
    else
        rc = import_run(&in, looks_like_json(head, in.left), out);
    fclose(f);
    return rc;
}
