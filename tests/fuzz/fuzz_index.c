/* fuzz_index.c - an index of somebody else's: any file is an error or is read to its end. */
#include "os/os.h"
#include "store/index.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void see_session(void *self, const struct index_session *s)
{
    *(size_t *)self += strlen(s->id) + strlen(s->labels) + strlen(index_state_name(s->state));
}

static void see_label(void *self, const struct index_label *l)
{
    *(size_t *)self += strlen(l->name) + strlen(l->note);
}

static void see_event(void *self, const struct index_event *e)
{
    *(size_t *)self += strlen(e->text) + strlen(severity_name(e->severity));
}

static void see_anomaly(void *self, const struct index_anomaly *a)
{
    *(size_t *)self += strlen(a->causes) + strlen(severity_name(a->severity));
}

static void read_all(struct index *x)
{
    size_t chars = 0;
    struct index_stats st;
    char id[INDEX_ID_MAX];
    index_sessions(x, &INDEX_ALL, see_session, &chars);
    index_labels(x, NULL, see_label, &chars);
    index_events(x, NULL, 0, 0, 0, see_event, &chars);
    index_anomalies(x, NULL, 0, 0, 0, see_anomaly, &chars);
    index_stats(x, &st);
    index_resolve(x, "last", id);
    index_check(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static char dir[256], path[300];
    if (!*dir && os_make_temp_dir(false, dir, sizeof dir) < 0)
        return 0;
    snprintf(path, sizeof path, "%s/index.db", dir);
    struct index *x;
    if (os_write_file(path, data, n) == 0 && index_open_read(dir, &x) == 0) {
        read_all(x);
        index_close(x);
    }
    os_remove_dir(dir);
    *dir = '\0';
    return 0;
}
