/*
 * missing.c - asks `sonde doctor --json`, because whoever talks to the network does not open adapters itself. In a file
 * without base/json.h, as jansson has functions of the same names.
 */
#include "app/serve/missing.h"

#include "app/serve/passed.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 20000
#define AGAIN_NS 60000000000

extern char **environ;

static int missing_start(const struct missing *m, struct os_child *c)
{
    char program[OS_PATH_MAX];
    struct passed_paths paths;
    const char *argv[10] = { program, "doctor", "--json" };
    int rc = os_self_path(program);
    passed_put(m->args, &paths, argv + 3);
    return rc < 0 ? rc : os_child_start(argv, (const char *const *)environ, c);
}

/* 0; -ETIMEDOUT: it was ended. */
static int missing_read(const struct missing *m, struct buf *out)
{
    struct os_child c;
    char bytes[4096];
    int n, status;
    int64_t end_ns = os_mono_ns() + (int64_t)PATIENCE_MS * 1000000;
    int rc = missing_start(m, &c);
    if (rc < 0)
        return rc;
    while ((n = os_child_read(c.out, bytes, sizeof bytes, 200)) != 0 && os_mono_ns() < end_ns) {
        if (n > 0)
            buf_put(out, bytes, (size_t)n);
        while (os_child_read(c.err, bytes, sizeof bytes, 0) > 0)
            continue; /* so that it never waits for room there */
    }
    os_child_end(&c);
    os_child_has_ended(&c, 1000, &status);
    os_child_close(&c);
    return n == 0 ? 0 : -ETIMEDOUT;
}

/* Jansson's makers of values have names that base/json.h has, too, and the linker gives us those. */
static json_t *missing_new(const char *text)
{
    return json_loads(text, 0, NULL);
}

/* Asks, until it is answered. NULL: nobody knows. */
static const json_t *missing_adapters(struct missing *m)
{
    if (m->adapters || os_mono_ns() < m->again_ns)
        return m->adapters;
    auto_buf struct buf said = { 0 };
    int rc = missing_read(m, &said);
    json_t *doctor = rc < 0 ? NULL : json_loadb(buf_text(&said), said.n, 0, NULL);
    json_t *found = json_object_get(doctor, "adapters");
    m->adapters = json_is_array(found) ? json_incref(found) : NULL;
    json_decref(doctor);
    if (m->adapters)
        return m->adapters;
    log_warn(rc, "serve: `sonde doctor` did not say what this machine does not have; it is asked again in a minute");
    m->again_ns = os_mono_ns() + AGAIN_NS;
    return NULL;
}

static bool missing_is(const json_t *adapter)
{
    const char *state = json_string_value(json_object_get(adapter, "state"));
    return state && strcmp(state, "ok") != 0;
}

const char *missing_text(void *self)
{
    struct missing *m = self;
    const json_t *all = missing_adapters(m);
    if (!all)
        return NULL;
    json_t *out = missing_new("[]"), *one;
    size_t i;
    json_array_foreach(all, i, one) {
        if (!missing_is(one))
            continue;
        json_t *row = missing_new("{\"remedy\":null}");
        json_object_set(row, "adapter", json_object_get(one, "name"));
        json_object_set(row, "reason", json_object_get(one, "reason"));
        json_array_append_new(out, row);
    }
    char *text = json_dumps(out, JSON_COMPACT);
    buf_clear(&m->text);
    buf_puts(&m->text, text ? text : "[]");
    free(text);
    json_decref(out);
    return m->text.p;
}

const char *missing_why(void *self, const char *globs)
{
    const json_t *all = missing_adapters(self);
    json_t *one;
    size_t i;
    json_array_foreach(all, i, one) {
        const char *provides = json_string_value(json_object_get(one, "provides"));
        const char *reason = json_string_value(json_object_get(one, "reason"));
        if (missing_is(one) && reason && *reason && adapter_provides(provides, globs))
            return reason;
    }
    return "";
}

void missing_done(struct missing *m)
{
    json_decref(m->adapters);
    buf_done(&m->text);
}
