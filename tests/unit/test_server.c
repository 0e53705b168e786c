/*
 * The server over connections that are made up: requests one behind the other, the worker's replies, who leaves
 * meanwhile, a full queue, streams.
 */
#include "test.h"

#include "base/buf.h"
#include "os/os.h"
#include "serve/server.h"

#include <errno.h>
#include <sys/resource.h>

/* ---- a module that is none ---- */

struct web_conn {
    struct buf out;     /* what it was sent */
    bool stuck;         /* takes nothing: what is sent waits */
    size_t waiting;
    bool finished, dropped;
    double deadline;
};

struct web_server {
    struct web_options o;
};

static struct web_server fake;
static struct os_lock *lock;
static int woken;

static int fake_listen(const struct web_options *o, struct web_server **out)
{
    fake.o = *o;
    *out = &fake;
    return 0;
}

static int fake_port(const struct web_server *s)
{
    (void)s;
    return 7860;
}

static void fake_run(struct web_server *s)
{
    (void)s; /* the tests are the loop */
}

static void fake_wake(struct web_server *s)
{
    (void)s;
    os_lock(lock);
    woken++;
    os_wake(lock);
    os_unlock(lock);
}

static void fake_close(struct web_server *s)
{
    (void)s;
}

static int fake_send(struct web_conn *c, struct web_text *t)
{
    buf_put(&c->out, t->bytes, t->n);
    c->waiting += c->stuck;
    return c->dropped ? -EPIPE : 0;
}

static bool fake_busy(const struct web_conn *c)
{
    return c->waiting > 0;
}

static void fake_deadline(struct web_conn *c, double s)
{
    c->deadline = s;
}

static void fake_finish(struct web_conn *c)
{
    c->finished = true;
}

static void fake_drop(struct web_conn *c)
{
    c->dropped = true;
}

static const struct web web = {
    .listen = fake_listen, .port = fake_port, .run = fake_run, .wake = fake_wake, .close = fake_close,
    .send = fake_send, .busy = fake_busy, .deadline = fake_deadline, .finish = fake_finish, .drop = fake_drop,
};

/* ---- handlers ---- */

static bool shut;
static int handled;

static void slow(void *self, const struct http_request *r, struct http_reply *out)
{
    (void)self;
    os_lock(lock);
    while (shut)
        os_wait(lock, INT64_MAX);
    handled++;
    os_unlock(lock);
    buf_puts(&out->body, http_query(r, "n"));
}

static void large(void *self, const struct http_request *r, struct http_reply *out)
{
    static char bytes[(size_t)40 << 20];
    (void)self;
    (void)r;
    out->bytes = bytes;
    out->n_bytes = sizeof bytes;
}

static void live(void *self, const struct http_request *r, struct http_reply *out)
{
    (void)self;
    if (http_query(r, "bad"))
        http_fail(out, 400, "bad", NULL);
}

static bool far_away;      /* what is waited for has not come */
static int begun, dropped;

static void later_finish(void *self, struct http_reply *r)
{
    os_lock(lock);
    begun++;
    os_wake(lock);
    while (far_away)
        os_wait(lock, INT64_MAX);
    os_unlock(lock);
    buf_puts(&r->body, self);
}

static void later_drop(void *self)
{
    (void)self;
    os_lock(lock);
    dropped++;
    os_unlock(lock);
}

static void later(void *self, const struct http_request *r, struct http_reply *out)
{
    (void)self;
    (void)r;
    static char rest[] = "rest";
    buf_puts(&out->body, "first,");
    out->later = (struct http_later){ .finish = later_finish, .drop = later_drop, .self = rest };
}

static const struct route routes[] = {
    { HTTP_GET, "/later", HTTP_READ_ONLY, ROUTE_WORKER, later },
    { HTTP_GET, "/slow", HTTP_READ_ONLY, ROUTE_WORKER, slow },
    { HTTP_GET, "/large", HTTP_READ_ONLY, ROUTE_AT_ONCE, large },
    { HTTP_GET, "/live", HTTP_READ_ONLY, ROUTE_STREAM, live },
    { 0 },
};

/* ---- the tests ---- */

static struct server *server;
static struct access *entry;

static bool turn(void *self)
{
    (void)self;
    return true;
}

