/* machine.c - a made-up machine for the tests of adapters. */
#include "test.h"

#include "core/rate.h"
#include "machine.h"

#include <ftw.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

static void machine_emit(const struct adapter_env *env, const struct event *e)
{
    struct machine *m = env->sink;
    m->n_events++;
    m->event = *e;
}

static void machine_explain(const struct adapter_env *env, const char *reason)
{
    struct machine *m = env->sink;
    snprintf(m->reason, sizeof m->reason, "%s", reason);
}

void machine_init(struct machine *m)
{
    const char *tmp = getenv("TMPDIR");
    *m = (struct machine){ .s = schema_new() };
    snprintf(m->root, sizeof m->root, "%s/sonde-machine-XXXXXX",
             tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    assert_non_null(mkdtemp(m->root));
    m->env = (struct adapter_env){
        .root = m->root, .interval_s = 1, .emit = machine_emit, .explain = machine_explain, .sink = m };
}

static int machine_unlink(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st, (void)type, (void)where;
    return remove(path);
}

static void machine_remove_tree(const char *path)
{
    assert_int_equal(nftw(path, machine_unlink, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void machine_done(struct machine *m)
{
    if (m->adapter)
        m->adapter->close(m->self);
    frame_done(&m->before);
    frame_done(&m->now);
    schema_free(m->s);
    machine_remove_tree(m->root);
}

/* root + path in out, with all directories above it made. */
static void machine_path(struct machine *m, const char *path, char out[static 512])
{
    assert_true(path[0] == '/' && strlen(m->root) + strlen(path) < 512);
    snprintf(out, 512, "%s%s", m->root, path);
    for (char *p = out + strlen(m->root) + 1; (p = strchr(p, '/')); p++) {
        *p = '\0';
        mkdir(out, 0755);
        *p = '/';
    }
}

void machine_bytes(struct machine *m, const char *path, const void *bytes, size_t n)
{
    char full[512];
    machine_path(m, path, full);
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

void machine_write(struct machine *m, const char *path, const char *text)
{
    machine_bytes(m, path, text, strlen(text));
}

void machine_printf(struct machine *m, const char *path, const char *fmt, ...)
{
    char text[8192];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof text);
    machine_write(m, path, text);
}

void machine_link(struct machine *m, const char *path, const char *target)
{
    char full[512];
    machine_path(m, path, full);
    assert_int_equal(symlink(target, full), 0);
}

void machine_remove(struct machine *m, const char *path)
{
    char full[512];
    machine_path(m, path, full);
    machine_remove_tree(full);
}

int machine_open(struct machine *m, const struct adapter *a)
{
    assert_null(m->adapter);
    m->source = schema_source(m->s, a->name);
    if (a->of)
        m->env.of = a->of;
    int rc = a->open(&m->env, m->s, &m->self);
    if (rc == 0)
        m->adapter = a;
    return rc;
}

void machine_tick(struct machine *m, double seconds)
{
    int64_t mono_ns = (m->now.mono_ns ? m->now.mono_ns : 1000000000) + (int64_t)(seconds * 1e9);
    frame_copy(&m->before, &m->now);
    frame_fit(&m->now, m->s);
    for (int i = 0; i < m->now.n; i++)
        m->now.v[i] = NAN;
    m->now.mono_ns = m->now.read_ns[m->source] = mono_ns;
    m->adapter->sample(m->self, &m->now);
    rate_derive(m->s, &m->before, &m->now);
    if (m->adapter->rescan)
        assert_true(m->adapter->rescan(m->self, m->s) >= 0);
}

double machine_get(struct machine *m, const char *name, const char *inst)
{
    int slot = schema_find(m->s, name, inst);
    if (slot < 0)
        fail_msg("no metric %s{%s}", name, inst ? inst : "");
    return frame_get(&m->now, slot);
}

bool machine_has(struct machine *m, const char *name, const char *inst)
{
    return schema_find(m->s, name, inst) >= 0;
}
