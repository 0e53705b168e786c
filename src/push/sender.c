/* sender.c - opens the way to a receiver, and judges what HTTP says. */
#include "push/sender.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SECRET_MAX 4096

static int secret_read(const char *path, char **out, char why[static ANSWER_WHY])
{
    int rc = os_read_secret_line(path, SECRET_MAX, out);
    if (rc == -EPERM)
        snprintf(why, ANSWER_WHY, "%.180s may be read by others, or is not yours; chmod 600 it", path);
    else if (rc == -EBADMSG)
        snprintf(why, ANSWER_WHY, "%.180s holds no secret in one line", path);
    else if (rc < 0)
        snprintf(why, ANSWER_WHY, "%.130s cannot be read: %s; write the secret into it, one line, chmod 600", path,
                 strerror(-rc));
    return rc;
}

static int sender_read_secret(const struct target *t, char **out, char why[static ANSWER_WHY])
{
    const char *file = *t->token_file ? t->token_file : t->password_file;
    return *file ? secret_read(file, out, why) : 0;
}

int sender_check_secret(const struct target *t, char why[static ANSWER_WHY])
{
    char *secret = NULL;
    int rc = sender_read_secret(t, &secret, why);
    mem_free(secret);
    return rc;
}

int sender_open(struct sender *s, const struct target *t, bool (*stop)(void *), void *stop_self,
                char why[static ANSWER_WHY])
{
    static const struct sender_way *const way[] = {
        [TARGET_HTTP] = &sender_http, [TARGET_TCP] = &sender_tcp, [TARGET_MQTT] = &sender_mqtt,
    };
    *s = (struct sender){ .t = t, .stop = stop, .stop_self = stop_self };
    int rc = sender_read_secret(t, &s->secret, why);
    rc = rc < 0 ? rc : way[t->way]->open(s, why);
    if (rc == 0)
        s->way = way[t->way];
    else
        sender_close(s);
    return rc;
}

void sender_send(struct sender *s, const char *bytes, size_t n, struct answer *a)
{
    *a = (struct answer){ .verdict = VERDICT_WAIT };
    s->way->send(s, bytes, n, a);
}

void sender_close(struct sender *s)
{
    if (s->way)
        s->way->close(s);
    mem_free(s->secret);
    *s = (struct sender){ 0 };
}

/* ---- what HTTP says ---- */

/* How receivers say that a sample is older than what they have, or than they take. */
static bool says_old(const char *text)
{
    static const char *const words[] = {
        "out of order", "out of bounds", "out-of-order", "too old", "too far in", "duplicate sample",
        "beyond retention", "outside retention", "retention policy",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

void answer_of_status(int status, const char *text, struct answer *a)
{
    char said[160];
    a->verdict = VERDICT_WAIT;
    if (status >= 200 && status < 300) {
        a->verdict = VERDICT_TAKEN;
        *a->why = '\0';
        return;
    }
    if (status == 400 || status == 413 || status == 422)
        a->verdict = says_old(text) ? VERDICT_OLD : VERDICT_REFUSED;
    a->lasting = a->verdict == VERDICT_WAIT && (status < 400 || status == 401 || status == 403 || status == 404 ||
                                                status == 405);
    a->unknown = status >= 500; /* what stands before it may have passed it on */
    text_copy(said, sizeof said, text);
    text_clean(said);
    snprintf(a->why, sizeof a->why, "it answers with status %d%s%s%s%s", status, *said ? " (" : "", said,
             *said ? ")" : "",
             status >= 300 && status < 400         ? ": it leads elsewhere, which is not followed" :
             status == 401 || status == 403        ? ": it wants other credentials" :
             status == 404                         ? "; see the URL" : "");
}