static int start(void **state)
{
    (void)state;
    handled = woken = 0;
    assert_int_equal(access_open(&(struct access_options){ .address = "127.0.0.1", .port = 7860, .path = "/dev/null",
                                                           .now_ns = os_mono_ns }, &entry), 0);
    assert_int_equal(server_open(&(struct server_options){ .web = &web, .address = "127.0.0.1", .turn = turn },
                                 &server), 0);
    server_set_access(server, entry);
    server_add(server, routes, NULL);
    server_run(server);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    server_close(server);
    access_close(entry);
    return 0;
}

static void gate(bool s)
{
    os_lock(lock);
    shut = s;
    os_wake(lock);
    os_unlock(lock);
}

/* As the loop: until so many jobs are done in all. */
static void turns(int jobs)
{
    os_lock(lock);
    while (woken < jobs)
        assert_true(os_wait(lock, os_mono_ns() + 5000000000));
    os_unlock(lock);
    assert_true(fake.o.turn(fake.o.self));
}

static void *meet(struct web_conn *c)
{
    *c = (struct web_conn){ 0 };
    void *who = fake.o.opened(fake.o.self, c, "127.0.0.1");
    assert_near(c->deadline, SERVER_REQUEST_S, 0);
    return who;
}

static void leave(struct web_conn *c, void *who)
{
    fake.o.closed(fake.o.self, who);
    buf_done(&c->out);
}

static void say(void *who, const char *text)
{
    fake.o.received(fake.o.self, who, text, strlen(text));
}

static void get(void *who, const char *target)
{
    char text[256];
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost:7860\r\n\r\n", target);
    say(who, text);
}

static int replies(const struct web_conn *c)
{
    int n = 0;
    for (const char *p = buf_text(&c->out); (p = strstr(p, "HTTP/1.1 ")); p++)
        n++;
    return n;
}

static void one_behind_the_other(void **state)
{
    (void)state;
    struct web_conn c;
    void *who = meet(&c);
    say(who, "GET /healthz HT");
    assert_int_equal(replies(&c), 0);
    c.deadline = -1;
    say(who, "TP/1.1\r\nHost: localhost:7860\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost:7860\r\n\r\nGET ");
    assert_int_equal(replies(&c), 2);
    assert_near(c.deadline, SERVER_REQUEST_S, 0); /* of the third, which has begun */
    c.deadline = -1;
    say(who, "/heal");
    assert_near(c.deadline, -1, 0); /* a byte more gives no more time */
    say(who, "thz HTTP/1.1\r\nHost: localhost:7860\r\n\r\n");
    assert_int_equal(replies(&c), 3);
    assert_near(c.deadline, SERVER_IDLE_S, 0);

    c.stuck = true; /* while a reply waits, the next request does */
    get(who, "/healthz");
    get(who, "/healthz");
    assert_int_equal(replies(&c), 4);
    assert_near(c.deadline, 0, 0);
    c.waiting = 0;
    fake.o.drained(fake.o.self, who);
    assert_int_equal(replies(&c), 5);
    char flood[4096];
    memset(flood, 'x', sizeof flood);
    for (int i = 0; i < 2 * WIRE_REQUEST_MAX / 4096 + 1; i++)
        fake.o.received(fake.o.self, who, flood, sizeof flood);
    assert_true(c.dropped);
    leave(&c, who);

    who = meet(&c);
    say(who, "nonsense\r\n\r\n");
    assert_non_null(strstr(c.out.p, "HTTP/1.1 400 "));
    assert_true(c.finished);
    say(who, "GET /healthz HTTP/1.1\r\nHost: localhost:7860\r\n\r\n");
    assert_int_equal(replies(&c), 1); /* nothing behind nonsense is read */
    leave(&c, who);
}

static void by_the_worker(void **state)
{
    (void)state;
    struct web_conn a, b;
    void *first = meet(&a), *second = meet(&b);
    gate(true);
    get(first, "/slow?n=1");
    get(first, "/slow?n=2");
    get(second, "/slow?n=3");
    get(second, "/healthz");
    assert_true(!replies(&a) && !replies(&b));
    assert_near(a.deadline, 0, 0); /* it waits for us now */
    gate(false);
    turns(2);
    assert_int_equal(replies(&b), 2);
    assert_non_null(strstr(b.out.p, "\r\n\r\n3HTTP/1.1 200 OK"));
    turns(3); /* the second of a client begins when its first is answered */
    assert_int_equal(replies(&a), 2);
    assert_non_null(strstr(a.out.p, "\r\n\r\n1HTTP/1.1 200 OK"));
    assert_string_equal(a.out.p + a.out.n - 5, "\r\n\r\n2");
    leave(&a, first);
    leave(&b, second);
}

