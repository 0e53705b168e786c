/*
 * plugin.c - an adapter as a shared object of somebody else's, by the interface of sonde/adapter.h.
 *
 * It may hang, so it runs apart. The host that it is handed is the first member of what is kept of
 * it; the schema and the frame are there only while a call lasts that may use them, so that a call out
 * of turn does nothing. Sizes decide what of a struct is read: see COMPATIBILITY in the header.
 */
#include "adapters/extension.h"
#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"

#include <sonde/adapter.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Up to the last member of interface 1 as it was first published; these never change. */
#define ADAPTER_LEAST (offsetof(struct sonde_adapter, rescan) + sizeof(void *))
#define METRIC_LEAST (offsetof(struct sonde_metric, wrap) + sizeof(double))

struct plugin {
    struct sonde_host host;       /* first: what the functions below are handed */
    const struct adapter_env *env;
    struct extension of;          /* a copy: one that hangs may outlive who found it */
    struct sonde_adapter adapter; /* as far as it is known here; the rest zero */
    void *self;
    struct schema *schema;        /* in open() and rescan() */
    struct frame *frame;          /* in sample() */
    bool opening;                 /* in open() */
    int slot[EXTENSION_METRICS];  /* n_slots of them, by the number that it knows a metric by */
    int n_slots;
    char complaint[EXTENSION_WHY]; /* the first metric that was refused in this call, and why */
};

static struct plugin *plugin_of(const struct sonde_host *host)
{
    return (struct plugin *)host;
}

/* Its number for a slot, a new one where it has none. It never sees slots: it could write to those
 * of others. */
static int plugin_number(struct plugin *p, int slot)
{
    int i = 0;
    while (i < p->n_slots && p->slot[i] != slot)
        i++;
    if (i == p->n_slots)
        p->slot[p->n_slots++] = slot;
    return i;
}

static int plugin_metric(const struct sonde_host *host, const struct sonde_metric *m)
{
    struct plugin *p = plugin_of(host);
    char why[EXTENSION_WHY] = "a metric that is not as sonde/adapter.h describes it";
    if (!p->schema)
        return -EINVAL;
    if (p->n_slots == EXTENSION_METRICS)
        return -ENOSPC;
    int slot = -EINVAL;
    if (m->size >= METRIC_LEAST && m->kind <= SONDE_COUNTER)
        slot = extension_add(&p->of, p->schema, &(struct extension_metric){
            .name = m->family, .inst = m->instance, .help = m->help, .unit = m->unit,
            .counter = m->kind == SONDE_COUNTER, .min = m->min, .max = m->max, .wrap = m->wrap }, why);
    if (slot >= 0)
        return plugin_number(p, slot);
    if (!*p->complaint)
        snprintf(p->complaint, sizeof p->complaint, "%s", why);
    return slot;
}

static void plugin_set(const struct sonde_host *host, int number, double value)
{
    struct plugin *p = plugin_of(host);
    if (p->frame && number >= 0 && number < p->n_slots)
        frame_set(p->frame, p->slot[number], value);
}

static void plugin_event(const struct sonde_host *host, uint32_t severity, const char *text)
{
    struct plugin *p = plugin_of(host);
    if (severity < SEVERITY_INFO || severity > SEVERITY_CRITICAL || !text)
        return;
    struct event e = { .wall_ms = os_wall_ms(), .kind = EVENT_ADAPTER, .severity = (enum severity)severity };
    e.end_ms = e.wall_ms;
    snprintf(e.source, sizeof e.source, EXTENSION_PREFIX "%s", p->of.name);
    text_copy(e.text, sizeof e.text, text);
    p->env->emit(p->env, &e);
}

static void plugin_explain(const struct sonde_host *host, const char *reason)
{
    struct plugin *p = plugin_of(host);
    char text[224];
    if (!p->opening || !reason)
        return;
    text_copy(text, sizeof text, reason);
    p->env->explain(p->env, text);
}

/* Fills p->adapter from the shared object, or says why it cannot be used. */
static int plugin_load(struct plugin *p, const char *path)
{
    char why[224], text[EXTENSION_WHY];
    const struct sonde_adapter *a = os_symbol(path, "sonde_adapter", why, sizeof why);
    if (!a) {
        p->env->explain(p->env, why);
        return -ENOEXEC;
    }
    if (a->version != SONDE_ADAPTER_VERSION || a->size < ADAPTER_LEAST) {
        snprintf(text, sizeof text, "it is built for interface %u with %u bytes; this Sonde has interface %d with %zu: "
                 "build it with its sonde/adapter.h", a->version, a->size, SONDE_ADAPTER_VERSION, sizeof *a);
        p->env->explain(p->env, text);
        return -EPROTO;
    }
    memcpy(&p->adapter, a, a->size < sizeof p->adapter ? a->size : sizeof p->adapter);
    if (p->adapter.open && p->adapter.sample && p->adapter.close)
        return 0;
    p->env->explain(p->env, "one of open, sample and close is NULL; only rescan may be");
    return -EPROTO;
}

static int plugin_call_open(struct plugin *p, struct schema *s)
{
    p->schema = s;
    p->opening = true;
    int rc = p->adapter.open(&p->host, &p->self);
    p->opening = false;
    p->schema = NULL;
    if (*p->complaint)
        p->env->explain(p->env, p->complaint);
    p->complaint[0] = '\0';
    return rc > 0 ? 0 : rc;
}

static int plugin_open(const struct adapter_env *env, struct schema *s, void **self)
{
    const struct extension *x = env->of;
    if (*x->refused) {
        env->explain(env, x->refused);
        return -EACCES;
    }
    struct plugin *p = mem_new(sizeof *p);
    auto_free char *path = mem_dup(x->path);
    *p = (struct plugin){ .env = env, .of = *x, .host = {
        .version = SONDE_ADAPTER_VERSION, .size = sizeof p->host, .name = p->of.name, .interval_s = env->interval_s,
        .metric = plugin_metric, .set = plugin_set, .event = plugin_event, .explain = plugin_explain } };
    int rc = plugin_load(p, path);
    if (rc == 0)
        rc = plugin_call_open(p, s);
    if (rc < 0) {
        mem_free(p);
        return rc;
    }
    *self = p;
    return 0;
}

static void plugin_sample(void *self, struct frame *f)
{
    struct plugin *p = self;
    p->frame = f;
    p->adapter.sample(p->self, &p->host);
    p->frame = NULL;
}

static int plugin_rescan(void *self, struct schema *s)
{
    struct plugin *p = self;
    if (!p->adapter.rescan)
        return 0;
    p->schema = s;
    p->adapter.rescan(p->self, &p->host);
    p->schema = NULL;
    if (*p->complaint)
        plugin_event(&p->host, SONDE_WARNING, p->complaint);
    p->complaint[0] = '\0';
    return 0;
}

static void plugin_close(void *self)
{
    struct plugin *p = self;
    if (!p)
        return;
    p->adapter.close(p->self);
    mem_free(p);
}

const struct adapter adapter_plugin = {
    .apart = true,
    .open = plugin_open, .sample = plugin_sample, .rescan = plugin_rescan, .close = plugin_close,
};
