/* host.c - the machine, what is measured of it, how Sonde is set, and what it costs. */
#include "serve/api/api_own.h"

#include "analyze/areas.h"
#include "base/auto.h"
#include "endpoint/endpoint.h"
#include "store/query.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static void host_note_session(void *self, const struct index_session *s)
{
    struct index_session *newest = self;
    if (!*newest->id)
        *newest = *s;
}

static void host_data(struct json *j, struct api *a)
{
    struct index_session newest = { 0 };
    struct index_filter f = INDEX_ALL;
    int64_t first_ms, last_ms;
    f.newest_first = true;
    f.limit = 1;
    look_sessions(&a->look, &f, host_note_session, &newest);
    json_object(j, "data");
    bool any = look_span(&a->look, NULL, &first_ms, &last_ms);
    if (any)
        json_int(j, "first_ms", first_ms);
    else
        json_null(j, "first_ms");
    if (any)
        json_int(j, "last_ms", last_ms);
    else
        json_null(j, "last_ms");
    json_double(j, "interval_s", newest.interval_s > 0 ? newest.interval_s : NAN);
    json_bool(j, "live", !a->s.replay && archive_is_recorded(a->dir));
    json_string(j, "replay", a->s.replay);
    json_string(j, "session", *newest.id ? newest.id : NULL);
    json_end(j);
}

/* The language model that questions may be put to as well; null where none is named. */
static void host_endpoint(struct json *j, const struct config *c)
{
    struct endpoint e;
    char why[ENDPOINT_WHY];
    if (!endpoint_read(c, &e, why)) {
        json_null(j, "endpoint");
        return;
    }
    json_object(j, "endpoint");
    json_string(j, "host", e.at.host);
    json_string(j, "model", e.model);
    json_end(j);
}

void api_host(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct report_host h;
    struct json j;
    if (!api_look(a, out))
        return;
    judged_host(&a->look, NULL, &h);
    json_init(&j, &out->body);
    json_object(&j, NULL);
    json_said(&j, "hardware_id", h.hardware_id);
    json_said(&j, "os", h.os);
    json_said(&j, "cpu", h.cpu);
    json_double(&j, "cores", h.cores ? h.cores : NAN);
    json_double(&j, "memory_bytes", h.memory_bytes);
    json_string(&j, "version", a->s.version);
    json_string(&j, "role", r->role == HTTP_FULL ? "full" : "read-only");
    json_bool(&j, "login", r->session);
    host_data(&j, a);
    json_int(&j, "now_ms", api_now_ms(a));
    host_endpoint(&j, a->s.config);
    json_end(&j);
}

/* ---- metrics ---- */

static void metrics_one(struct json *j, const struct schema *s, int slot)
{
    const struct metric *m = schema_at(s, slot);
    bool bounded = m->min < m->max;
    json_object(j, NULL);
    json_string(j, "id", schema_id(s, slot));
    json_string(j, "name", m->name);
    json_string(j, "instance", m->inst);
    json_string(j, "unit", unit_code(m->unit));
    json_string(j, "kind", kind_name(m->kind));
    json_double(j, "min", bounded ? m->min : NAN);
    json_double(j, "max", bounded && isfinite(m->max) ? m->max : NAN);
    json_string(j, "source", schema_source_name(s, m->source));
    json_string(j, "help", m->help);
    json_string(j, "area", area_name(area_in(s, slot)));
    json_end(j);
}

static void metrics_all(void *self, const struct schema *s)
{
    struct json *j = self;
    for (int slot = 0; slot < schema_size(s); slot++)
        metrics_one(j, s, slot);
}

struct catalog {
    void (*tell)(void *self, const struct schema *s);
    void *self;
};

/* The catalog of an instant. */
static int metrics_of_instant(void *self, const struct tape_about *about, const struct schema *s,
                              const struct moment *m)
{
    const struct catalog *c = self;
    (void)about;
    (void)m;
    c->tell(c->self, s);
    return -ECANCELED; /* one instant is enough */
}

/* Of its segment, or where nothing is packed of its last instant. */
static int metrics_of_part(struct catalog *c, struct look *l, const struct archive_part *p)
{
    int rc = p->segment ? segment_load(p->segment) : 0;
    if (rc < 0)
        return rc;
    if (p->segment && schema_size(p->segment->schema)) {
        c->tell(c->self, p->segment->schema);
        return 0;
    }
    rc = archive_play(l->files, p->about.session, p->last_ms, p->last_ms, metrics_of_instant, c, NULL);
    return rc == -ECANCELED ? 0 : rc;
}

