/*
 * make_index.c - an archive of five sessions for the scripts: make_index DIR
 *
 * An hour each, one a day from 2024-11-18, the last one still runs; a second one in the same second as the third.
 */
#include "base/text.h"
#include "core/recording.h"
#include "os/os.h"
#include "store/archive_put.h"
#include "store/index.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define START 1731925815000 /* 2024-11-18T10:30:15Z: in the past wherever this runs */
#define HOUR 3600000LL
#define DAY (24 * HOUR)

static int rebuild(void *self, struct index *x)
{
    (void)self;
    (void)x;
    return 0;
}

static int add_event(struct index *x, const char *id, int64_t ms, enum event_kind kind, const char *text)
{
    struct event e = { .wall_ms = ms, .end_ms = ms + 4000, .kind = kind, .severity = SEVERITY_NOTICE,
                       .source = "sampler" };
    text_copy(e.text, sizeof e.text, text);
    return index_add_events(x, id, &e, 1);
}

static int add_anomaly(struct index *x, const char *id, int64_t ms)
{
    struct index_anomaly a = { .time_ms = ms, .end_ms = ms + 60000, .peak_ms = ms + 30000, .score = 8.25,
                               .probability = NAN,
                               .severity = SEVERITY_WARNING, .area = "disk", .summary = "sda was busy for a minute",
                               .causes = "[{\"metric\":\"disk.util{sda}\"}]" };
    return index_add_anomalies(x, id, &a, 1);
}

/* An hour of three metrics, a tick a second. */
static struct recording *make_recording(int64_t start)
{
    struct recording *r = recording_new();
    schema_source(r->schema, "file");
    schema_add(r->schema, &(struct metric){ .name = "cpu.util", .unit = UNIT_PERCENT, .max = 100, .help = "" });
    schema_add(r->schema, &(struct metric){ .name = "memory.used", .unit = UNIT_BYTE, .max = INFINITY, .help = "" });
    schema_add(r->schema, &(struct metric){ .name = "room.temp", .unit = UNIT_CELSIUS, .max = 100, .help = "" });
    r->interval_s = 1;
    for (int i = 0; i < 3600; i++) {
        double v[] = { i * 7 % 101, 4096.0 * (1000 + i % 60), 20 + i % 30 / 10.0 };
        recording_add(r, start + i * 1000LL, i * 1000000000LL, v, 3);
    }
    return r;
}

static int add_session(struct index *x, const char *dir, int number)
{
    int64_t start = START + (number > 2 ? number - 1 : number) * DAY;
    struct index_session s = { .hardware_id = "00112233445566778899aabbccddeeff", .os = "Debian GNU/Linux 12",
                               .cpu = "A Processor", .cores = 4, .memory_bytes = 8000000000, .start_ms = start,
                               .end_ms = start + HOUR - 1000, .interval_s = 1, .samples = 3600, .metrics = 3,
                               .origin = "recorded", .state = INDEX_RUNNING };
    snprintf(s.verdict, sizeof s.verdict, "%s", number == 4 ? "" : "Nothing is wrong.");
    struct archive_put put = { .dir = dir, .rec = make_recording(start), .about.interval_s = 1 };
    int rc = archive_put(&put);
    recording_free((struct recording *)put.rec);
    memcpy(s.id, put.about.session, sizeof s.id);
    rc = rc < 0 ? rc : index_put_session(x, &s);
    for (int i = 0; i < number && rc >= 0; i++)
        rc = add_anomaly(x, s.id, start + i * 300000);
    if (rc >= 0)
        rc = add_event(x, s.id, start + 1000, EVENT_GAP, "Four ticks were missed: the machine was asleep.");
    return rc < 0 || number == 4 ? rc : index_end(x, s.id, INDEX_ENDED);
}

int main(int argc, char **argv)
{
    struct index *x;
    char segments[OS_PATH_MAX];
    if (argc != 2)
        return 2;
    snprintf(segments, sizeof segments, "%s/segments", argv[1]);
    int rc = os_make_dir(segments);
    if (rc == 0)
        rc = index_open(argv[1], &(struct index_options){ .rebuild = rebuild }, &x);
    if (rc < 0)
        return 1;
    for (int i = 0; i < 5 && rc >= 0; i++)
        rc = add_session(x, argv[1], i);
    index_close(x);
    return rc < 0;
}
