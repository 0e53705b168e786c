#include "index_sample.h"
#include "test.h"

#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"

int sample_setup(void **state)
{
    struct sample *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_int_equal(os_make_temp_dir(false, s->dir, sizeof s->dir), 0);
    snprintf(s->path, sizeof s->path, "%s/index.db", s->dir);
    *state = s;
    return 0;
}

int sample_teardown(void **state)
{
    struct sample *s = *state;
    os_remove_dir(s->dir);
    free(s);
    return 0;
}

static int sample_rebuild(void *self, struct index *x)
{
    struct sample *s = self;
    struct index_session session = { .id = "session_20261101_000000", .start_ms = SAMPLE_START - 1000,
                                     .end_ms = SAMPLE_START,
                                     .samples = 7, .state = INDEX_ENDED, .origin = "recorded" };
    struct event e[2] = { sample_event(SAMPLE_START, EVENT_GAP), sample_event(SAMPLE_START, EVENT_CLOCK) };
    s->filled++;
    int rc = index_put_session(x, &session);
    if (rc == 0)
        rc = index_add_events(x, session.id, e, 2);
    return rc < 0 ? rc : s->fails;
}

static int sample_rebuild_nothing(void *self, struct index *x)
{
    (void)x;
    ((struct sample *)self)->filled++;
    return 0;
}

int sample_try(struct sample *s, int64_t allowance, struct index **out)
{
    struct index_options o = { .allowance = allowance, .rebuild = sample_rebuild, .self = s };
    return index_open(s->dir, &o, out);
}

struct index *sample_open(struct sample *s, int64_t allowance)
{
    struct index *x = NULL;
    struct index_options o = { .allowance = allowance, .rebuild = sample_rebuild_nothing, .self = s };
    assert_int_equal(index_open(s->dir, &o, &x), 0);
    return x;
}

struct event sample_event(int64_t wall_ms, enum event_kind kind)
{
    return (struct event){ .wall_ms = wall_ms, .end_ms = wall_ms + 10, .kind = kind, .severity = SEVERITY_NOTICE,
                           .source = "sampler", .text = "Four ticks were missed: the machine was asleep." };
}

void sample_begin(struct index *x, struct index_session *s, char id[static INDEX_ID_MAX])
{
    char stamp[TEXT_TIME_MAX];
    struct index_session there;
    text_stamp(s->start_ms, stamp);
    snprintf(s->id, sizeof s->id, "session_%s", stamp);
    for (int i = 2; index_session(x, s->id, &there) == 0; i++)
        snprintf(s->id, sizeof s->id, "session_%.15s_%d", stamp, i);
    assert_int_equal(index_put_session(x, s), 0);
    memcpy(id, s->id, INDEX_ID_MAX);
}

void sample_session(struct index *x, int hours, int events, int anomalies, char id[static INDEX_ID_MAX])
{
    int64_t start = SAMPLE_START + hours * 3600000LL;
    struct index_session s = { .hardware_id = "0123456789abcdef", .os = "Debian 12", .cpu = "Some CPU", .cores = 4,
                               .memory_bytes = 8LL << 30, .start_ms = start, .interval_s = 1, .origin = "recorded",
                               .verdict = "all is well" };
    sample_begin(x, &s, id);
    for (int i = 0; i < events; i++) {
        struct event e = sample_event(start + i * 1000, i % 2 ? EVENT_GAP : EVENT_ADAPTER);
        assert_int_equal(index_add_events(x, id, &e, 1), 1);
    }
    for (int i = 0; i < anomalies; i++) {
        struct index_anomaly a = { .time_ms = start + i * 60000, .end_ms = start + i * 60000 + 30000,
                                   .peak_ms = start + i * 60000 + 5000,
                                   .score = 7.5, .probability = NAN, .severity = SEVERITY_WARNING, .area = "disk",
                                   .summary = "sda was busy", .causes = "[{\"metric\":\"disk.util{sda}\"}]" };
        assert_int_equal(index_add_anomalies(x, id, &a, 1), 1);
    }
    assert_int_equal(index_progress(x, id, start + 3600000, 3600, 645), 0);
    assert_int_equal(index_end(x, id, INDEX_ENDED), 0);
}

int64_t sample_bytes(const struct sample *s)
{
    static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
    int64_t sum = 0;
    for (int i = 0; i < 4; i++) {
        char path[320];
        struct os_disk_entry e;
        snprintf(path, sizeof path, "%s%s", s->path, ends[i]);
        sum += os_disk_look(path, &e) == 0 ? (e.size + 4095) / 4096 * 4096 : 0;
    }
    return sum;
}
