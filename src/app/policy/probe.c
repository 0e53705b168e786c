/*
 * probe.c - `sonde policy probe`: which knobs there are here, what they are now, and who may turn them. Writes nothing.
 *
 * A knob may have many instances, 24 interrupts or 8 clocks: those that stand alike are one line for people, with their
 * number. As JSON each is told.
 */
#include "app/policy/verbs.h"

#include "app/root.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "base/wrap.h"
#include "output/screen.h"
#include "policy/knob.h"
#include "policy/owners.h"

#include <stdio.h>
#include <string.h>

#define PROBE_WIDTH 100 /* columns; names and values are cut for it, never the reasons */
#define PROBE_NAME 34
#define PROBE_VALUE 18
#define PROBE_MAY 7
#define PROBE_BEFORE (2 + PROBE_NAME + 1 + PROBE_VALUE + 1 + PROBE_MAY)

struct probed {
    const struct knob *knob;
    const struct owner *owner; /* who runs here and holds it; NULL */
    char inst[KNOB_INST_MAX];
    struct knob_probe is;
};

struct probing {
    const char *root;
    const struct knob *knob;
    struct probed *row;
    size_t n, cap;
};

/* ---- looking ---- */

static void probe_one(void *self, const char *inst)
{
    struct probing *p = self;
    struct place place = { .root = p->root };
    p->row = mem_grow(p->row, p->n, &p->cap, sizeof *p->row);
    struct probed *r = &p->row[p->n++];
    *r = (struct probed){ .knob = p->knob };
    text_copy(place.inst, sizeof place.inst, inst);
    text_copy(r->inst, sizeof r->inst, inst);
    knob_probe(p->knob, &place, &r->is);
}

/* Where it has no instance at all, it is told once, as one that is not there. */
static void probe_knob(struct probing *p, const struct knob *k)
{
    size_t before = p->n;
    p->knob = k;
    if (k->list)
        k->list(k, p->root, probe_one, p);
    if (p->n == before)
        probe_one(p, "");
    const struct owner *owner = k->owner ? owner_of(p->root, k->owner) : NULL;
    for (size_t i = before; i < p->n; i++)
        p->row[i].owner = owner;
}

static void probe_all(struct probing *p, const char *glob)
{
    const struct knob *k;
    for (size_t i = 0; (k = knob_at(i)) != NULL; i++)
        if (!glob || text_glob(glob, k->name))
            probe_knob(p, k);
}

/* ---- for people ---- */

static bool probe_alike(const struct probed *a, const struct probed *b)
{
    return a->knob == b->knob && a->is.exists && b->is.exists && a->is.writable == b->is.writable &&
           strcmp(a->is.value, b->is.value) == 0;
}

/* How many from the i-th on are one line. */
static size_t probe_run(const struct probing *p, size_t i)
{
    size_t n = 1;
    while (i + n < p->n && probe_alike(&p->row[i], &p->row[i + n]))
        n++;
    return n;
}

static void probe_put_name(const struct probed *r, size_t same, struct buf *out)
{
    buf_puts(out, r->knob->name);
    if (*r->inst)
        buf_printf(out, "@%s", r->inst);
    if (same > 1)
        buf_printf(out, " + %zu", same - 1);
}

/* What it takes, and who else turns it. */
static void probe_put_note(const struct probed *r, struct buf *out)
{
    if (r->owner)
        buf_printf(out, "%s turns it here: %s; ", r->owner->name, r->owner->advice);
    buf_puts(out, r->is.writable ? r->knob->needs : r->is.why);
}

static void probe_put_value(const struct probed *r, struct buf *out)
{
    const char *v = r->is.value;
    bool number = (*v >= '0' && *v <= '9') || (*v == '-' && v[1]);
    buf_puts(out, *v ? v : r->is.readable ? "not set" : "not readable");
    if (number && r->knob->unit)
        buf_printf(out, " %s", r->knob->unit);
}

/* What it does, what to mind, how it is undone: where a person asked for some of them. */
static void probe_details(const struct knob *k, struct buf *out)
{
    auto_buf struct buf text = { 0 };
    buf_puts(&text, k->doc);
    if (*k->caution)
        buf_printf(&text, "; mind: %s", k->caution);
    buf_printf(&text, "; undone: %s", k->reverts);
    buf_puts(out, "      ");
    wrap_put(out, buf_text(&text), 6, "      ", PROBE_WIDTH);
}