static void who_left_is_not_served(void **state)
{
    (void)state;
    struct web_conn c[SERVER_QUEUE + 3];
    void *who[SERVER_QUEUE + 3];
    gate(true);
    for (int i = 0; i < SERVER_QUEUE + 3; i++)
        who[i] = meet(&c[i]);
    get(who[0], "/slow?n=0");
    os_sleep_until(os_mono_ns() + 50000000); /* it is begun */
    for (int i = 1; i < SERVER_QUEUE + 2; i++)
        get(who[i], "/slow?n=1");
    assert_non_null(strstr(c[SERVER_QUEUE + 1].out.p, "HTTP/1.1 503 "));
    assert_non_null(strstr(c[SERVER_QUEUE + 1].out.p, "\r\nRetry-After: 2\r\n"));
    for (int i = 0; i < SERVER_QUEUE + 2; i++)
        leave(&c[i], who[i]);
    get(who[SERVER_QUEUE + 2], "/slow?n=last");
    gate(false);
    turns(2);
    assert_int_equal(handled, 2); /* the one that had begun, and the last */
    assert_non_null(strstr(c[SERVER_QUEUE + 2].out.p, "\r\n\r\nlast"));
    leave(&c[SERVER_QUEUE + 2], who[SERVER_QUEUE + 2]);
}

/* What waits for others holds up nobody who asks the archive. */
static void what_is_left_for_later(void **state)
{
    (void)state;
    struct web_conn a, b, c[SERVER_LATER + 2];
    void *first = meet(&a), *second = meet(&b), *who[SERVER_LATER + 2];
    begun = dropped = 0;
    far_away = true;
    get(first, "/later");
    get(first, "/slow?n=behind");
    turns(1); /* the archive's part is done, and the rest put */
    os_lock(lock);
    while (!begun)
        assert_true(os_wait(lock, os_mono_ns() + 5000000000));
    os_unlock(lock);
    get(second, "/slow?n=quick");
    turns(2);
    assert_int_equal(replies(&b), 1);
    assert_int_equal(replies(&a), 0);
    for (int i = 0; i < SERVER_LATER + 2; i++) {
        who[i] = meet(&c[i]);
        get(who[i], "/later");
        turns(3 + i);
    }
    assert_non_null(strstr(c[SERVER_LATER].out.p, "HTTP/1.1 503 ")); /* too many wait */
    assert_int_equal(dropped, 2);
    for (int i = 0; i < SERVER_LATER + 2; i++)
        leave(&c[i], who[i]); /* whose rest is never begun */
    assert_int_equal(dropped, SERVER_LATER + 2);
    os_lock(lock);
    far_away = false;
    os_wake(lock);
    os_unlock(lock);
    turns(SERVER_LATER + 5);
    assert_non_null(strstr(a.out.p, "\r\n\r\nfirst,rest"));
    turns(SERVER_LATER + 6);
    assert_non_null(strstr(a.out.p, "\r\n\r\nbehind"));
    assert_int_equal(begun, 1);
    assert_int_equal(dropped, SERVER_LATER + 3);
    leave(&a, first);
    leave(&b, second);
}

static void streams(void **state)
{
    (void)state;
    struct web_conn c, bad;
    void *who = meet(&c), *other = meet(&bad);
    struct hub *hub = server_hub(server);
    static struct hub_topic topic[HUB_TOPICS];
    get(who, "/live?metrics=cpu.*");
    get(other, "/live?bad=1");
    assert_non_null(strstr(c.out.p, "\r\nContent-Type: text/event-stream\r\n"));
    assert_near(c.deadline, 0, 0);
    assert_non_null(strstr(bad.out.p, "HTTP/1.1 400 "));
    assert_int_equal(hub_topics(hub, topic), 1);
    assert_string_equal(topic[0].globs, "cpu.*");
    struct web_text *t = web_text_new(5);
    memcpy(t->bytes, "tick!", 5);
    hub_post(hub, topic[0].id, HUB_TICK, t);
    assert_true(fake.o.turn(fake.o.self));
    assert_string_equal(c.out.p + c.out.n - 9, "\r\n\r\ntick!");
    get(who, "/healthz"); /* it has nothing more to say */
    assert_int_equal(replies(&c), 1);
    leave(&c, who);
    assert_int_equal(hub_topics(hub, topic), 0);

    /* a selection more than there may be is refused, and said so */
    struct web_conn many[HUB_TOPICS];
    void *all[HUB_TOPICS];
    char target[64];
    for (int i = 0; i < HUB_TOPICS; i++) {
        snprintf(target, sizeof target, "/live?metrics=m%d", i);
        all[i] = meet(&many[i]);
        get(all[i], target);
    }
    buf_clear(&bad.out);
    get(other, "/live?metrics=more");
    assert_non_null(strstr(bad.out.p, "HTTP/1.1 503 "));
    for (int i = 0; i < HUB_TOPICS; i++)
        leave(&many[i], all[i]);
    leave(&bad, other);
}

