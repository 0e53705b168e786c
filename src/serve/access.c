/*
 * access.c - names, origins, tokens, sessions (RFC 6454 origins, RFC 6750 bearer tokens, RFC 6265 cookies).
 *
 * A token is 256 random bits, so its SHA-256 without salt says nothing about it, and guesses are hopeless at any rate;
 * they are limited all the same, because a flood of them is somebody who should hear "later".
 */
#include "serve/access.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SECRET_BYTES 32
#define SESSIONS 64
#define FILE_MAX 4096

struct session {
    enum http_role role;             /* HTTP_NOBODY: a free place */
    char id[2 * SECRET_BYTES + 1];
    uint64_t number;
    int64_t since_ns;
};

struct try {
    char peer[64];
    int64_t at_ns;                   /* 0: never */
};

struct access {
    struct access_options o;
    char *address, *path, **hosts;
    char hash[HTTP_FULL + 1][CRYPTO_HEX_MAX]; /* of the token of each role; "" for none */
    struct session session[SESSIONS];
    uint64_t sessions;               /* that began so far */
    struct try tries[ACCESS_TRIES];  /* a ring: the newest */
    unsigned next;
};

/* ---- secrets ---- */

static int access_secret(char out[static 2 * SECRET_BYTES + 1])
{
    unsigned char bytes[SECRET_BYTES];
    int rc = os_random(bytes, sizeof bytes);
    for (size_t i = 0; rc == 0 && i < sizeof bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return rc;
}

/* Takes the same time wherever they differ. */
static bool access_equal(const char *a, const char *b)
{
    size_t n = strlen(a);
    unsigned char differ = 0;
    if (n != strlen(b))
        return false; /* all of ours are equally long */
    for (size_t i = 0; i < n; i++)
        differ |= (unsigned char)(a[i] ^ b[i]);
    return !differ;
}

static enum http_role access_role_of(const struct access *a, const char *token)
{
    char hash[CRYPTO_HEX_MAX];
    enum http_role role = HTTP_NOBODY;
    if (!a->o.crypto || a->o.crypto->digest("sha256", token, strlen(token), hash, sizeof hash) < 0)
        return HTTP_NOBODY;
    for (int i = HTTP_READ_ONLY; i <= HTTP_FULL; i++)
        if (*a->hash[i] && access_equal(a->hash[i], hash))
            role = (enum http_role)i;
    return role;
}

/* ---- the file ---- */

static const char *access_role_name(int role)
{
    return role == HTTP_FULL ? "full" : "read-only";
}

static bool access_line(struct access *a, const char *line, size_t n)
{
    char role[16], hash[65], more;
    char text[128];
    if (n == 0 || *line == '#')
        return true;
    snprintf(text, sizeof text, "%.*s", (int)(n < 127 ? n : 127), line);
    if (sscanf(text, "%15s %64[0-9a-f]%c", role, hash, &more) != 2 || strlen(hash) != 64)
        return false;
    for (int i = HTTP_READ_ONLY; i <= HTTP_FULL; i++)
        if (strcmp(role, access_role_name(i)) == 0) {
            strcpy(a->hash[i], hash);
            return true;
        }
    return false;
}

static int access_read(struct access *a)
{
    auto_free char *text = NULL;
    size_t n;
    int rc = os_read_file(a->path, FILE_MAX, &text, &n);
    if (rc < 0)
        return rc == -ENOENT || rc == -ENOTDIR ? 0 : rc;
    for (const char *p = text; *p; p += *p == '\n') {
        size_t length = strcspn(p, "\n");
        if (!access_line(a, p, length))
            return -EBADMSG;
        p += length;
    }
    return 0;
}

static int access_write(const struct access *a)
{
    auto_buf struct buf text = { 0 };
    auto_free char *dir = mem_dup(a->path);
    char *slash = strrchr(dir, '/');
    buf_puts(&text, "# SHA-256 of the tokens of `sonde serve`; without this file there are none\n");
    for (int i = HTTP_READ_ONLY; i <= HTTP_FULL; i++)
        if (*a->hash[i])
            buf_printf(&text, "%s %s\n", access_role_name(i), a->hash[i]);
    if (slash)
        *slash = '\0';
    int rc = slash ? os_make_dir(dir) : 0;
    return rc < 0 ? rc : os_write_file(a->path, text.p, text.n);
}

int access_make(struct access *a, enum http_role role, char out[static ACCESS_TOKEN_MAX])
{
    if (!a->o.crypto)
        return -ENOSYS;
    int rc = access_secret(out);
    rc = rc < 0 ? rc : a->o.crypto->digest("sha256", out, strlen(out), a->hash[role], sizeof a->hash[role]);
    for (int i = 0; i < SESSIONS; i++)
        if (a->session[i].role == role)
            a->session[i].role = HTTP_NOBODY;
    return rc < 0 ? rc : access_write(a);
}

bool access_has_tokens(const struct access *a)
{
    return *a->hash[HTTP_READ_ONLY] || *a->hash[HTTP_FULL];
}

/* ---- tries ---- */

static void access_note_try(struct access *a, const char *peer)
{
    struct try *t = &a->tries[a->next++ % ACCESS_TRIES];
    text_copy(t->peer, sizeof t->peer, peer);
    t->at_ns = a->o.now_ns();
}

/* Seconds until this peer may try again; 0: now. */
static int access_wait_s(const struct access *a, const char *peer)
{
    int64_t now = a->o.now_ns(), span = (int64_t)ACCESS_TRIES_S * 1000000000, first = now, first_all = now;
    int own = 0, all = 0;
    for (int i = 0; i < ACCESS_TRIES; i++) {
        const struct try *t = &a->tries[i];
        if (t->at_ns == 0 || now - t->at_ns >= span)
            continue;
        all++;
        first_all = t->at_ns < first_all ? t->at_ns : first_all;
        if (strcmp(t->peer, peer) == 0) {
            own++;
            first = t->at_ns < first ? t->at_ns : first;
        }
    }
    if (own < ACCESS_TRIES_PEER && all < ACCESS_TRIES)
        return 0;
    int64_t until = (own >= ACCESS_TRIES_PEER ? first : first_all) + span;
    return (int)((until - now + 999999999) / 1000000000);
}

/* The role of a token. HTTP_NOBODY: a reply says that it is wrong, or that too many were. */
static enum http_role access_try(struct access *a, const char *token, const char *peer, struct http_reply *refusal)
{
    enum http_role role = access_role_of(a, token);
    int wait_s = role == HTTP_NOBODY ? access_wait_s(a, peer) : 0; /* who has one does not wait for those who guess */
    if (wait_s) {
        http_fail(refusal, 429, "too many wrong tokens were sent", "wait a minute");
        http_put(refusal, "Retry-After", "%d", wait_s);
    } else if (role == HTTP_NOBODY) {
        access_note_try(a, peer);
        http_fail(refusal, 401, "this token is not valid", "`sonde serve --token` makes a new one and shows it once");
        http_put(refusal, "WWW-Authenticate", "Bearer");
    }
    return role;
}

/* ---- sessions ---- */

/* The cookie's value, in out; false where there is none. Its name has the port: cookies go to all ports of a host. */
static bool access_cookie(const struct access *a, const struct http_request *r, char out[static 2 * SECRET_BYTES + 1])
{
    char name[32];
    int n = snprintf(name, sizeof name, "sonde-%d=", a->o.port);
    for (const char *p = r->header[HTTP_COOKIE]; p && *p; p += *p == ';') {
        p += strspn(p, " ");
        size_t length = strcspn(p, ";");
        if (strncmp(p, name, (size_t)n) == 0 && length == (size_t)n + 2 * SECRET_BYTES) {
            snprintf(out, 2 * SECRET_BYTES + 1, "%s", p + n);
            return true;
        }
        p += length;
    }
    return false;
}

static bool session_lasts(const struct session *s, int64_t now_ns)
{
    return s->role != HTTP_NOBODY && now_ns - s->since_ns < (int64_t)ACCESS_SESSION_S * 1000000000;
}

static struct session *access_session(struct access *a, const struct http_request *r)
{
    char id[2 * SECRET_BYTES + 1];
    struct session *found = NULL;
    int64_t now = a->o.now_ns();
    if (!access_cookie(a, r, id))
        return NULL;
    for (int i = 0; i < SESSIONS; i++)
        if (session_lasts(&a->session[i], now) && access_equal(a->session[i].id, id))
            found = &a->session[i];
    return found;
}

bool access_lasts(const struct access *a, uint64_t session)
{
    int64_t now = a->o.now_ns();
    for (int i = 0; i < SESSIONS && session; i++)
        if (a->session[i].number == session)
            return session_lasts(&a->session[i], now);
    return !session;
}

/* A free place; or the oldest of the role, which has half of them: who may only read ends no session of who may all. */
static int access_begin(struct access *a, enum http_role role, const char **id)
{
    struct session *s = NULL, *free = NULL;
    int of_role = 0;
    for (int i = 0; i < SESSIONS; i++) {
        struct session *p = &a->session[i];
        if (!session_lasts(p, a->o.now_ns()))
            free = p;
        else if (p->role == role && ++of_role && (!s || p->since_ns < s->since_ns))
            s = p;
    }
    s = of_role < SESSIONS / 2 ? free : s;
    int rc = access_secret(s->id);
    s->role = rc < 0 ? HTTP_NOBODY : role;
    s->since_ns = a->o.now_ns();
    s->number = ++a->sessions;
    *id = s->id;
    return rc;
}

static void access_set_cookie(const struct access *a, struct http_reply *out, const char *id, int age_s)
{
    http_put(out, "Set-Cookie", "sonde-%d=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s", a->o.port, id, age_s,
             a->o.tls ? "; Secure" : "");
}

void access_login(void *self, const struct http_request *r, struct http_reply *out)
{
    struct access *a = self;
    const char *id;
    json_t *body = json_loadb(r->body, r->body_n, 0, NULL);
    const char *token = json_string_value(json_object_get(body, "token"));
    if (!token)
        http_fail(out, 400, "a login is a JSON object with a text `token`", NULL);
    enum http_role role = !token ? HTTP_NOBODY : !a->o.guarded ? HTTP_FULL : access_try(a, token, r->peer, out);
    if (role != HTTP_NOBODY && access_begin(a, role, &id) < 0)
        http_fail(out, 500, "the system gives no random numbers", NULL);
    else if (role != HTTP_NOBODY) {
        access_set_cookie(a, out, id, ACCESS_SESSION_S);
        out->status = 204;
    }
    json_decref(body);
}

void access_logout(void *self, const struct http_request *r, struct http_reply *out)
{
    struct access *a = self;
    struct session *s = access_session(a, r);
    if (s)
        s->role = HTTP_NOBODY;
    access_set_cookie(a, out, "", 0);
    out->status = 204;
}

/* ---- names and origins ---- */

bool access_is_local(const char *address)
{
    return strcmp(address, "::1") == 0 ||
           (strncmp(address, "127.", 4) == 0 && strspn(address, "0123456789.") == strlen(address));
}

/* An address and no name: no name server can lead it elsewhere. */
static bool access_is_numeric(const char *host, size_t n)
{
    char text[64];
    int part[4], used = 0;
    if (n >= sizeof text || n < 2)
        return false;
    memcpy(text, host, n);
    text[n] = '\0';
    if (*text == '[')
        return text[n - 1] == ']' && strspn(text + 1, "0123456789abcdefABCDEF:.") == n - 2;
    return sscanf(text, "%3d.%3d.%3d.%3d%n", &part[0], &part[1], &part[2], &part[3], &used) == 4 && used == (int)n;
}

static bool access_is_name(const char *host, size_t n, const char *name)
{
    return strlen(name) == n && strncasecmp(host, name, n) == 0;
}

/* "localhost:7860" and the like: what stands before the port, and is the port ours? */
static size_t access_split(const struct access *a, const char *host, bool *ours)
{
    const char *colon = strrchr(host, ':'), *bracket = strrchr(host, ']');
    int usual = a->o.tls ? 443 : 80, port = usual;
    if (!colon || (bracket && colon < bracket)) {
        *ours = a->o.port == usual;
        return strlen(host);
    }
    bool digits = colon[1] && strlen(colon + 1) < 6 && strspn(colon + 1, "0123456789") == strlen(colon + 1);
    port = digits ? atoi(colon + 1) : -1;
    *ours = port == a->o.port;
    return (size_t)(colon - host);
}

static bool access_knows_host(const struct access *a, const char *host)
{
    bool ours;
    size_t n = access_split(a, host, &ours);
    for (char **h = a->hosts; *h; h++)
        if (access_is_name(host, strlen(host), *h) || (ours && access_is_name(host, n, *h)))
            return true;
    if (!ours)
        return false;
    if (access_is_name(host, n, "localhost") || access_is_name(host, n, a->address))
        return true;
    if (access_is_local(a->address))
        return access_is_name(host, n, "127.0.0.1") || access_is_name(host, n, "[::1]");
    return access_is_numeric(host, n);
}

/* Our own page: the scheme and the host that the request itself came by. */
static bool access_is_own(const struct access *a, const struct http_request *r, const char *origin)
{
    const char *scheme = a->o.tls ? "https://" : "http://";
    size_t n = strlen(scheme);
    return strncasecmp(origin, scheme, n) == 0 && strcasecmp(origin + n, r->header[HTTP_HOST]) == 0;
}

static bool access_is_foreign(const struct http_request *r)
{
    const char *site = r->header[HTTP_FETCH_SITE];
    return site && strcasecmp(site, "same-origin") != 0 && strcasecmp(site, "none") != 0;
}

/*
 * Browsers say where a POST comes from. One without that is of another program, or a form of an old browser, which
 * cannot send JSON, nor other methods.
 */
static bool access_may_change(const struct http_request *r)
{
    const char *type = r->header[HTTP_CONTENT_TYPE];
    return r->method != HTTP_POST || r->header[HTTP_ORIGIN] || r->header[HTTP_AUTHORIZATION] ||
           (type && strncasecmp(type, HTTP_JSON, strlen(HTTP_JSON)) == 0);
}

static bool access_is_ours(const struct access *a, const struct http_request *r, struct http_reply *refusal)
{
    const char *host = r->header[HTTP_HOST], *origin = r->header[HTTP_ORIGIN];
    if (!host || !access_knows_host(a, host))
        http_fail(refusal, 421, "this server does not answer to that name and port",
                  "use the address that `sonde serve` printed, or start it with --host NAME");
    else if (origin && !access_is_own(a, r, origin))
        http_fail(refusal, 403, "another site may not ask here", NULL);
    else if (http_changes(r->method) && (access_is_foreign(r) || !access_may_change(r)))
        http_fail(refusal, 403, "this does not come from the page of Sonde",
                  "send the header Content-Type: application/json");
    else if (http_query(r, "token") || http_query(r, "access_token"))
        http_fail(refusal, 400, "a token in an address ends up in histories and logs",
                  "send it as the header Authorization: Bearer TOKEN");
    else
        return true;
    return false;
}

bool access_admit(struct access *a, struct http_request *r, struct http_reply *refusal)
{
    const char *header = r->header[HTTP_AUTHORIZATION];
    r->role = a->o.guarded ? HTTP_NOBODY : HTTP_FULL;
    if (!access_is_ours(a, r, refusal))
        return false;
    if (!a->o.guarded)
        return true;
    if (header && strncasecmp(header, "Bearer ", 7) == 0) {
        r->role = access_try(a, header + 7, r->peer, refusal);
        return r->role != HTTP_NOBODY;
    }
    const struct session *s = access_session(a, r);
    r->role = s ? s->role : HTTP_NOBODY;
    r->session = s ? s->number : 0;
    return true;
}

bool access_allows(const struct http_request *r, enum http_role needed, struct http_reply *refusal)
{
    if (needed == HTTP_NOBODY)
        return true;
    if (r->role == HTTP_NOBODY) {
        http_fail(refusal, 401, "a token is needed", "log in, or send the header Authorization: Bearer TOKEN");
        http_put(refusal, "WWW-Authenticate", "Bearer");
    } else if (access_is_foreign(r))
        http_fail(refusal, 403, "another site may not ask here", NULL);
    else if (r->role < needed)
        http_fail(refusal, 403, "this token may only read", "log in with a full token");
    else
        return true;
    return false;
}

/* ---- opening ---- */

int access_open(const struct access_options *o, struct access **out)
{
    struct access *a = mem_new(sizeof *a);
    size_t n = 0;
    while (o->hosts && o->hosts[n])
        n++;
    a->o = *o;
    a->address = mem_dup(o->address);
    a->path = mem_dup(o->path);
    a->hosts = mem_new((n + 1) * sizeof *a->hosts);
    for (size_t i = 0; i < n; i++)
        a->hosts[i] = mem_dup(o->hosts[i]);
    a->o.address = a->address;
    a->o.path = a->path;
    a->o.hosts = (const char *const *)a->hosts;
    int rc = access_read(a);
    if (rc < 0) {
        access_close(a);
        return rc;
    }
    *out = a;
    return 0;
}

void access_close(struct access *a)
{
    if (!a)
        return;
    for (char **h = a->hosts; *h; h++)
        mem_free(*h);
    mem_free(a->hosts);
    mem_free(a->address);
    mem_free(a->path);
    mem_free(a);
}
