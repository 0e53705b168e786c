/* doctor.c - `sonde doctor`: what is measured here, what is not, why, and how to get it. */
#include "app/observer.h"

#include "app/changes_notes.h"
#include "app/datadir.h"
#include "app/push_notes.h"
#include "app/settings.h"
#include "app/version.h"
#include "base/auto.h"
#include "base/json.h"
#include "os/host.h"
#include "os/os.h"
#include "output/screen.h"

#include <stdio.h>
#include <string.h>

/* Parts of the program that lie in files of their own, because of the libraries they need. */
static const struct { const char *name, *symbol, *what; } modules[] = {
    { "sonde-crypto", "sonde_crypto", "digests, for the hardware id" },
    { "sonde-terminal", "sonde_terminal", "the live view of sonde top" },
    { "sonde-web", "sonde_web", "the page of sonde serve" },
    { "sonde-fetch", "sonde_fetch",
      "HTTP: the endpoint of sonde ask (ask.endpoint), receivers (push.targets), webhooks (alerts.webhook.url)" },
    { "sonde-mqtt", "sonde_mqtt", "receivers over MQTT, where one is named (push.targets)" },
    { "sonde-snappy", "sonde_snappy", "remote write to Prometheus and its like, where it is pushed to" },
    { "sonde-bus", "sonde_bus",
      "notifications on the desktop (sonde notify, alerts.desktop); power profiles, GameMode, systemd's scopes" },
    { "sonde-cairo", "sonde_cairo", "pictures as PNG, of sonde plot; SVG needs nothing" },
    { "sonde-journal", "sonde_journal", "lines of the journal, around what was unusual" },
    { "sonde-bpf", "sonde_bpf", "processes at the lowest cost, and those that ended, for the administrator" },
};

#define DOCTOR_TICKS 5   /* some sources take a moment to find out how they fare */
#define DOCTOR_NAME 12   /* columns of the adapters' names, unless one is longer */
#define DOCTOR_PART 16   /* of the names of notes and modules */
#define DOCTOR_STATE 8

enum { MODULES = sizeof modules / sizeof *modules };

struct doctor {
    struct os_host host;
    const struct source *sources;
    int n;
    bool found[MODULES];
    struct changes_note notes[CHANGES_NOTES];
    struct push_note push[PUSH_NOTES];
    int n_push;
    bool here; /* this machine, not a recorded one */
};

static enum tone doctor_tone(enum source_state s)
{
    return s == SOURCE_FAILED ? TONE_BAD : s == SOURCE_DENIED ? TONE_WARN : TONE_PLAIN;
}

/* Those of other people may have long ones; cut it could not be copied into adapters.disabled. */
static int doctor_columns(const struct doctor *d)
{
    int columns = DOCTOR_NAME;
    for (int i = 0; i < d->n; i++) {
        int n = (int)strlen(d->sources[i].adapter->name) + 1;
        columns = n > columns ? n : columns;
    }
    return columns;
}

static void doctor_adapter(const struct screen *s, struct buf *out, int columns, const struct source *src)
{
    int indent = 2 + columns + DOCTOR_STATE;
    buf_puts(out, "  ");
    screen_cell(s, out, TONE_PLAIN, src->adapter->name, columns, true);
    screen_cell(s, out, doctor_tone(src->state), source_state_name(src->state), DOCTOR_STATE, true);
    auto_buf struct buf rest = { 0 };
    if (src->state == SOURCE_OK)
        buf_printf(&rest, "%d metric%s: %s%s", src->metrics, src->metrics == 1 ? "" : "s",
                   src->adapter->doc, *src->reason ? "; " : "");
    buf_puts(&rest, src->reason);
    screen_flow(s, out, indent, indent, buf_text(&rest));
}

static void doctor_part(const struct screen *s, struct buf *out, const char *name, bool there, const char *what,
                        const char *remedy)
{
    int indent = 2 + DOCTOR_PART + DOCTOR_STATE;
    auto_buf struct buf rest = { 0 };
    buf_printf(&rest, "%s%s", what, remedy);
    buf_printf(out, "  %-*s%-*s", DOCTOR_PART, name, DOCTOR_STATE, there ? "ok" : "absent");
    screen_flow(s, out, indent, indent, buf_text(&rest));
}

static void doctor_receiver(const struct screen *s, struct buf *out, int columns, const struct push_note *n)
{
    int indent = 2 + columns + DOCTOR_STATE;
    bool unknown = strcmp(n->state, "unknown") == 0;
    auto_buf struct buf rest = { 0 };
    buf_puts(out, "  ");
    screen_cell(s, out, TONE_PLAIN, n->name, columns, true);
    screen_cell(s, out, strcmp(n->state, "failed") == 0 ? TONE_BAD : TONE_PLAIN, n->state, DOCTOR_STATE, true);
    if (n->format)
        buf_printf(&rest, "%s to %s; ", n->format, n->url);
    if (*n->success)
        buf_printf(&rest, "last success %s%s", n->success, *n->error ? "; " : "");
    buf_puts(&rest, *n->error ? n->error : *n->success ? "" : unknown ? "no recorder runs" : "nothing was sent yet");
    screen_flow(s, out, indent, indent, buf_text(&rest));
}

static void doctor_receivers(const struct screen *s, struct buf *out, const struct doctor *d)
{
    int columns = DOCTOR_PART;
    for (int i = 0; i < d->n_push; i++) {
        int n = (int)strlen(d->push[i].name) + 1;
        columns = n > columns ? n : columns;
    }
    if (!d->n_push)
        return;
    buf_putc(out, '\n');
    screen_put(s, out, TONE_STRONG, "Receivers");
    buf_putc(out, '\n');
    for (int i = 0; i < d->n_push; i++)
        doctor_receiver(s, out, columns, &d->push[i]);
}