/* Of one address that is not this machine's own only so many may be there; who leaves makes room. */
static void connections_of_one_address(void **state)
{
    (void)state;
    static struct web_conn c[SERVER_PEER_CONNECTIONS + 1];
    static void *who[SERVER_PEER_CONNECTIONS + 1];
    static const struct { const char *peer, *same, *other; } cases[] = {
        { "192.0.2.7", "::ffff:192.0.2.7", "192.0.2.70" }, { "2001:db8::7", "2001:db8::7", "2001:db8::8" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        for (int i = 0; i < SERVER_PEER_CONNECTIONS; i++)
            assert_non_null(who[i] = fake.o.opened(fake.o.self, &c[i], cases[k].peer));
        assert_null(fake.o.opened(fake.o.self, &c[SERVER_PEER_CONNECTIONS], cases[k].same));
        assert_non_null(who[SERVER_PEER_CONNECTIONS] = fake.o.opened(fake.o.self, &c[SERVER_PEER_CONNECTIONS],
                                                                     cases[k].other));
        leave(&c[3], who[3]);
        assert_non_null(who[3] = fake.o.opened(fake.o.self, &c[3], cases[k].same));
        for (int i = 0; i <= SERVER_PEER_CONNECTIONS; i++)
            leave(&c[i], who[i]);
    }
    for (int i = 0; i <= SERVER_PEER_CONNECTIONS; i++)
        assert_non_null(who[i] = fake.o.opened(fake.o.self, &c[i], i % 2 ? "127.0.0.1" : "::ffff:127.0.0.1"));
    for (int i = 0; i <= SERVER_PEER_CONNECTIONS; i++)
        leave(&c[i], who[i]);
}

/* The last: what is allowed less is not allowed again. */
static void too_few_files(void **state)
{
    (void)state;
    struct server *s = NULL;
    struct rlimit l = { SERVER_OTHER_FILES + SERVER_CONNECTIONS_LEAST, SERVER_OTHER_FILES + SERVER_CONNECTIONS_LEAST };
    const struct server_options o = { .web = &web, .address = "127.0.0.1", .turn = turn };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
    assert_int_equal(server_open(&o, &s), 0);
    assert_int_equal(fake.o.connections, SERVER_CONNECTIONS_LEAST);
    assert_true(server_close(s));
    l.rlim_cur = --l.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
    assert_int_equal(server_open(&o, &s), -EMFILE);
}

/* Two who take nothing may not be owed 80 MB; when the first left, the next is served. */
static void replies_that_nobody_takes(void **state)
{
    (void)state;
    struct web_conn a, b, c;
    void *first = meet(&a), *second = meet(&b);
    a.stuck = b.stuck = true;
    get(first, "/large");
    assert_int_equal(strncmp(buf_text(&a.out), "HTTP/1.1 200", 12), 0);
    get(second, "/large");
    assert_int_equal(strncmp(buf_text(&b.out), "HTTP/1.1 503", 12), 0);
    assert_non_null(strstr(b.out.p, "Retry-After: 2"));
    leave(&a, first);
    leave(&b, second);
    void *third = meet(&c);
    for (int i = 0; i < 3; i++) { /* who takes what it gets owes nothing */
        get(third, "/large");
        assert_int_equal(strncmp(buf_text(&c.out), "HTTP/1.1 200", 12), 0);
        buf_clear(&c.out);
    }
    leave(&c, third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_behind_the_other, start, stop),
        cmocka_unit_test_setup_teardown(by_the_worker, start, stop),
        cmocka_unit_test_setup_teardown(who_left_is_not_served, start, stop),
        cmocka_unit_test_setup_teardown(what_is_left_for_later, start, stop),
        cmocka_unit_test_setup_teardown(streams, start, stop),
        cmocka_unit_test_setup_teardown(connections_of_one_address, start, stop),
        cmocka_unit_test_setup_teardown(replies_that_nobody_takes, start, stop),
        cmocka_unit_test(too_few_files),
    };
    lock = os_lock_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    os_lock_free(lock);
    return failed;
}
