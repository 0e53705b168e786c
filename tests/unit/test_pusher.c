/*
 * From an archive to a receiver that fails at every point of a request: each instant arrives, what arrives twice is the
 * same, and what is refused is told.
 */
#include "test.h"

#include "archive_sample.h"

#include "base/mem.h"
#include "base/text.h"
#include "push/otlp_answer.h"
#include "push/push_once.h"
#include "push/pusher.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEM "20261122_000000"
#define SESSION "session_" STEM
#define TICKS 160

/* ---- a receiver ---- */

enum way { GOOD, CLOSED_UNREAD, CLOSED_MIDDLE, CLOSED_READ, CLOSED_KEPT, CLOSED_ANSWERING, STATUS };

struct script {
    enum way way;
    int status;
    const char *body;         /* of the answer */
    const char *only;         /* it goes so only for a request that holds this; NULL: for the next */
};

struct receiver {
    int fd, port;
    pthread_t thread;
    struct script script[32]; /* of the requests one after the other; then all is good */
    int n, at;
    const char *poison;       /* what it refuses for ever: a request that holds this, with 400 and `refusal` */
    const char *refusal;
    bool lines;               /* it is no HTTP server, but reads to the end of each connection */
    int requests;
    struct buf got;           /* what it kept */
};

static bool read_request(int fd, struct buf *in, bool half)
{
    char bytes[65536];
    size_t want = SIZE_MAX;
    while (in->n < want) {
        ssize_t n = recv(fd, bytes, sizeof bytes, 0);
        if (n <= 0)
            return false;
        buf_put(in, bytes, (size_t)n);
        const char *end = strstr(buf_text(in), "\r\n\r\n"), *length = strcasestr(buf_text(in), "Content-Length: ");
        if (end && length && want == SIZE_MAX) {
            size_t head = (size_t)(end - in->p) + 4, body = (size_t)strtoul(length + 16, NULL, 10);
            want = head + (half ? body / 2 : body);
        }
    }
    return true;
}

static void reset(int fd)
{
    struct linger l = { .l_onoff = 1 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
}

static void answer(int fd, int status, const char *body)
{
    char text[512];
    int n = snprintf(text, sizeof text, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nRetry-After: 7\r\n\r\n%s", status,
                     strlen(body), body);
    assert_true(send(fd, text, (size_t)n, MSG_NOSIGNAL) == n);
}

/* True: the connection goes on. */
static bool serve_one(struct receiver *r, int fd)
{
    struct buf in = { 0 };
    struct script s = r->at < r->n ? r->script[r->at] : (struct script){ .way = GOOD };
    bool whole = s.way != CLOSED_UNREAD && read_request(fd, &in, s.way == CLOSED_MIDDLE);
    if (!whole && s.way != CLOSED_UNREAD) {
        buf_done(&in);
        return false; /* the client closed */
    }
    r->requests++;
    r->at += r->at < r->n;
    const char *end = strstr(buf_text(&in), "\r\n\r\n"), *body = end ? end + 4 : "";
    bool poisoned = s.way == GOOD && r->poison && strstr(body, r->poison);
    if ((s.way == GOOD && !poisoned) || s.way == CLOSED_KEPT || s.way == CLOSED_ANSWERING)
        buf_puts(&r->got, body);
    bool goes_on = true;
    if (poisoned)
        answer(fd, 400, r->refusal);
    else if (s.way == GOOD)
        answer(fd, 204, "");
    else if (s.way == STATUS)
        answer(fd, s.status, s.body ? s.body : "");
    else {
        if (s.way == CLOSED_ANSWERING)
            assert_true(send(fd, "HTTP/1.1 2", 10, MSG_NOSIGNAL) == 10);
        reset(fd);
        goes_on = false;
    }
    buf_done(&in);
    return goes_on;
}

static void serve_lines(struct receiver *r, int fd)
{
    char bytes[4096];
    struct script s = r->at < r->n ? r->script[r->at] : (struct script){ .way = GOOD };
    struct buf in = { 0 };
    ssize_t n = 1;
    r->requests++;
    r->at += r->at < r->n;
    while (s.way != CLOSED_UNREAD && (n = recv(fd, bytes, sizeof bytes, 0)) > 0 && s.way != CLOSED_MIDDLE)
        buf_put(&in, bytes, (size_t)n);
    if (s.way == GOOD)
        buf_puts(&r->got, buf_text(&in));
    else
        reset(fd);
    buf_done(&in);
}

static void *receiver_main(void *arg)
{
    struct receiver *r = arg;
    int fd;
    while ((fd = accept(r->fd, NULL, NULL)) >= 0) {
        if (r->lines)
            serve_lines(r, fd);
        while (!r->lines && serve_one(r, fd))
            ;
        close(fd);
    }
    return NULL;
}

static void receiver_start(struct receiver *r)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    r->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(r->fd, (void *)&a, sizeof a), 0);
    assert_int_equal(listen(r->fd, 8), 0);
    assert_int_equal(getsockname(r->fd, (void *)&a, &n), 0);
    r->port = ntohs(a.sin_port);
    assert_int_equal(pthread_create(&r->thread, NULL, receiver_main, r), 0);
}

