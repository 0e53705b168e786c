/* delivery.c - encodes a batch, sends it, and draws the consequences of what is answered. */
#include "push/delivery.h"

#include "base/mem.h"

#include <string.h>

void delivery_begin(struct delivery *d, const struct target *t)
{
    *d = (struct delivery){ .t = t };
}

static void delivery_forget_schema(struct delivery *d)
{
    selection_done(&d->sel);
    schema_free(d->schema);
    d->schema = NULL;
    d->selected_of = 0;
}

void delivery_done(struct delivery *d)
{
    delivery_forget_schema(d);
    for (size_t i = 0; i < DELIVERY_INSTANTS; i++)
        frame_done(&d->frame[i]);
    buf_done(&d->body);
    sender_close(&d->sender);
}

void delivery_clear(struct delivery *d)
{
    d->n = d->from = d->count = d->encoded = 0;
    d->tries = 0;
    d->unsure = false;
}

static void delivery_select(struct delivery *d, const struct schema *s)
{
    if (!d->schema)
        d->schema = schema_new();
    if (d->selected_of == schema_size(s))
        return;
    schema_extend(d->schema, s);
    selection_done(&d->sel);
    d->sel = selection_of(d->schema, *d->t->metrics ? d->t->metrics : NULL);
    d->selected_of = schema_size(s);
}

bool delivery_is_full(const struct delivery *d)
{
    size_t room = d->sel.n ? DELIVERY_VALUES / (size_t)d->sel.n : DELIVERY_INSTANTS;
    return d->n == DELIVERY_INSTANTS || (d->n && d->n >= room);
}

bool delivery_add(struct delivery *d, const struct schema *s, const struct tape_about *about, const struct frame *f,
                  const struct place *behind)
{
    bool same = strcmp(d->session, about->session) == 0;
    if (d->n && (!same || delivery_is_full(d)))
        return false;
    if (!same) {
        delivery_forget_schema(d);
        memcpy(d->session, about->session, sizeof d->session);
        d->about = (struct export_about){ .host = d->t->label, .session = d->session, .start_ms = about->start_ms };
    }
    delivery_select(d, s);
    frame_copy(&d->frame[d->n], f);
    d->behind[d->n] = *behind;
    d->n++;
    d->count = d->n;
    return true;
}

/* The same bytes until they are acknowledged. */
static void delivery_encode(struct delivery *d)
{
    if (d->encoded == d->count)
        return;
    buf_clear(&d->body);
    for (size_t i = d->from; i < d->from + d->count; i++)
        frame_fit(&d->frame[i], d->schema);
    d->t->exporter->batch(&d->body, &d->sel, &d->frame[d->from], d->count, &d->about);
    d->encoded = d->count;
}

/* So many of the next are done. What follows is tried as a whole, or in pieces as small as the one before. */
static void delivery_pass(struct delivery *d, size_t count, bool whole)
{
    size_t left = d->n - d->from - count;
    d->from += count;
    d->count = whole || d->count * 2 > left ? left : d->count * 2;
    d->encoded = 0;
    d->tries = 0;
}

static int delivery_old(struct delivery *d)
{
    if (d->count > 1) {
        d->count /= 2;
        return 1;
    }
    if (d->unsure)
        d->counts.there++;
    else
        d->counts.old++;
    delivery_pass(d, 1, false);
    return 1;
}

/* A receiver that never took anything may be none: then nothing is passed over. */
static int delivery_refused(struct delivery *d)
{
    if (!d->accepted)
        return 0;
    if (d->count > 1) {
        d->count /= 2;
        return 1;
    }
    if (++d->tries < DELIVERY_TRIES)
        return 0;
    d->counts.refused++;
    delivery_pass(d, 1, false);
    return 1;
}

static int delivery_waits(struct delivery *d, const struct answer *a)
{
    d->unsure |= a->unknown;
    if (!a->taken)
        return 0;
    size_t taken = a->taken < d->count ? a->taken : d->count;
    d->counts.sent += taken;
    d->accepted = true;
    delivery_pass(d, taken, true);
    return d->from == d->n;
}

static int delivery_judge(struct delivery *d, const struct answer *a)
{
    d->unsure |= a->parted; /* libcurl tries once more by itself where a kept connection breaks */
    if (a->verdict != VERDICT_TAKEN || *a->why)
        d->said = *a;
    switch (a->verdict) {
    case VERDICT_TAKEN:
        d->counts.sent += d->count;
        d->counts.rejected += a->rejected;
        d->bytes += d->body.n;
        d->accepted = true;
        delivery_pass(d, d->count, false);
        return 1;
    case VERDICT_OLD: return delivery_old(d);
    case VERDICT_REFUSED: return delivery_refused(d);
    default: return delivery_waits(d, a);
    }
}

int delivery_try(struct delivery *d)
{
    struct answer a = { .verdict = VERDICT_TAKEN };
    if (d->from == d->n)
        return 1;
    delivery_encode(d);
    if (d->body.n) /* nothing is known of what was chosen: there is nothing to say */
        sender_send(&d->sender, d->body.p, d->body.n, &a);
    d->parted = a.parted;
    return delivery_judge(d, &a);
}

bool delivery_repeat(struct delivery *d)
{
    struct answer a = { 0 };
    if (d->body.n)
        sender_send(&d->sender, d->body.p, d->body.n, &a);
    return !a.parted;
}
