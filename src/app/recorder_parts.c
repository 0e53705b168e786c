/* recorder_parts.c - the parts of a recorder in their order, and what it says of itself. */
#include "app/recorder_parts.h"

#include "os/os.h"

#include <string.h>

const struct recorder_part *const *recorder_parts(void)
{
    /* The socket stands last: its thread looks at the others, which are there before it comes and after it has gone. */
    static const struct recorder_part *const parts[] = {
        &recorder_index, &recorder_push, &recorder_csv, &recorder_flight, &recorder_learn, &recorder_workload,
        &recorder_logs, &recorder_changes, &recorder_policy, &recorder_deeds, &recorder_alerts,
        &recorder_textfile, &recorder_socket, NULL,
    };
    return parts;
}

void recorder_put_state(struct recorder *r, struct json *j)
{
    struct store_state s;
    char dir[OS_PATH_MAX];
    store_state(r->store, &s);
    json_string(j, "session", store_about(r->store)->session);
    json_string(j, "directory", os_real_path(r->o.dir, dir) == 0 ? dir : r->o.dir); /* who asks is somewhere else */
    json_int(j, "pid", os_pid());
    json_time(j, "since", r->started_ms);
    json_double(j, "interval_s", r->o.interval_s);
    json_int(j, "samples", (int64_t)s.ticks);
    json_int(j, "dropped", (int64_t)s.dropped);
    json_int(j, "values", (int64_t)s.values);
    json_int(j, "written_bytes", s.written_bytes);
    json_int(j, "used_bytes", s.used_bytes);
    json_int(j, "cap_bytes", space_cap(store_space(r->store)));
    json_string(j, "error", s.error ? strerror(-s.error) : NULL);
    for (int i = 0; i < r->n_parts; i++)
        if (r->part[i].part->put)
            r->part[i].part->put(r->part[i].self, j);
}