static void receiver_stop(struct receiver *r)
{
    shutdown(r->fd, SHUT_RDWR);
    pthread_join(r->thread, NULL);
    close(r->fd);
    buf_done(&r->got);
}

/* ---- what it got ---- */

/* How often instant i is in it; what is there twice must be the same. */
static int times_got(const struct receiver *r, const struct made *m, size_t i)
{
    char stamp[TEXT_TIME_MAX], key[64];
    int count = 0;
    const char *first = NULL;
    size_t length = 0;
    snprintf(key, sizeof key, "\"%s\"", text_time(m->tick[i].wall_ms, stamp));
    for (const char *p = buf_text(&r->got); (p = strstr(p, key)); p++, count++) {
        if (!first)
            length = strcspn(first = p, "\n");
        else
            assert_int_equal(strncmp(first, p, length + 1), 0);
    }
    return count;
}

static int total_got(const struct receiver *r, const struct made *m, int most)
{
    int total = 0;
    for (size_t i = 0; i < m->n; i++) {
        int times = times_got(r, m, i);
        assert_true(times <= most);
        total += times > 0;
    }
    return total;
}

/* ---- the pusher ---- */

struct bench {
    struct made m;
    struct receiver r;
    struct target t;
    struct tape_about about;
    struct pusher *p;
    struct buf said;
    double days, mb, outage_s;
};

static void bench_say(void *self, enum severity severity, int64_t from_ms, const char *text)
{
    struct bench *b = self;
    (void)from_ms;
    buf_printf(&b->said, "%s: %s\n", severity_name(severity), text);
}

static void bench_pusher(struct bench *b)
{
    pusher_free(b->p);
    b->p = pusher_new(&(struct pusher_options){ .dir = b->m.dir, .target = &b->t, .about = &b->about,
                                                .backlog_days = b->days, .backlog_mb = b->mb, .outage_s = b->outage_s,
                                                .say = bench_say, .self = b });
}

static bool bench_begin(struct bench *b)
{
    char line[256], why[TARGET_WHY];
    *b = (struct bench){ 0 };
    made_init(&b->m, 1);
    made_part(&b->m, STEM, 0, 0, 60, true);
    made_part(&b->m, STEM, 1, 60, 110, false);
    made_journal(&b->m, STEM, 1, 2, 110, 140);
    made_journal(&b->m, STEM, 1, 3, 140, TICKS);
    b->about = (struct tape_about){ .session = SESSION, .machine = "made up" };
    receiver_start(&b->r);
    snprintf(line, sizeof line, "one jsonl http://127.0.0.1:%d/in", b->r.port);
    assert_int_equal(target_read(line, &b->t, why), 0);
    return os_module("sonde-fetch", "sonde_fetch") != NULL;
}

static void bench_end(struct bench *b)
{
    pusher_free(b->p);
    receiver_stop(&b->r);
    made_done(&b->m);
    buf_done(&b->said);
}

