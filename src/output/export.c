/* export.c - finds exporters and runs one over a recording. */
#include "output/exporter.h"

#include "base/mem.h"
#include "output/registry.h"

#include <string.h>

static const struct exporter *const exporters[] = { EXPORTERS };

const struct exporter *exporter_find(const char *name)
{
    for (size_t i = 0; i < sizeof exporters / sizeof *exporters; i++)
        if (strcmp(exporters[i]->name, name) == 0)
            return exporters[i];
    return NULL;
}

const struct exporter *exporter_at(size_t i)
{
    return i < sizeof exporters / sizeof *exporters ? exporters[i] : NULL;
}

struct selection selection_of(const struct schema *s, const char *globs)
{
    struct selection sel = { .schema = s };
    sel.slot = mem_new((size_t)schema_size(s) * sizeof *sel.slot);
    for (int slot = 0; slot < schema_size(s); slot++)
        if (!globs || schema_match(s, slot, globs))
            sel.slot[sel.n++] = slot;
    return sel;
}

void selection_done(struct selection *sel)
{
    mem_free(sel->slot);
    *sel = (struct selection){ 0 };
}

void export_instant(struct buf *out, const struct exporter *e, const struct selection *sel, const struct frame *f,
                    const struct export_about *about, const char *version)
{
    if (!e->row) {
        e->batch(out, sel, f, 1, about);
        return;
    }
    if (e->head)
        e->head(out, sel);
    e->row(out, sel, f, 0);
    if (e->build && version)
        e->build(out, version);
    if (e->tail)
        e->tail(out);
}

static void export_frame(struct frame *f, const struct recording *rec, size_t i, const struct selection *sel)
{
    frame_fit(f, rec->schema);
    f->wall_ms = rec->wall_ms[i];
    f->mono_ns = rec->mono_ns[i];
    for (int k = 0; k < sel->n; k++) {
        const double *col = recording_col(rec, sel->slot[k]);
        frame_set(f, sel->slot[k], col ? col[i] : NAN);
    }
}

void export_last(struct buf *out, const struct exporter *e, const struct recording *rec, const char *globs,
                 const char *version)
{
    struct selection sel = selection_of(rec->schema, globs);
    struct frame f = { 0 };
    if (rec->n) {
        export_frame(&f, rec, rec->n - 1, &sel);
        export_instant(out, e, &sel, &f, &(struct export_about){ .host = "" }, version);
    }
    frame_done(&f);
    selection_done(&sel);
}

void export_recording(struct buf *out, const struct exporter *e, const struct recording *rec, const char *globs)
{
    struct selection sel = selection_of(rec->schema, globs);
    struct frame f = { 0 };
    if (e->head)
        e->head(out, &sel);
    for (size_t i = 0; i < rec->n; i++) {
        export_frame(&f, rec, i, &sel);
        e->row(out, &sel, &f, i);
    }
    if (e->tail)
        e->tail(out);
    frame_done(&f);
    selection_done(&sel);
}
