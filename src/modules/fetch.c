/*
 * fetch.c - a POST by libcurl's multi interface (curl_multi_poll(3)), which lets go several times a second, so that a
 * program that ends need not wait for a server that does not answer. A module, because libcurl pulls in thirty shared
 * objects that hardly anybody needs.
 */
#include "modules/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FETCH_POLL_MS 200
#define FETCH_CONNECT_S 10L

struct fetched {
    const struct fetch_request *r;
    int rc;                       /* of take() */
    size_t read;
    bool enough;                  /* the reply was ended at its most */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fetch_begin(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static size_t fetch_take(char *bytes, size_t size, size_t n, void *self)
{
    struct fetched *f = self;
    f->read += size * n;
    f->enough = f->r->most && f->read > f->r->most;
    if (f->enough)
        return CURL_WRITEFUNC_ERROR;
    f->rc = f->r->take(f->r->self, bytes, size * n);
    return f->rc < 0 ? CURL_WRITEFUNC_ERROR : size * n;
}

static bool address_is_local(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

/* A name of this machine may lead elsewhere, by somebody's hosts file or resolver. */
static curl_socket_t fetch_socket(void *self, curlsocktype purpose, struct curl_sockaddr *a)
{
    (void)self;
    (void)purpose;
    if (!address_is_local(&a->addr))
        return CURL_SOCKET_BAD;
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static void fetch_set(CURL *c, struct fetched *f, struct curl_slist *headers, char why[static FETCH_WHY])
{
    const struct fetch_request *r = f->r;
    curl_easy_setopt(c, CURLOPT_URL, r->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, r->body);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->n);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, fetch_take);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(r->timeout_s * 1000));
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, FETCH_CONNECT_S);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    if (r->user) {
        curl_easy_setopt(c, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(c, CURLOPT_USERNAME, r->user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, r->password ? r->password : "");
    }
    if (r->authorities)
        curl_easy_setopt(c, CURLOPT_CAINFO, r->authorities);
    if (!r->local)
        return;
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, fetch_socket);
}

static int fetch_error(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_CONNECT: return -ECONNREFUSED;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return -EHOSTUNREACH;
    case CURLE_OPERATION_TIMEDOUT: return -ETIMEDOUT;
    case CURLE_OUT_OF_MEMORY: return -ENOMEM;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE: return -EPROTO;
    default: return -EIO;
    }
}

/* Until it is done; CURLM_OK, and *code says how it went. */
static int fetch_drive(CURLM *m, const struct fetch_request *r, CURLcode *code)
{
    int running = 1, left;
    while (running) {
        if (curl_multi_perform(m, &running) != CURLM_OK)
            return -EIO;
        if (!running)
            break;
        if ((r->stop && r->stop()) || (r->ends && r->ends(r->self)))
            return -ECANCELED;
        if (curl_multi_poll(m, NULL, 0, FETCH_POLL_MS, NULL) != CURLM_OK)
            return -EIO;
    }
    const CURLMsg *said = curl_multi_info_read(m, &left);
    if (!said || said->msg != CURLMSG_DONE)
        return -EIO;
    *code = said->data.result;
    return 0;
}

static int fetch_add(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (!longer)
        return -ENOMEM; /* the list is as it was */
    *list = longer;
    return 0;
}

static int fetch_add_key(struct curl_slist **list, const char *bearer)
{
    size_t n = strlen(bearer) + 32;
    char *line = malloc(n);
    if (!line)
        return -ENOMEM;
    snprintf(line, n, "Authorization: Bearer %s", bearer);
    int rc = fetch_add(list, line);
    free(line);
    return rc;
}

static int fetch_add_type(struct curl_slist **list, const char *type)
{
    char line[160];
    snprintf(line, sizeof line, "Content-Type: %s", type ? type : "application/json");
    int rc = fetch_add(list, line);
    return rc < 0 || type ? rc : fetch_add(list, "Accept: application/json");
}

/* All of them, or -ENOMEM; to be freed in both cases. */
static int fetch_headers(const struct fetch_request *r, struct curl_slist **out)
{
    *out = NULL;
    int rc = fetch_add_type(out, r->type);
    rc = rc < 0 || !r->bearer ? rc : fetch_add_key(out, r->bearer);
    for (const char *const *h = r->headers; h && *h && rc == 0; h++)
        rc = fetch_add(out, *h);
    return rc < 0 ? rc : fetch_add(out, "Expect:");
}

static void fetch_ask(CURL *c, const struct fetch_request *r)
{
    curl_off_t s = 0;
    long made = 0;
    if (r->fresh && curl_easy_getinfo(c, CURLINFO_NUM_CONNECTS, &made) == CURLE_OK)
        *r->fresh = made > 0;
    if (r->retry_after_s && curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &s) == CURLE_OK)
        *r->retry_after_s = s > 0 ? (double)s : 0;
}

/* Connections belong to the multi handle, which stays where they are kept. */
static CURLM *fetch_multi(const struct fetch_request *r)
{
    if (!r->kept)
        return curl_multi_init();
    if (!*r->kept)
        *r->kept = curl_multi_init();
    return *r->kept;
}

static int fetch_post(const struct fetch_request *r, char why[static FETCH_WHY])
{
    char said[CURL_ERROR_SIZE > FETCH_WHY ? CURL_ERROR_SIZE : FETCH_WHY] = "";
    struct fetched f = { .r = r };
    CURLcode code = CURLE_OK;
    long status = 0;
    pthread_once(&once, fetch_begin);
    struct curl_slist *headers;
    int rc = fetch_headers(r, &headers);
    CURL *c = curl_easy_init();
    CURLM *m = fetch_multi(r);
    rc = c && m ? rc : -ENOMEM;
    if (rc == 0) {
        fetch_set(c, &f, headers, said);
        curl_multi_add_handle(m, c);
        rc = fetch_drive(m, r, &code);
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
        fetch_ask(c, r);
        curl_multi_remove_handle(m, c);
    }
    curl_easy_cleanup(c);
    if (!r->kept)
        curl_multi_cleanup(m);
    curl_slist_free_all(headers);
    snprintf(why, FETCH_WHY, "%.*s", FETCH_WHY - 1, said);
    if (rc == 0)
        rc = f.rc < 0 ? f.rc : code != CURLE_OK && !f.enough ? fetch_error(code) : status >= 100 ? (int)status : -EIO;
    return rc;
}

static void fetch_drop(void *kept)
{
    curl_multi_cleanup(kept);
}

/* The one symbol of this module that others see. */
extern const struct fetch sonde_fetch __attribute__((visibility("default")));
const struct fetch sonde_fetch = { .post = fetch_post, .drop = fetch_drop };