/* Steps until all is sent, without waiting as it asks; at most so many. Returns the longest wait that it asked for. */
static int64_t bench_run(struct bench *b, int steps)
{
    int64_t longest = 0;
    for (int i = 0; i < steps && !pusher_is_idle(b->p); i++) {
        int64_t wait = pusher_step(b->p);
        longest = wait > longest ? wait : longest;
    }
    return longest;
}

#define BENCH(b)            \
    struct bench b;         \
    (void)state;            \
    if (!bench_begin(&b)) { \
        bench_end(&b);      \
        skip();             \
    }                       \
    bench_pusher(&b)

static void test_all(void **state)
{
    BENCH(b);
    bench_run(&b, 50);
    assert_true(pusher_is_idle(b.p));
    assert_int_equal(total_got(&b.r, &b.m, 1), TICKS);
    assert_int_equal(b.said.n, 0);
    struct pusher_state s;
    pusher_state(b.p, &s);
    assert_int_equal(s.counts.sent, TICKS);
    assert_int_equal(s.sent_ms, b.m.tick[TICKS - 1].wall_ms);
    assert_true(s.success_ms > 0);
    assert_string_equal(s.error, "");
    int before = b.r.requests;
    bench_pusher(&b); /* started anew: nothing is left */
    bench_run(&b, 50);
    assert_int_equal(b.r.requests, before);
    bench_end(&b);
}

/* Each way to fail, at the first, the second and the third request; a restart behind it or not. */
static void test_failures(void **state)
{
    static const struct script way[] = {
        { .way = CLOSED_UNREAD }, { .way = CLOSED_MIDDLE }, { .way = CLOSED_READ }, { .way = CLOSED_KEPT },
        { .way = CLOSED_ANSWERING }, { .way = STATUS, .status = 503 }, { .way = STATUS, .status = 429 },
        { .way = STATUS, .status = 401 }, { .way = STATUS, .status = 404 }, { .way = STATUS, .status = 302 },
    };
    for (size_t i = 0; i < sizeof way / sizeof *way * 6; i++) {
        BENCH(b);
        int at = (int)(i % 3);
        for (int k = 0; k < 3; k++)
            b.r.script[k] = k == at ? way[i / 6] : (struct script){ .way = GOOD };
        b.r.n = 3;
        bench_run(&b, i / 3 % 2 ? at + 1 : 50);
        bench_pusher(&b);
        bench_run(&b, 50);
        assert_true(pusher_is_idle(b.p));
        bool kept = way[i / 6].way == CLOSED_KEPT || way[i / 6].way == CLOSED_ANSWERING;
        assert_int_equal(total_got(&b.r, &b.m, kept ? 2 : 1), TICKS);
        struct pusher_state s;
        pusher_state(b.p, &s);
        assert_int_equal(s.counts.refused + s.counts.old + s.passed_over, 0);
        bench_end(&b);
    }
}

static void test_asked_to_wait(void **state)
{
    BENCH(b);
    b.r.script[0] = (struct script){ .way = STATUS, .status = 429, .body = "slow down" };
    b.r.n = 1;
    assert_int_equal(pusher_step(b.p), 7000); /* Retry-After */
    struct pusher_state s;
    pusher_state(b.p, &s);
    assert_non_null(strstr(s.error, "429 (slow down)"));
    bench_run(&b, 50);
    pusher_state(b.p, &s);
    assert_string_equal(s.error, "");
    bench_end(&b);
}

/* Each outage that was long enough is told with its end: as two events where somebody looked meanwhile, else as one. */
static void test_outages(void **state)
{
    for (int looked = 0; looked < 3; looked++) {
        BENCH(b);
        b.r.script[0] = (struct script){ .way = STATUS, .status = 503 };
        b.r.n = 1;
        b.outage_s = looked == 2 ? 3600 : 0.05;
        bench_pusher(&b);
        pusher_step(b.p);
        assert_true(pusher_tell_outage(b.p) < INT64_MAX);
        os_sleep_until(os_mono_ns() + 100000000);
        if (looked == 1)
            assert_true(pusher_tell_outage(b.p) == INT64_MAX);
        bench_run(&b, 50);
        assert_true(pusher_tell_outage(b.p) == INT64_MAX);
        const char *said = buf_text(&b.said), *begin = strstr(said, "notice: push: one takes nothing: it answers with");
        const char *end = strstr(said, ": push: one had no answer for ");
        assert_int_equal(begin != NULL, looked == 1);
        assert_int_equal(end != NULL, looked != 2);
        assert_int_equal(strstr(said, "notice: push: one had no answer") != NULL, looked == 0);
        bench_end(&b);
    }
}