static void probe_row(const struct screen *s, const struct probed *r, size_t same, struct buf *out)
{
    auto_buf struct buf name = { 0 }, note = { 0 }, value = { 0 };
    static const char indent[] = "                                                               ";
    _Static_assert(sizeof indent - 1 == PROBE_BEFORE, "the notes stand below each other");
    probe_put_name(r, same, &name);
    probe_put_value(r, &value);
    probe_put_note(r, &note);
    buf_puts(out, "  ");
    screen_cell(s, out, TONE_PLAIN, buf_text(&name), PROBE_NAME, true);
    buf_putc(out, ' ');
    screen_cell(s, out, TONE_PLAIN, buf_text(&value), PROBE_VALUE, true);
    buf_putc(out, ' ');
    screen_cell(s, out, r->is.writable ? TONE_PLAIN : TONE_WARN, r->is.writable ? "yes" : "no", PROBE_MAY,
                note.n > 0);
    if (note.n)
        wrap_put(out, buf_text(&note), PROBE_BEFORE, indent, PROBE_WIDTH);
    else
        buf_putc(out, '\n');
}

/* Those that are not here, by the reason. */
static void probe_absent(const struct probing *p, enum knob_class class, struct buf *out)
{
    for (size_t i = 0; i < p->n; i++) {
        auto_buf struct buf line = { 0 };
        const char *why = p->row[i].is.why;
        for (size_t k = 0; k < p->n; k++) {
            const struct probed *r = &p->row[k];
            if (r->knob->class != class || r->is.exists || strcmp(r->is.why, why) != 0)
                continue;
            if (k < i)
                break; /* told with that one */
            buf_printf(&line, "%s%s", line.n ? ", " : "not here: ", r->knob->name);
        }
        if (!line.n)
            continue;
        buf_printf(&line, ": %s", why);
        buf_puts(out, "  ");
        wrap_put(out, buf_text(&line), 2, "    ", PROBE_WIDTH);
    }
}

static bool probe_has(const struct probing *p, enum knob_class class)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->row[i].knob->class == class)
            return true;
    return false;
}

static void probe_class(const struct screen *s, const struct probing *p, enum knob_class class, bool details,
                        struct buf *out)
{
    if (!probe_has(p, class))
        return;
    auto_buf struct buf head = { 0 };
    buf_printf(&head, "%-*s %-*s %-*s%s", PROBE_NAME + 2, knob_class_name(class), PROBE_VALUE, "now", PROBE_MAY,
               "may we", "what it takes");
    screen_put(s, out, TONE_STRONG, buf_text(&head));
    buf_putc(out, '\n');
    for (size_t i = 0; i < p->n; i++) {
        const struct probed *r = &p->row[i];
        if (r->knob->class != class || !r->is.exists)
            continue;
        size_t same = probe_run(p, i);
        probe_row(s, r, same, out);
        if (details)
            probe_details(r->knob, out);
        i += same - 1;
    }
    probe_absent(p, class, out);
    buf_putc(out, '\n');
}

struct probe_count {
    int knobs, here, writable, held;
    bool alike; /* are there some that share a line? */
};

/* Of knobs, not of instances: one that may be written somewhere may be written. */
static struct probe_count probe_count(const struct probing *p)
{
    struct probe_count c = { 0 };
    for (size_t i = 0; i < p->n;) {
        bool here = false, writable = false, held = false;
        const struct knob *k = p->row[i].knob;
        for (; i < p->n && p->row[i].knob == k; i++) {
            c.alike |= i > 0 && probe_alike(&p->row[i - 1], &p->row[i]);
            here |= p->row[i].is.exists;
            writable |= p->row[i].is.writable;
            held |= p->row[i].is.exists && p->row[i].owner;
        }
        c.knobs++;
        c.here += here;
        c.writable += writable;
        c.held += held;
    }
    return c;
}

static void probe_text(const struct screen *s, const struct probing *p, bool details, struct buf *out)
{
    struct probe_count c = probe_count(p);
    for (int class = KNOB_ENV; class <= KNOB_GPU; class++)
        probe_class(s, p, (enum knob_class)class, details, out);
    buf_printf(out, "%d of %d knobs are here; this user may turn %d of them", c.here, c.knobs, c.writable);
    if (c.held)
        buf_printf(out, ", and %d are somebody else's", c.held);
    buf_puts(out, ". Nothing was written.\n");
    if (c.alike)
        buf_puts(out, "\"+ 3\" behind a name: three more of them that stand alike.\n");
}

