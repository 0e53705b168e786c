/* helper.c - asks the helper, a line at a time. */
#include "policy/helper/helper.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/socket.h"
#include "policy/helper/helper_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KNOCK_NS 2000000000   /* while more are at its door than it can hear at once */
#define ANSWER_NS 20000000000 /* it may wait for 10 s for its journal */

struct helper {
    int fd;
};

/* One answer; behind its line there is nothing, as nothing more was asked. */
static int helper_hear(struct helper *h, char answer[static HELPER_ANSWER_MAX])
{
    int64_t until = os_mono_ns() + ANSWER_NS;
    for (size_t n = 0; n + 1 < HELPER_ANSWER_MAX;) {
        int got = os_socket_receive(h->fd, answer + n, HELPER_ANSWER_MAX - 1 - n, until);
        if (got == -EINTR)
            continue;
        if (got <= 0)
            return got == 0 || got == -ECONNRESET ? -EPIPE : got;
        n += (size_t)got;
        answer[n] = '\0';
        if (answer[n - 1] == '\n')
            return 0;
    }
    return -EBADMSG;
}

static int helper_ask(struct helper *h, const struct helper_request *r, char answer[static HELPER_ANSWER_MAX])
{
    auto_buf struct buf line = { 0 };
    int rc = helper_put(r, &line);
    if (rc == 0)
        rc = os_socket_send(h->fd, line.p, line.n, os_mono_ns() + ANSWER_NS);
    if (rc == 0 || rc == -EPIPE) /* it may have said why it closes */
        rc = helper_hear(h, answer);
    return rc;
}

static void helper_free(struct helper *h)
{
    os_close(h->fd);
    mem_free(h);
}

static int helper_connect(const char *path)
{
    int64_t until = os_mono_ns() + KNOCK_NS;
    int fd;
    while ((fd = os_socket_connect(path)) == -EAGAIN && os_mono_ns() < until)
        os_sleep_until(os_mono_ns() + 10000000);
    return fd;
}

int helper_open(const struct transaction_about *about, struct helper **out, char why[static KNOB_WHY])
{
    const char *path = getenv("SONDE_POLICY_SOCKET");
    char answer[HELPER_ANSWER_MAX];
    struct helper_request r = { .verb = HELPER_BEGIN, .goal = about->goal };
    text_copy(r.command, sizeof r.command, about->command);
    text_copy(r.what, sizeof r.what, *about->what ? about->what : about->command);
    text_clean(r.what); /* what was cut may end within a character */
    if (path && !*path)
        return -ENOENT;
    int fd = helper_connect(path ? path : HELPER_SOCKET);
    if (fd < 0)
        return fd;
    struct helper *h = mem_new(sizeof *h);
    h->fd = fd;
    int rc = helper_ask(h, &r, answer);
    if (rc == 0)
        rc = helper_read_begun(answer, why);
    if (rc < 0)
        helper_free(h);
    else
        *out = h;
    return rc;
}

int helper_set(struct helper *h, struct step *s, int32_t pid)
{
    char answer[HELPER_ANSWER_MAX], why[KNOB_WHY];
    struct helper_request r = { .verb = HELPER_SET, .pid = pid };
    text_copy(r.knob, sizeof r.knob, s->knob->name);
    memcpy(r.inst, s->place.inst, sizeof r.inst);
    memcpy(r.value, s->value, sizeof r.value);
    int rc = helper_ask(h, &r, answer);
    if (rc == -EINVAL) { /* it has no name that can be said; the helper is not asked */
        snprintf(s->note, sizeof s->note, "it cannot be said to the helper");
        return 0;
    }
    if (rc == 0)
        rc = helper_read_step(answer, s, why);
    return rc;
}

int helper_end(struct helper *h, struct undone *out)
{
    char answer[HELPER_ANSWER_MAX], why[KNOB_WHY];
    int rc = helper_ask(h, &(struct helper_request){ .verb = HELPER_END }, answer);
    if (rc == 0)
        rc = helper_read_undone(answer, out, why);
    helper_free(h);
    return rc;
}
