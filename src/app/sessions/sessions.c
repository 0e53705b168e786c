/* sessions.c - what the verbs show of a session. */
#include "app/sessions/sessions.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void sessions_say_empty(const char *dir)
{
    printf("Nothing is recorded in %s yet.\nStart the recorder with `sonde record`, or name another archive with "
           "--data DIR.\n", dir);
}

int sessions_read_or_ask(const struct args *a, const char *nothing,
                         int (*work)(const struct args *a, struct look *v), int (*asked)(const struct args *a))
{
    struct look v;
    int rc = archived_open(&v, a, false), status = -ENOENT;
    if (rc == -EACCES && asked && !args_given(a, "data"))
        status = asked(a);
    if (status >= 0) {
        look_close(&v);
        return status;
    }
    status = EXIT_DONE;
    if (rc == -ENOENT && args_flag(a, "json"))
        puts(nothing);
    else if (rc == -ENOENT)
        sessions_say_empty(v.dir.p);
    else
        status = rc < 0 ? archived_say(buf_text(&v.dir), rc) : work(a, &v);
    look_close(&v);
    return status;
}

int sessions_read(const struct args *a, const char *nothing, int (*work)(const struct args *a, struct look *v))
{
    return sessions_read_or_ask(a, nothing, work, NULL);
}

const char *sessions_short_id(const char *id)
{
    static const char prefix[] = "session_";
    return strncmp(id, prefix, sizeof prefix - 1) == 0 ? id + sizeof prefix - 1 : id;
}

double sessions_length_s(const struct index_session *s)
{
    return s->end_ms > s->start_ms ? ((double)s->end_ms - (double)s->start_ms) / 1000 : 0;
}

static void sessions_put_label(void *self, const struct index_label *l)
{
    struct json *j = self;
    json_object(j, NULL);
    json_string(j, "name", l->name);
    json_string(j, "note", *l->note ? l->note : NULL);
    json_time(j, "set", l->at_ms);
    json_end(j);
}

bool sessions_is_judged(const struct index_session *s)
{
    return s->anomalies || (*s->verdict && strncmp(s->verdict, "unknown", 7) != 0);
}

void sessions_put_json(struct json *j, struct index *x, const struct index_session *s)
{
    json_string(j, "id", s->id);
    json_time(j, "start", s->start_ms);
    json_time(j, "end", s->end_ms);
    json_string(j, "state", index_state_name(s->state));
    json_said(j, "origin", s->origin);
    json_double(j, "interval_s", s->interval_s > 0 ? s->interval_s : NAN);
    json_int(j, "samples", s->samples);
    json_int(j, "metrics", s->metrics);
    json_int(j, "gaps", s->gaps);
    if (sessions_is_judged(s)) {
        json_int(j, "anomalies", s->anomalies);
    } else {
        json_null(j, "anomalies");
        json_string(j, "anomalies_reason", "the session was not analysed yet");
    }
    json_int(j, "events", s->events);
    json_said(j, "workload", s->workload);
    json_said(j, "verdict", s->verdict);
    json_array(j, "labels");
    index_labels(x, s->id, sessions_put_label, j);
    json_end(j);
    json_object(j, "host");
    json_said(j, "hardware_id", s->hardware_id);
    json_said(j, "os", s->os);
    json_said(j, "cpu", s->cpu);
    json_double(j, "cores", s->cores ? s->cores : NAN);
    json_double(j, "memory_bytes", s->memory_bytes ? (double)s->memory_bytes : NAN);
    json_end(j);
}
