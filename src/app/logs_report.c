/* logs_report.c - which logs belong to a report, and the walk over them. */
#include "app/logs_report.h"

#include "analyze/logs/log_range.h"
#include "app/identity.h"
#include "app/logs_open.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "look/logs.h"
#include "os/host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Was a session recorded on this very machine, as far as one can tell? */
static bool logs_is_ours(const struct args *a, const struct index_session *s)
{
    struct os_host h;
    char id[HARDWARE_ID_MAX], why[160];
    struct hardware_id_options o = identity_options(args_config(a));
    if (strncmp(s->origin, "imported", 8) == 0)
        return false;
    os_host("", &h);
    return hardware_id(&h, &o, id, why, sizeof why) >= 0 && strcmp(id, s->hardware_id) == 0;
}

/* What is stored; how many anomalies have nothing of it. */
static size_t logs_take_stored(struct report *r, struct index *x)
{
    struct anomaly_logs found;
    size_t missing = 0;
    for (size_t i = 0; i < r->n_anomalies; i++) {
        if (look_logs(x, r->rec->session, r->anomalies[i].start_ms, &found) == 0) {
            r->anomalies[i].logs = mem_new(sizeof found);
            *r->anomalies[i].logs = found;
        } else {
            missing++;
        }
    }
    return missing;
}

/* Reads for all that have nothing yet. */
static void logs_read(struct report *r, struct log_reader *reader, int64_t window_ms)
{
    struct log_episode *of = mem_new((r->n_anomalies + 1) * sizeof *of);
    struct anomaly_logs *found = mem_new((r->n_anomalies + 1) * sizeof *found);
    size_t n = 0;
    for (size_t i = 0; i < r->n_anomalies; i++)
        if (!r->anomalies[i].logs)
            of[n++] = (struct log_episode){ r->anomalies[i].start_ms, r->anomalies[i].end_ms };
    int64_t lines = log_range(reader, of, n, window_ms, found);
    log_info("read %lld lines of logs for %zu anomal%s", (long long)lines, n, n == 1 ? "y" : "ies");
    for (size_t i = 0, k = 0; i < r->n_anomalies; i++)
        if (!r->anomalies[i].logs) {
            r->anomalies[i].logs = mem_new(sizeof *found);
            *r->anomalies[i].logs = found[k++];
        }
    mem_free(of);
    mem_free(found);
}

void logs_report_keep(const struct report *r, const char *dir, const char *session)
{
    struct index *x;
    int rc = index_open(dir, &(struct index_options){ 0 }, &x);
    if (rc == 0) {
        for (size_t i = 0; i < r->n_anomalies && rc >= 0; i++)
            if (r->anomalies[i].logs)
                rc = look_logs_keep(x, session, r->anomalies[i].start_ms, r->anomalies[i].logs);
        index_close(x);
    }
    if (rc < 0)
        log_info("the index of %s does not learn of the lines of logs that were found (%d)", dir, -rc);
}

/* Of a session in an archive: true, and *missing, where it was recorded here. */
static bool logs_of_session(const struct args *a, struct report *r, const char *dir, bool named, size_t *missing)
{
    struct index *x;
    struct index_session s;
    bool ours = false;
    if (!dir || !*r->rec->session || index_open_read(dir, &x) < 0)
        return false;
    if (index_session(x, r->rec->session, &s) == 0) {
        ours = logs_is_ours(a, &s);
        if (!named)
            *missing = logs_take_stored(r, x);
    }
    index_close(x);
    return ours;
}

int logs_for_report(const struct args *a, struct report *r, const char *root, const char *dir)
{
    const struct config *c = args_config(a);
    const char *path = args_has(a, "logs") ? args_text(a, "logs") : NULL, *why = NULL;
    size_t missing = r->n_anomalies;
    struct log_reader *reader = NULL;
    char reason[LOG_REASON] = "";
    int rc = path && logs_allowed(c, &why) ? logs_open_path(path, &reader) : 0;
    if (rc < 0 || !r->n_anomalies) {
        log_reader_free(reader);
        return rc;
    }
    bool ours = logs_of_session(a, r, dir, path != NULL, &missing) || (root && !*root);
    if (!missing)
        return 0;
    if (!logs_allowed(c, &why))
        text_copy(r->logs_reason, sizeof r->logs_reason, why);
    else if (!path && !ours)
        text_copy(r->logs_reason, sizeof r->logs_reason, LOGS_ELSEWHERE);
    else if (!path && logs_open_machine(c, false, &reader, reason) < 0)
        text_copy(r->logs_reason, sizeof r->logs_reason, reason);
    if (reader) {
        logs_read(r, reader, logs_window_ms(c));
        if (dir && *r->rec->session)
            logs_report_keep(r, dir, r->rec->session);
    }
    log_reader_free(reader);
    return 0;
}