static void doctor_receivers_json(struct json *j, const struct doctor *d)
{
    json_array(j, "receivers");
    for (int i = 0; i < d->n_push; i++) {
        const struct push_note *n = &d->push[i];
        json_object(j, NULL);
        json_string(j, "name", n->name);
        json_string(j, "format", n->format);
        json_said(j, "url", n->url);
        json_string(j, "state", n->state);
        json_said(j, "last_success", n->success);
        json_said(j, "error", n->error);
        json_end(j);
    }
    json_end(j);
}

static void doctor_text(const struct screen *s, struct buf *out, const struct doctor *d)
{
    int columns = doctor_columns(d);
    auto_buf struct buf line = { 0 };
    buf_printf(&line, "sonde %s on %s, kernel %s%s%s", SONDE_VERSION, d->host.os, d->host.kernel,
        *d->host.virtualisation ? ", " : "", d->host.virtualisation);
    screen_wrap(s, out, 0, line.p);
    if (d->here)
        screen_wrap(s, out, 0, os_is_root() ? "Runs as the administrator: every source may be read." :
                    "Runs as an ordinary user: some sources are for the administrator only.");
    buf_putc(out, '\n');
    screen_put(s, out, TONE_STRONG, "Adapters");
    buf_putc(out, '\n');
    for (int i = 0; i < d->n; i++)
        doctor_adapter(s, out, columns, &d->sources[i]);
    buf_putc(out, '\n');
    screen_put(s, out, TONE_STRONG, "Changes and ageing");
    buf_putc(out, '\n');
    for (int i = 0; i < CHANGES_NOTES; i++)
        doctor_part(s, out, d->notes[i].name, d->notes[i].there, d->notes[i].what, "");
    buf_putc(out, '\n');
    screen_put(s, out, TONE_STRONG, "Modules");
    buf_putc(out, '\n');
    for (int i = 0; i < MODULES; i++)
        doctor_part(s, out, modules[i].name, d->found[i], modules[i].what,
                    d->found[i] ? "" : "; it belongs beside the program or in lib/sonde");
    doctor_receivers(s, out, d);
}

static void doctor_json(struct buf *out, const struct doctor *d)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_object(&j, NULL);
    json_string(&j, "version", SONDE_VERSION);
    json_string(&j, "os", d->host.os);
    json_string(&j, "kernel", d->host.kernel);
    json_string(&j, "virtualisation", *d->host.virtualisation ? d->host.virtualisation : NULL);
    if (d->here)
        json_bool(&j, "administrator", os_is_root());
    else
        json_null(&j, "administrator"); /* who recorded it is not known */
    json_array(&j, "adapters");
    for (int i = 0; i < d->n; i++) {
        const struct source *src = &d->sources[i];
        json_object(&j, NULL);
        json_string(&j, "name", src->adapter->name);
        json_string(&j, "doc", src->adapter->doc);
        json_string(&j, "state", source_state_name(src->state));
        json_string(&j, "reason", *src->reason ? src->reason : NULL);
        json_int(&j, "metrics", src->metrics);
        json_string(&j, "provides", src->adapter->provides);
        json_end(&j);
    }
    json_end(&j);
    json_array(&j, "changes");
    for (int i = 0; i < CHANGES_NOTES; i++) {
        json_object(&j, NULL);
        json_string(&j, "name", d->notes[i].name);
        json_bool(&j, "found", d->notes[i].there);
        json_string(&j, "what", d->notes[i].what);
        json_end(&j);
    }
    json_end(&j);
    json_array(&j, "modules");
    for (int i = 0; i < MODULES; i++) {
        json_object(&j, NULL);
        json_string(&j, "name", modules[i].name);
        json_bool(&j, "found", d->found[i]);
        json_string(&j, "what", modules[i].what);
        json_end(&j);
    }
    json_end(&j);
    doctor_receivers_json(&j, d);
    json_end(&j);
    buf_putc(out, '\n');
}

static int doctor_run(const struct args *a)
{
    struct observer o;
    struct doctor d = { 0 };
    if (observer_open(&o, a, SAMPLER_MIN_S, 5) < 0)
        return EXIT_FAILED;
    os_host(o.root.path, &d.host);
    d.here = !*o.root.path;
    changes_notes(o.root.path, d.notes);
    d.n_push = d.here ? push_notes(a, d.push) : 0;
    const struct frame *f;
    for (int i = 0; d.here && i < DOCTOR_TICKS && sampler_next(o.sampler, &f) == 0; i++)
        ;
    d.sources = sampler_sources(o.sampler, &d.n);
    for (int i = 0; i < MODULES; i++)
        d.found[i] = os_module(modules[i].name, modules[i].symbol) != NULL;
    auto_buf struct buf out = { 0 };
    struct screen s = screen_of(fileno(stdout), args_flag(a, "no-color"));
    if (args_flag(a, "json"))
        doctor_json(&out, &d);
    else
        doctor_text(&s, &out, &d);
    fwrite(out.p, 1, out.n, stdout);
    observer_close(&o);
    return EXIT_DONE;
}

static const struct option options[] = {
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde doctor", "what is missing here, and what to do about it" },
    { 0 },
};

const struct command command_doctor = {
    .name = "doctor", .summary = "what is measured here, what is not, why, and how to get it",
    .usage = "",
    .text = "Opens every source of numbers, reads it a few times and says how it fares: ok, absent (this machine has "
            "no such thing), denied (not permitted), failed, or off (in the configuration). Receivers (push.targets) "
            "fare as the recorder that runs says: ok, failed, waits (nothing was sent yet), or unknown.",
    .options = options, .examples = examples, .run = doctor_run,
};