/* As a collector of OTLP answers, which is told once; in what it took nothing is lost. */
static void test_partial_success(void **state)
{
    static const struct { int status; const char *body, *said; uint64_t rejected; } way[] = {
        { 200, "", "", 0 },
        { 200, "\x0a\x0e\x08\x05\x12\x0atoo \x1blarge", "warning: push: one took a batch, but for 5 values, which it "
          "rejected: too ?large\nwarning: push: one rejected 10 values in all of what it took\n", 10 },
        { 200, "\x1d" "abcd\x0a\x04\x12\x02hm", "notice: push: one took a batch, and says: hm\n", 0 },
        { 200, "\x0a\x02\x08\x01", "warning: push: one took a batch, but for 1 value, which it rejected: it says no "
          "reason\nwarning: push: one rejected 2 values in all of what it took\n", 2 },
        { 200, "\x0a\x02\x08\x81", "", 0 }, { 200, "{\"partialSuccess\": {}}", "", 0 },
    };
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        BENCH(b);
        char line[256], why[TARGET_WHY];
        snprintf(line, sizeof line, "one otlp http://127.0.0.1:%d/v1/metrics", b.r.port);
        assert_int_equal(target_read(line, &b.t, why), 0);
        for (b.r.n = 0; b.r.n < 2; b.r.n++)
            b.r.script[b.r.n] = (struct script){ .way = STATUS, .status = way[i].status, .body = way[i].body };
        bench_pusher(&b);
        bench_run(&b, 50);
        struct pusher_state s;
        pusher_state(b.p, &s);
        assert_true(pusher_is_idle(b.p));
        assert_int_equal(s.counts.sent, TICKS);
        assert_int_equal(s.counts.rejected, way[i].rejected);
        pusher_free(b.p);
        b.p = NULL;
        assert_string_equal(buf_text(&b.said), way[i].said);
        bench_end(&b);
    }
}