/* The newest part that begins by a time, and ends before another. NULL: none. */
static const struct archive_part *metrics_newest(const struct archive_part *parts, size_t n, const char *session,
                                                 int64_t to_ms, int64_t before_ms)
{
    const struct archive_part *newest = NULL;
    for (size_t i = 0; i < n; i++)
        if (parts[i].last_ms && parts[i].first_ms <= to_ms && parts[i].last_ms < before_ms &&
            (!newest || parts[i].last_ms >= newest->last_ms) &&
            (!session || strcmp(parts[i].about.session, session) == 0))
            newest = &parts[i];
    return newest;
}

int api_catalog(struct api *a, const struct api_range *range, void (*tell)(void *self, const struct schema *s),
                void *self)
{
    size_t n;
    int rc = 0;
    struct catalog c = { tell, self };
    const struct archive_part *parts = archive_parts(a->look.files, &n), *p = NULL;
    while ((p = metrics_newest(parts, n, range->session, range->to_ms, p ? p->last_ms : INT64_MAX))) {
        int one = metrics_of_part(&c, &a->look, p);
        if (one == 0)
            return 0;
        rc = rc < 0 ? rc : one;
    }
    return rc;
}

void api_metrics(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct json j;
    if (!api_look(a, out) || !api_range(a, r, &range, out))
        return;
    json_init(&j, &out->body);
    json_object(&j, NULL);
    json_array(&j, "metrics");
    int rc = api_catalog(a, &range, metrics_all, &j);
    if (rc < 0) {
        api_fail(out, rc);
        return;
    }
    json_end(&j);
    const char *missing = a->s.missing ? a->s.missing(a->s.self) : NULL;
    json_raw(&j, "missing", missing ? missing : "null");
    json_end(&j);
}

/* ---- settings ---- */

static const char *const types[] = {
    [CONFIG_BOOL] = "switch", [CONFIG_NUMBER] = "number", [CONFIG_STRING] = "text", [CONFIG_CHOICE] = "choice",
    [CONFIG_LIST] = "list",
};

static void settings_one(struct json *j, const struct config *c, const struct config_key *k)
{
    auto_buf struct buf value = { 0 }, allowed = { 0 };
    const char *where = config_where(c, k->name);
    config_put_value(c, k->name, &value);
    config_put_allowed(k, &allowed);
    json_object(j, NULL);
    json_string(j, "key", k->name);
    json_string(j, "type", types[k->type]);
    json_string(j, "value", buf_text(&value));
    json_string(j, "default", k->fallback);
    json_string(j, "source", *where ? where : "default");
    json_string(j, "allowed", buf_text(&allowed));
    json_string(j, "help", k->help);
    json_end(j);
}

/* The last known value of a metric in the last minute. */
static double settings_last(struct api *a, int64_t now_ms, const char *metric)
{
    struct query_result *q;
    double v = NAN;
    if (store_query(a->look.files, NULL, now_ms - 60000, now_ms, metric, 60, &q) < 0)
        return NAN;
    for (int i = 0; q->n && i < q->points; i++)
        v = isnan(q->series[0].point[i].last) ? v : q->series[0].point[i].last;
    query_free(q);
    return v;
}

static void settings_cost(struct json *j, struct api *a)
{
    size_t n;
    int64_t bytes = 0, first_ms, last_ms = 0;
    const struct archive_part *p = archive_parts(a->look.files, &n);
    for (size_t i = 0; i < n; i++)
        bytes += p[i].bytes;
    look_span(&a->look, NULL, &first_ms, &last_ms);
    json_object(j, "cost");
    json_double(j, "cpu_percent", settings_last(a, last_ms, "sonde.cpu"));
    json_double(j, "rss_bytes", settings_last(a, last_ms, "sonde.rss"));
    json_int(j, "used_bytes", bytes);
    json_double(j, "cap_bytes", 1e6 * config_number(a->s.config, "storage.max_mb"));
    json_end(j);
}

void api_settings(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct json j;
    size_t n;
    (void)r;
    if (!api_look(a, out))
        return;
    const struct config_key *keys = config_keys(&n);
    json_init(&j, &out->body);
    json_object(&j, NULL);
    json_array(&j, "settings");
    for (size_t i = 0; i < n; i++)
        settings_one(&j, a->s.config, &keys[i]);
    json_end(&j);
    settings_cost(&j, a);
    json_end(&j);
}
