/*
 * Who may ask, and what for.
 *
 * A page of somebody else, open in the same browser, must neither read nor change anything here: the Host must be a
 * name of ours (so that no name of theirs can be led to this address, DNS rebinding), and an Origin must be our own
 * page. Other people must have a token: 32 random bytes that are shown once; what is kept is their SHA-256. A token
 * comes as `Authorization: Bearer`, or is changed at /login for the cookie of a session; never in an address, which
 * ends up in histories and logs.
 */
#ifndef SERVE_ACCESS_H
#define SERVE_ACCESS_H

#include "modules/crypto.h"
#include "serve/http.h"

#define ACCESS_TOKEN_MAX 72       /* bytes of a token as text, with its NUL */
#define ACCESS_TRIES_PEER 5       /* wrong tokens from one address, */
#define ACCESS_TRIES 30           /* and from all of them, in ACCESS_TRIES_S; then nobody may try for that long */
#define ACCESS_TRIES_S 60
#define ACCESS_SESSION_S 43200    /* a session ends so long after its login */

struct access_options {
    const char *address;          /* that is listened at */
    int port;
    bool tls;
    const char *const *hosts;     /* further names that lead here, "name" or "name:port"; to a NULL */
    bool guarded;                 /* tokens are needed; else whoever reaches us has the full role */
    const char *path;             /* where the tokens are kept; it need not exist */
    const struct crypto *crypto;  /* NULL: no tokens */
    int64_t (*now_ns)(void);      /* monotonic */
};

struct access;

/* Is this a numeric address that only this machine reaches? */
bool access_is_local(const char *address);

/* Options are copied, but for crypto. Errors of reading the file; -EBADMSG it is none of ours. */
int access_open(const struct access_options *o, struct access **out);
void access_close(struct access *a);

bool access_has_tokens(const struct access *a);

/*
 * Makes a token of a role, which replaces the one before, and ends its sessions. The text is in `out`, and nowhere
 * else. -ENOSYS without crypto; errors of writing the file.
 */
int access_make(struct access *a, enum http_role role, char out[static ACCESS_TOKEN_MAX]);

/* May this be answered at all, and who asks? True, and r->role and r->session are set; or the reply says why not. */
bool access_admit(struct access *a, struct http_request *r, struct http_reply *refusal);

/* Does the session of a request that was admitted go on? True for 0, which is none. */
bool access_lasts(const struct access *a, uint64_t session);

/* Is the role of who asks enough? Or the reply says why not. */
bool access_allows(const struct http_request *r, enum http_role needed, struct http_reply *refusal);

/* Handlers of POST /login and POST /logout; self is the struct access. */
void access_login(void *self, const struct http_request *r, struct http_reply *out);
void access_logout(void *self, const struct http_request *r, struct http_reply *out);

#endif