/* The words of google.rpc.Status, and of whatever stands before it. */
static void test_refusals_of_otlp(void **state)
{
    static const struct { const char *body, *said; } way[] = {
        { "\x08\x03\x12\x05too b\x1a\x02xy", "503 (too b)" }, { "no healthy upstream", "503 (no healthy upstream)" },
        { "\x08\x03", "503 (?\?)" }, { "", "status 503" }, { "\x12\x7f" "cut", "503 (cut)" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        struct answer a = { 0 };
        otlp_answer(503, way[i].body, strlen(way[i].body), &a);
        assert_int_equal(a.verdict, VERDICT_WAIT);
        if (!strstr(a.why, way[i].said))
            fail_msg("%zu: %s", i, a.why);
    }
}

/* An instant that it will never take: the others arrive, and that it lacks one is told. */
static void test_poison(void **state)
{
    BENCH(b);
    char stamp[TEXT_TIME_MAX];
    b.r.poison = text_time(b.m.tick[77].wall_ms, stamp);
    b.r.refusal = "cannot parse";
    bench_run(&b, 60);
    assert_true(pusher_is_idle(b.p));
    assert_int_equal(total_got(&b.r, &b.m, 1), TICKS - 1);
    assert_int_equal(times_got(&b.r, &b.m, 77), 0);
    assert_non_null(strstr(buf_text(&b.said), "warning: push: one refused 1 instant for good, which it lacks"));
    assert_non_null(strstr(buf_text(&b.said), "cannot parse"));
    bench_end(&b);
}

/* Too old is passed over at once, and told, unless it had been sent before and may be there. */
static void test_old(void **state)
{
    for (int before = 0; before < 2; before++) {
        BENCH(b);
        char stamp[TEXT_TIME_MAX];
        b.r.poison = text_time(b.m.tick[30].wall_ms, stamp);
        b.r.refusal = "out of order sample";
        b.r.script[0] = (struct script){ .way = CLOSED_READ };
        b.r.n = before;
        bench_run(&b, 60);
        assert_int_equal(total_got(&b.r, &b.m, 1), TICKS - 1);
        struct pusher_state s;
        pusher_state(b.p, &s);
        assert_int_equal(s.counts.there, before);
        assert_int_equal(s.counts.old, !before);
        assert_int_equal(b.said.n > 0, !before);
        bench_end(&b);
    }
}

/* What never took anything may be no receiver at all: nothing is passed over. */
static void test_never_taken(void **state)
{
    BENCH(b);
    b.r.poison = "timestamp";
    b.r.refusal = "bad data";
    bench_run(&b, 30);
    assert_false(pusher_is_idle(b.p));
    b.r.poison = NULL; /* somebody put it right */
    bench_run(&b, 50);
    assert_int_equal(total_got(&b.r, &b.m, 1), TICKS);
    bench_end(&b);
}

/* A kill between the request and the cursor: the batch arrives twice, and is the same. */
static void test_killed_before_cursor(void **state)
{
    BENCH(b);
    struct cursor c;
    bench_run(&b, 2);
    assert_int_equal(cursor_read(b.m.dir, "one", &c), 0);
    bench_run(&b, 1);
    pusher_free(b.p);
    b.p = NULL;
    assert_int_equal(cursor_write(b.m.dir, "one", &c, NULL), 0);
    bench_pusher(&b);
    bench_run(&b, 50);
    assert_int_equal(total_got(&b.r, &b.m, 2), TICKS);
    bench_end(&b);
}

/* One that was started anew may lack what it acknowledged: it gets it again, until that is old enough. */
static void test_settle(void **state)
{
    BENCH(b);
    struct cursor c;
    struct place at;
    b.t.settle_s = 3600;
    bench_pusher(&b);
    b.r.script[2] = (struct script){ .way = CLOSED_READ };
    b.r.n = 3;
    bench_run(&b, 12);
    assert_int_equal(total_got(&b.r, &b.m, 2), TICKS);
    assert_int_equal(times_got(&b.r, &b.m, 0), 2);
    assert_int_equal(times_got(&b.r, &b.m, 119), 2);
    assert_false(pusher_is_idle(b.p));
    assert_int_equal(cursor_read(b.m.dir, "one", &c), 0);
    assert_true(cursor_wants(&c, SESSION, &at));
    assert_int_equal(at.wall_ms, 0); /* a restart of ours begins there, too */
    bench_end(&b);
}

/* The cursor's file is another thing: nothing is sent of what was, and that is told. */
static void test_damaged_cursor(void **state)
{
    BENCH(b);
    char path[128];
    bench_run(&b, 2);
    snprintf(path, sizeof path, "%s/push/one", b.m.dir);
    pusher_free(b.p);
    assert_int_equal(os_write_file(path, "torn", 4), 0);
    b.p = NULL;
    snprintf(b.about.session, sizeof b.about.session, "session_20261123_000000");
    bench_pusher(&b);
    assert_non_null(strstr(buf_text(&b.said), "how far one was cannot be read (damaged)"));
    bench_run(&b, 3);
    assert_true(total_got(&b.r, &b.m, 1) < TICKS);
    bench_end(&b);
}

static void test_limits(void **state)
{
    BENCH(b);
    b.mb = 1e-6;
    bench_pusher(&b);
    bench_run(&b, 50);
    assert_int_equal(total_got(&b.r, &b.m, 1), 50); /* the journals */
    assert_non_null(strstr(buf_text(&b.said), "110 instants"));
    assert_non_null(strstr(buf_text(&b.said), "push.backlog_mb"));
    struct pusher_state s;
    pusher_state(b.p, &s);
    assert_int_equal(s.passed_over, 110);
    bench_end(&b);
}

/* Sessions of another machine, imported, are not this one's to send. */
static void test_other_machine(void **state)
{
    BENCH(b);
    snprintf(b.about.session, sizeof b.about.session, "session_20261123_000000");
    snprintf(b.about.machine, sizeof b.about.machine, "another");
    bench_pusher(&b);
    bench_run(&b, 50);
    assert_true(pusher_is_idle(b.p));
    assert_int_equal(b.r.got.n, 0);
    bench_end(&b);
}

/* Lines over TCP, whose acknowledgement is that the receiver closes in order. */
static void test_lines(void **state)
{
    static const enum way way[] = { GOOD, CLOSED_UNREAD, CLOSED_MIDDLE, CLOSED_READ };
    (void)state;
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        struct bench b;
        char line[256], why[TARGET_WHY];
        bench_begin(&b);
        b.r.lines = true;
        snprintf(line, sizeof line, "one graphite tcp://127.0.0.1:%d metrics=memory.used", b.r.port);
        assert_int_equal(target_read(line, &b.t, why), 0);
        bench_pusher(&b);
        b.r.script[1] = (struct script){ .way = way[i] };
        b.r.n = 2;
        bench_run(&b, 50);
        assert_true(pusher_is_idle(b.p));
        int lines = 0, slot = schema_find(b.m.s.schema, "memory.used", NULL), known = 0;
        for (size_t k = 0; k < b.m.n; k++)
            known += isfinite(b.m.tick[k].v[slot]);
        for (const char *p = buf_text(&b.r.got); *p; p++)
            lines += *p == '\n';
        assert_true(known > TICKS / 2);
        assert_int_equal(lines, known);
        assert_int_equal(b.r.requests, 3 + (way[i] != GOOD));
        bench_end(&b);
    }
}