/* ---- for programs ---- */

static void probe_json_range(struct json *j, const struct knob *k)
{
    static const char *const type[] = { "whole", "choice", "cpus", "text" };
    json_string(j, "type", type[k->type]);
    if (k->type == KNOB_WHOLE) {
        json_double(j, "min", k->min);
        json_double(j, "max", k->max);
    }
    if (k->type == KNOB_CHOICE)
        json_string(j, "choices", k->choices);
    json_said(j, "unit", k->unit ? k->unit : "");
}

static void probe_json_row(struct json *j, const struct probed *r)
{
    const struct knob *k = r->knob;
    json_object(j, NULL);
    json_string(j, "knob", k->name);
    json_said(j, "instance", r->inst);
    json_string(j, "class", knob_class_name(k->class));
    json_string(j, "what", k->doc);
    json_bool(j, "exists", r->is.exists);
    json_bool(j, "readable", r->is.readable);
    json_bool(j, "writable", r->is.writable);
    json_said(j, "current", r->is.value);
    json_said(j, "why", r->is.why);
    json_said(j, "needs", k->needs);
    json_string(j, "owner", r->owner ? r->owner->name : NULL);
    json_said(j, "advice", r->owner ? r->owner->advice : "");
    probe_json_range(j, k);
    json_string(j, "risk", knob_risk_name(k->risk));
    json_int(j, "cost", knob_cost(k));
    json_said(j, "caution", k->caution);
    json_string(j, "reverts", k->reverts);
    json_said(j, "pair", k->pair ? k->pair : "");
    json_bool(j, "at_launch_only", k->self_only || k->class == KNOB_ENV);
    json_bool(j, "opt_in", k->opt_in);
    json_end(j);
}

static void probe_json(const struct probing *p, struct buf *out)
{
    struct probe_count c = probe_count(p);
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_int(&j, "knobs", c.knobs);
    json_int(&j, "here", c.here);
    json_int(&j, "writable", c.writable);
    json_int(&j, "held", c.held);
    json_array(&j, "probed");
    for (size_t i = 0; i < p->n; i++)
        probe_json_row(&j, &p->row[i]);
    json_end(&j);
    json_end(&j);
    buf_putc(out, '\n');
}

/* ---- the verb ---- */

static int probe_none(const char *glob)
{
    const struct knob *near = knob_nearest(glob);
    log_error(0, "no knob is called \"%s\"%s%s%s; `sonde policy probe` lists them all", glob,
              near ? "; did you mean " : "", near ? near->name : "", near ? "?" : "");
    return EXIT_USAGE;
}

static int probe_run_verb(const struct args *a)
{
    auto_buf struct buf out = { 0 };
    const char *glob = args_positional(a, 0);
    struct screen s = screen_of(1, args_flag(a, "no-color"));
    struct root root;
    if (root_open(&root, args_text(a, "root")) < 0)
        return EXIT_FAILED;
    struct probing p = { .root = root.path };
    probe_all(&p, glob);
    int status = p.n ? EXIT_DONE : probe_none(glob);
    if (p.n && args_flag(a, "json"))
        probe_json(&p, &out);
    else if (p.n)
        probe_text(&s, &p, glob != NULL, &out);
    fputs(buf_text(&out), stdout);
    mem_free(p.row);
    root_close(&root);
    return status;
}

static const struct example examples[] = {
    { "sonde policy probe", "all knobs, by kind" },
    { "sonde policy probe 'cpu*'", "what those of control groups and clocks do" },
    { "sonde policy probe --json | jq '.probed[] | select(.writable)'", "for a program" },
    { 0 },
};

const struct command policy_probe = {
    .name = "policy probe", .summary = "which knobs there are here, and who may turn them", .usage = "[GLOB]",
    .text = "Tries each knob that Sonde knows: is it there, what is it now, may this user write it, what would it "
            "take, and does somebody else turn it (tuned, power-profiles-daemon, thermald and the like)? Nothing is "
            "written.\n\n"
            "Knobs of the environment and of processes are those that a program would be started with; of control "
            "groups the group of this process is shown. With a name or a pattern it is told what each does, what to "
            "mind, and how it is undone.",
    .examples = examples, .max_positional = 1, .run = probe_run_verb,
};
