/*
 * to_webhook.c - a POST of JSON to an address that a person named, and to no other: redirects are not followed. Signed
 * by HMAC over the body, where there is a secret. What a server may answer later with is tried again by who calls.
 */
#include "alert/receiver.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/url.h"
#include "modules/crypto.h"
#include "modules/fetch.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECRET_MAX 4096
#define ANSWER_MOST 65536 /* bytes that are read of what a server answers */
#define URL_MAX 1024

struct webhook {
    char url[URL_MAX];
    char host[280];           /* with its port, as it is shown: the path may be a secret */
    bool local;
    char secret_file[OS_PATH_MAX], ca_file[OS_PATH_MAX];
    double timeout_s;
};

static const char *webhook_read(const char *text, struct webhook *w)
{
    struct url u;
    const char *wrong = url_read_http(text, "/-._~:%?&=+,;!$'()*@", &u);
    if (!wrong && strlen(text) >= sizeof w->url)
        wrong = "is longer than an address may be";
    if (wrong)
        return wrong;
    text_copy(w->url, sizeof w->url, text);
    snprintf(w->host, sizeof w->host, "%.*s", (int)(u.rest - u.host), u.host);
    w->local = u.local;
    return NULL;
}

static int webhook_open(const struct config *c, bool wanted, void **self, char why[static RECEIVER_WHY])
{
    struct webhook w = { .timeout_s = config_number(c, "alerts.webhook.timeout") };
    const char *url = config_string(c, "alerts.webhook.url");
    const char *secret = config_string(c, "alerts.webhook.secret_file");
    const char *ca = config_string(c, "alerts.webhook.ca_file");
    (void)wanted;
    if (!*url)
        return -ENODATA;
    const char *wrong = webhook_read(url, &w);
    if (wrong)
        snprintf(why, RECEIVER_WHY, "alerts.webhook.url %s", wrong);
    else if ((*secret && *secret != '/') || (*ca && *ca != '/') || strlen(secret) >= OS_PATH_MAX ||
             strlen(ca) >= OS_PATH_MAX)
        snprintf(why, RECEIVER_WHY, "alerts.webhook.secret_file and ca_file are paths that begin with /");
    else if (!os_module("sonde-fetch", "sonde_fetch"))
        snprintf(why, RECEIVER_WHY, "the module sonde-fetch is not installed beside the program; building it needs "
                                    "libcurl");
    else if (*secret && !os_module("sonde-crypto", "sonde_crypto"))
        snprintf(why, RECEIVER_WHY, "the module sonde-crypto, which signs, is not installed beside the program");
    if (*why)
        return -EINVAL;
    text_copy(w.secret_file, sizeof w.secret_file, secret);
    text_copy(w.ca_file, sizeof w.ca_file, ca);
    struct webhook *copy = mem_new(sizeof *copy);
    *copy = w;
    *self = copy;
    return 0;
}

static void webhook_close(void *self)
{
    mem_free(self);
}

/* "X-Sonde-Signature: sha256=HEX", or "" where nothing is to be signed. Read each time: a secret may be changed. */
static int webhook_sign(const struct webhook *w, const struct buf *body, char *out, size_t cap,
                        char why[static RECEIVER_WHY])
{
    auto_free char *secret = NULL;
    char hex[CRYPTO_HEX_MAX];
    size_t n;
    *out = '\0';
    if (!*w->secret_file)
        return 0;
    const struct crypto *crypto = os_module("sonde-crypto", "sonde_crypto");
    int rc = os_read_secret(w->secret_file, SECRET_MAX, &secret, &n);
    while (rc == 0 && n && strchr(" \t\r\n", secret[n - 1]))
        n--;
    rc = rc < 0 ? rc : !n ? -EBADMSG : crypto->hmac("sha256", secret, n, body->p, body->n, hex, sizeof hex);
    if (rc < 0)
        snprintf(why, RECEIVER_WHY, "%.150s %s", w->secret_file, rc == -EPERM ? "may be read by others; chmod 600 it" :
                 rc == -EBADMSG ? "holds no secret" : strerror(-rc));
    else
        snprintf(out, cap, "X-Sonde-Signature: sha256=%s", hex);
    return rc < 0 ? rc : 0;
}

static void webhook_body(const struct message *m, const char *text, struct buf *out)
{
    struct json j;
    char title[RULE_NAME_MAX + 32];
    json_init(&j, out);
    json_object(&j, NULL);
    json_string(&j, "source", "sonde");
    json_string(&j, "title", message_title(m, title, sizeof title));
    json_string(&j, "message", text);
    message_put_json(m, &j);
    json_end(&j);
}

static int webhook_forget(void *self, const char *bytes, size_t n)
{
    (void)self;
    (void)bytes;
    (void)n;
    return 0; /* what it answers is of no interest, its status is */
}

/* What a server or the way to it may get over. */
static bool webhook_may_pass(int rc)
{
    return rc == 408 || rc == 425 || rc == 429 || rc >= 500 || rc == -ECONNREFUSED || rc == -EHOSTUNREACH ||
           rc == -ETIMEDOUT || rc == -EIO;
}

static int webhook_send(void *self, const struct message *m, const char *text, char why[static RECEIVER_WHY])
{
    const struct webhook *w = self;
    const struct fetch *fetch = os_module("sonde-fetch", "sonde_fetch");
    auto_buf struct buf body = { 0 };
    char sign[CRYPTO_HEX_MAX + 32], said[FETCH_WHY] = "";
    webhook_body(m, text, &body);
    int rc = webhook_sign(w, &body, sign, sizeof sign, why);
    if (rc < 0)
        return rc;
    const char *const headers[] = { *sign ? sign : NULL, NULL };
    rc = fetch->post(&(struct fetch_request){
        .url = w->url, .body = body.p, .n = body.n, .headers = headers, .timeout_s = w->timeout_s,
        .authorities = *w->ca_file ? w->ca_file : NULL, .local = w->local, .take = webhook_forget,
        .most = ANSWER_MOST },
            said);
    if (rc >= 200 && rc < 300)
        return 0;
    if (rc > 0)
        snprintf(why, RECEIVER_WHY, "%.200s answers with status %d%s", w->host, rc,
                 rc < 400 ? ": it leads elsewhere, which is not followed" : "");
    else
        snprintf(why, RECEIVER_WHY, "%.150s cannot be reached (%.100s)", w->host, *said ? said : strerror(-rc));
    return webhook_may_pass(rc) ? -EAGAIN : rc > 0 ? -EIO : rc;
}

const struct receiver_type receiver_webhook = {
    .which = RECEIVER_WEBHOOK, .open = webhook_open, .send = webhook_send, .close = webhook_close,
};