static void count_waits(void *self, const char *why)
{
    assert_non_null(strstr(why, "127.0.0.1"));
    ++*(int *)self;
}

static void test_once(void **state)
{
    BENCH(b);
    int waits = 0;
    struct push_said said;
    struct push_once o = { .session = SESSION, .from_ms = b.m.tick[10].wall_ms, .to_ms = b.m.tick[149].wall_ms,
                           .target = &b.t, .patience_s = 60 };
    assert_int_equal(archive_open(b.m.dir, &o.archive), 0);
    b.r.script[1] = (struct script){ .way = CLOSED_KEPT };
    b.r.n = 2;
    assert_int_equal(push_once(&o, &said), 0);
    assert_int_equal(said.counts.sent, 140);
    assert_int_equal(total_got(&b.r, &b.m, 2), 140);
    assert_int_equal(times_got(&b.r, &b.m, 9) + times_got(&b.r, &b.m, 150), 0);
    for (int i = 0; i < 32; i++)
        b.r.script[i] = (struct script){ .way = STATUS, .status = 500 };
    b.r.at = 0;
    b.r.n = 32;
    o.patience_s = 1;
    o.waits = count_waits;
    o.self = &waits;
    assert_int_equal(push_once(&o, &said), -ETIMEDOUT);
    assert_non_null(strstr(said.why, "status 500"));
    o.patience_s = 60;
    b.r.script[0].way = CLOSED_READ; /* is tried again, and told once; then no try would do */
    b.r.script[1].status = 404;
    b.r.at = waits = 0;
    b.r.requests = 0;
    assert_int_equal(push_once(&o, &said), -EPERM);
    assert_non_null(strstr(said.why, "status 404"));
    assert_int_equal(b.r.requests, 2);
    assert_int_equal(waits, 1);
    archive_free(o.archive);
    bench_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all), cmocka_unit_test(test_failures), cmocka_unit_test(test_asked_to_wait),
        cmocka_unit_test(test_outages),
        cmocka_unit_test(test_partial_success), cmocka_unit_test(test_refusals_of_otlp),
        cmocka_unit_test(test_poison), cmocka_unit_test(test_old), cmocka_unit_test(test_never_taken),
        cmocka_unit_test(test_killed_before_cursor), cmocka_unit_test(test_damaged_cursor),
        cmocka_unit_test(test_settle),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_other_machine), cmocka_unit_test(test_once),
        cmocka_unit_test(test_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
