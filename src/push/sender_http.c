/* sender_http.c - a batch as the body of a POST, by the module sonde-fetch. */
#include "push/otlp_answer.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/mem.h"
#include "modules/fetch.h"
#include "modules/snappy.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define REPLY_MAX 4096 /* of what it says is looked at */
#define REPLY_READ 65536 /* of one that is longer only the status counts */
#define TIMEOUT_S 30
#define REMOTE_WRITE "remote-write"
#define OTLP "otlp"

struct http {
    const struct fetch *fetch;
    const struct snappy *snappy; /* of remote write, which is compressed by it */
    void *kept;               /* its connection */
    bool connected;           /* it answered once */
    struct buf packed;        /* scratch */
    struct buf header;        /* of the secret */
};

static int http_open(struct sender *s, char why[static ANSWER_WHY])
{
    const struct fetch *fetch = os_module("sonde-fetch", "sonde_fetch");
    if (!fetch) {
        snprintf(why, ANSWER_WHY, "the module sonde-fetch is not installed beside the program; building it needs "
                                  "libcurl (Debian: libcurl4-openssl-dev)");
        return -ENODEV;
    }
    bool pack = strcmp(s->t->exporter->name, REMOTE_WRITE) == 0;
    const struct snappy *snappy = pack ? os_module("sonde-snappy", "sonde_snappy") : NULL;
    if (pack && !snappy) {
        snprintf(why, ANSWER_WHY, "the module sonde-snappy is not installed beside the program; building it needs "
                                  "libsnappy (Debian: libsnappy-dev)");
        return -ENODEV;
    }
    struct http *h = mem_new(sizeof *h);
    h->fetch = fetch;
    h->snappy = snappy;
    if (s->secret && *s->t->token_file) /* InfluxDB 2 has a scheme of its own */
        buf_printf(&h->header, "Authorization: %s %s",
                   strcmp(s->t->exporter->name, "influx") == 0 ? "Token" : "Bearer", s->secret);
    s->self = h;
    return 0;
}

static void http_close(struct sender *s)
{
    struct http *h = s->self;
    h->fetch->drop(h->kept);
    buf_done(&h->header);
    buf_done(&h->packed);
    mem_free(h);
}

struct http_reply {
    struct sender *s;
    struct buf text;
};

/* The beginning says what is wrong. */
static int http_take(void *self, const char *bytes, size_t n)
{
    struct http_reply *r = self;
    size_t room = REPLY_MAX - r->text.n;
    buf_put(&r->text, bytes, n < room ? n : room);
    return 0;
}

static bool http_stop(void *self)
{
    const struct http_reply *r = self;
    return r->s->stop && r->s->stop(r->s->stop_self);
}

static void http_failed(const struct target *t, int rc, const char *said, struct answer *a)
{
    a->unknown = rc != -ECONNREFUSED && rc != -EHOSTUNREACH && rc != -EPROTO;
    const char *why = rc == -ECONNREFUSED ? "refuses the connection" :
                      rc == -EHOSTUNREACH ? "is not found" :
                      rc == -ETIMEDOUT    ? "gave no answer in time" :
                      rc == -EPROTO       ? "has no certificate that can be trusted; ca_file= names others to trust" :
                      rc == -ECANCELED    ? "was not waited for, as the program ends" : "cannot be reached";
    a->lasting = rc == -EPROTO;
    bool more = *said && (rc == -EPROTO || rc == -EIO);
    snprintf(a->why, sizeof a->why, "%.80s:%d %s%s%.100s%s", t->host, t->port, why, more ? " (" : "", more ? said : "",
             more ? ")" : "");
}

static int http_pack(struct http *h, const char *bytes, size_t n)
{
    buf_clear(&h->packed);
    if (buf_reserve(&h->packed, h->snappy->room(n)) < 0)
        return -ENOMEM;
    h->packed.n = h->snappy->compress(bytes, n, h->packed.p);
    return 0;
}

static void http_send(struct sender *s, const char *bytes, size_t n, struct answer *a)
{
    const struct target *t = s->t;
    struct http *h = s->self;
    struct http_reply reply = { .s = s };
    const char *header[4];
    char why[FETCH_WHY] = "";
    bool fresh = false, otlp = strcmp(t->exporter->name, OTLP) == 0;
    int i = 0;
    if (h->header.n)
        header[i++] = h->header.p;
    if (h->snappy) {
        if (http_pack(h, bytes, n) < 0) {
            snprintf(a->why, sizeof a->why, "there is no memory to compress a batch");
            return;
        }
        bytes = h->packed.p;
        n = h->packed.n;
        header[i++] = "Content-Encoding: snappy";
        header[i++] = "X-Prometheus-Remote-Write-Version: 0.1.0";
    }
    if (otlp)
        header[i++] = "Accept: application/x-protobuf";
    header[i] = NULL;
    int rc = h->fetch->post(&(struct fetch_request){
        .url = t->url, .body = bytes, .n = n, .type = t->exporter->type, .headers = header,
        .user = *t->user ? t->user : NULL, .password = *t->user ? s->secret : NULL,
        .authorities = *t->ca_file ? t->ca_file : NULL, .timeout_s = TIMEOUT_S, .local = t->local,
        .ends = http_stop, .take = http_take, .most = REPLY_READ, .self = &reply, .kept = &h->kept, .fresh = &fresh,
        .retry_after_s = &a->retry_after_s }, why);
    if (rc < 0)
        http_failed(t, rc, why, a);
    else if (otlp)
        otlp_answer(rc, buf_text(&reply.text), reply.text.n, a);
    else
        answer_of_status(rc, buf_text(&reply.text), a);
    a->parted = rc < 0 || (fresh && h->connected);
    h->connected = rc >= 0;
    buf_done(&reply.text);
}

const struct sender_way sender_http = { .open = http_open, .send = http_send, .close = http_close };
