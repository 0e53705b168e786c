/* endpoint.c - one request, and every way in which it goes wrong, in words. */
#include "endpoint/endpoint.h"

#include "base/auto.h"
#include "base/text.h"
#include "endpoint/reply.h"
#include "modules/fetch.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KEY_MAX 4096

bool endpoint_read(const struct config *c, struct endpoint *out, char why[static ENDPOINT_WHY])
{
    const char *url = config_string(c, "ask.endpoint"), *model = config_string(c, "ask.model");
    *why = '\0';
    *out = (struct endpoint){ .key_file = config_string(c, "ask.key_file"), .ca_file = config_string(c, "ask.ca_file"),
                              .timeout_s = config_number(c, "ask.timeout") };
    text_copy(out->model, sizeof out->model, model);
    if (!*url)
        return false;
    const char *wrong = address_read(url, &out->at);
    if (wrong)
        snprintf(why, ENDPOINT_WHY, "ask.endpoint %s", wrong);
    else if (!*model || strlen(model) >= sizeof out->model || !text_is_plain(model))
        snprintf(why, ENDPOINT_WHY, "ask.model names no model; ask.endpoint needs one");
    else if ((*out->key_file && *out->key_file != '/') || (*out->ca_file && *out->ca_file != '/'))
        snprintf(why, ENDPOINT_WHY, "ask.key_file and ask.ca_file are paths that begin with /");
    return !*why;
}

void endpoint_said_done(struct endpoint_said *s)
{
    buf_done(&s->sent);
    buf_done(&s->text);
    buf_done(&s->error);
}

bool endpoint_prepare(const struct config *c, struct sent_options *o, struct endpoint *e, struct buf *content,
                      struct endpoint_said *said)
{
    char why[ENDPOINT_WHY];
    bool named = endpoint_read(c, e, why);
    text_copy(said->host, sizeof said->host, e->at.host);
    text_copy(said->model, sizeof said->model, e->model);
    o->model = said->model;
    o->process_names = config_bool(c, "ask.send_process_names");
    sent_put(o, &said->sent, content);
    if (!named)
        buf_puts(&said->error, *why ? why : "no endpoint is named; ask.endpoint and ask.model in the configuration do "
                                            "that");
    return named;
}

/* ---- the key ---- */

/* True, and *key is the caller's, NULL where none is wanted. */
static bool key_read(const struct endpoint *e, char **key, struct buf *error)
{
    int rc = *e->key_file ? os_read_secret_line(e->key_file, KEY_MAX, key) : 0;
    if (rc == -EPERM)
        buf_printf(error, "%s may be read by others, or is not yours; chmod 600 it", e->key_file);
    else if (rc == -EBADMSG)
        buf_printf(error, "%s holds no key in one line", e->key_file);
    else if (rc < 0)
        buf_printf(error, "%s cannot be read: %s", e->key_file, strerror(-rc));
    return rc == 0;
}

/* ---- what goes wrong ---- */

static void say_failure(const struct endpoint *e, int rc, const char *why, struct buf *error)
{
    const char *host = e->at.host;
    if (rc == -ECONNREFUSED)
        buf_printf(error, "%s takes no connection; see whether the server runs there", host);
    else if (rc == -EHOSTUNREACH)
        buf_printf(error, "%s is not found; see ask.endpoint", host);
    else if (rc == -ETIMEDOUT)
        buf_printf(error, "%s gave no answer within %g s; ask.timeout can be more", host, e->timeout_s);
    else if (rc == -EPROTO)
        buf_printf(error, "%s has no certificate that can be trusted (%s); ask.ca_file names others to trust", host,
                   why);
    else if (rc == -EFBIG)
        buf_printf(error, "%s answers with more than %d KiB, which is not read", host, REPLY_MAX / 1024);
    else if (rc == -ECANCELED)
        buf_printf(error, "%s was not waited for, as the program ends", host);
    else
        buf_printf(error, "%s cannot be asked (%s)", host, *why ? why : strerror(-rc));
}

static void say_status(const struct endpoint *e, int status, const struct buf *reply, struct buf *error)
{
    auto_buf struct buf trouble = { 0 };
    reply_trouble(buf_text(reply), reply->n, &trouble);
    buf_printf(error, "%s answers with status %d%s%s%s", e->at.host, status, trouble.n ? " (" : "", buf_text(&trouble),
               trouble.n ? ")" : "");
    if (status >= 300 && status < 400)
        buf_puts(error, ": it leads elsewhere, which is not followed; put the final address into ask.endpoint");
    else if (status == 401 || status == 403)
        buf_puts(error, ": it wants another key; see ask.key_file");
    else if (status == 404)
        buf_puts(error, "; see ask.endpoint and ask.model");
}

/* ---- the request ---- */

static int reply_take(void *self, const char *bytes, size_t n)
{
    struct buf *reply = self;
    if (n > REPLY_MAX - reply->n)
        return -EFBIG;
    buf_put(reply, bytes, n);
    return 0;
}

static void say_reply(const struct endpoint *e, int status, const struct buf *reply, const char *content,
                      struct endpoint_said *said)
{
    if (status != 200) {
        say_status(e, status, reply, &said->error);
        return;
    }
    int rc = reply_text(buf_text(reply), reply->n, &said->text);
    if (rc == -EBADMSG)
        buf_printf(&said->error, "%s answers with what is no JSON; see whether ask.endpoint is such an interface",
                   e->at.host);
    else if (rc < 0)
        buf_printf(&said->error, "%s answers with JSON that holds no text (choices[0].message.content)", e->at.host);
    else
        said->n_loose = numbers_loose(said->text.p, content, said->loose);
}

void endpoint_ask(const struct endpoint *e, const char *content, bool (*stop)(void), struct endpoint_said *said)
{
    const struct fetch *fetch = os_module("sonde-fetch", "sonde_fetch");
    auto_free char *key = NULL;
    auto_buf struct buf reply = { 0 };
    char why[FETCH_WHY] = "";
    if (!fetch) {
        buf_puts(&said->error, "the module sonde-fetch is not installed beside the program; building it needs libcurl "
                               "(Debian: libcurl4-openssl-dev)");
        return;
    }
    if (!key_read(e, &key, &said->error))
        return;
    int rc = fetch->post(&(struct fetch_request){
        .url = e->at.url, .body = said->sent.p, .n = said->sent.n, .bearer = key, .timeout_s = e->timeout_s,
        .authorities = *e->ca_file ? e->ca_file : NULL, .local = e->at.local, .stop = stop, .take = reply_take,
        .self = &reply }, why);
    if (rc < 0)
        say_failure(e, rc, why, &said->error);
    else
        say_reply(e, rc, &reply, content, said);
}
