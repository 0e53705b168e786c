/* processes.c - who was there at an instant. */
#include "serve/api/api_own.h"

#include "look/instant.h"

#include <errno.h>

static void processes_one(struct json *j, const struct instant_proc *p)
{
    const char state[2] = { p->p.state, '\0' };
    json_object(j, NULL);
    json_int(j, "pid", p->p.pid);
    json_int(j, "ppid", p->p.ppid);
    json_string(j, "name", p->p.name);
    json_string(j, "state", *state ? state : NULL);
    json_double(j, "cpu_percent", p->use.cpu_percent);
    json_double(j, "rss_bytes", p->p.rss_bytes);
    json_double(j, "growth_bytes", p->use.rss_growth_bytes);
    json_double(j, "read_rate", p->use.read_rate);
    json_double(j, "write_rate", p->use.write_rate);
    json_double(j, "threads", p->p.threads);
    json_double(j, "gpu_bytes", p->p.gpu_bytes);
    json_bool(j, "busy", p->busy);
    json_end(j);
}

void api_processes(void *self, const struct http_request *r, struct http_reply *out)
{
    struct api *a = self;
    struct api_range range;
    struct instant_procs p;
    struct json j;
    if (!api_look(a, out) || !api_range(a, r, &range, out))
        return;
    int64_t at_ms = range.to_ms;
    if (!api_time(a, r, "at", &at_ms, out))
        return;
    int rc = instant_procs(&a->look, range.session, at_ms, &p);
    if (rc < 0 && rc != -ENODATA) {
        api_fail(out, rc);
        return;
    }
    if (rc < 0)
        p = (struct instant_procs){ .wall_ms = at_ms };
    json_init(&j, &out->body);
    json_object(&j, NULL);
    json_int(&j, "time_ms", p.wall_ms);
    if (p.table_ms)
        json_int(&j, "table_ms", p.table_ms);
    else
        json_null(&j, "table_ms");
    json_bool(&j, "complete", p.table_ms != 0);
    json_array(&j, "processes");
    for (size_t i = 0; i < p.n; i++)
        processes_one(&j, &p.p[i]);
    json_end(&j);
    json_string(&j, "reason", rc < 0 ? "nothing was recorded in the two minutes before" : p.n ? NULL :
                "no processes were recorded");
    json_end(&j);
    instant_done(&p);
}
