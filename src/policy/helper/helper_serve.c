/*
 * helper_serve.c - poll(2) over all clients. Of each it holds one line that comes and one answer that goes: who has not
 * taken the answer is not asked for the next line.
 */
#include "policy/helper/helper_serve.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/socket.h"
#include "policy/helper/heat.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define SECOND_NS 1000000000LL
#define WAIT_NS (10 * SECOND_NS) /* for the first line, the end of a line, or that an answer is taken */
#define TURN_MS 1000             /* between two looks at the clock */
#define SOON_MS 20               /* while a line waits for its turn */
#define HEAT_NS (5 * SECOND_NS)  /* between two looks at the sensors, while somebody made it hotter */
#define RATE 32.0                /* requests in a second that a user may make in the long run */
#define BURST 256.0              /* and at once: a policy for each of many processors is as many requests */
#define USERS 64                 /* whose rates are kept */

struct client {
    int fd;                    /* -1: a free place */
    struct os_peer peer;
    struct transaction *transaction;
    char in[HELPER_LINE_MAX];
    size_t n;
    struct buf out;
    size_t sent;
    int bad;                   /* lines that were no request */
    bool leaves;               /* when the answer is sent */
    bool heats;                /* something that it set makes the machine hotter */
    bool waits;                /* a whole line is there, and its user made too many requests lately */
    int64_t until_ns;          /* by when the line or the taking must be over; INT64_MAX: nothing is due */
};

struct user {
    uint32_t uid;
    double left;               /* requests that it may make now */
    int64_t at_ns;             /* 0: nobody */
};

struct serving {
    const struct helper_serve_options *o;
    struct client client[HELPER_CLIENTS];
    struct user user[USERS];
    int64_t busy_ns;           /* when somebody was connected last */
    int64_t accept_ns;         /* not before: there was no descriptor left */
    int64_t heat_ns;           /* when the sensors were looked at last */
};

/* ---- users and their rates ---- */

/* The one of a user, or the place of who has been away longest. */
static struct user *serving_user(struct serving *s, uint32_t uid)
{
    struct user *oldest = &s->user[0];
    for (int i = 0; i < USERS; i++) {
        if (s->user[i].at_ns && s->user[i].uid == uid)
            return &s->user[i];
        if (s->user[i].at_ns < oldest->at_ns)
            oldest = &s->user[i];
    }
    *oldest = (struct user){ .uid = uid, .left = BURST, .at_ns = os_mono_ns() };
    return oldest;
}

static bool serving_may_ask(struct serving *s, uint32_t uid)
{
    struct user *u = serving_user(s, uid);
    int64_t now = os_mono_ns();
    u->left += RATE * 1e-9 * (double)(now - u->at_ns);
    u->left = u->left > BURST ? BURST : u->left;
    u->at_ns = now;
    if (u->left < 1)
        return false;
    u->left -= 1;
    return true;
}

/* ---- the end of a client ---- */

static void client_undone(const struct client *c, const char *id, const struct undone *u, int rc)
{
    if (rc < 0)
        log_warn(rc, "policy helper: %s of user %u is not undone yet", id, c->peer.uid);
    else if (u->kept + u->failed)
        log_warn(0, "policy helper: %s of user %u: %s", id, c->peer.uid, buf_text(&u->lines));
    else
        log_info("policy helper: %s of user %u is undone", id, c->peer.uid);
}

/* Undoes what was set through it. */
static int client_end(struct client *c, struct undone *u)
{
    char id[JOURNAL_ID_MAX];
    if (!c->transaction)
        return 0;
    text_copy(id, sizeof id, transaction_id(c->transaction));
    int rc = transaction_end(c->transaction, u);
    c->transaction = NULL;
    client_undone(c, id, u, rc);
    return rc;
}

static void client_close(struct client *c)
{
    struct undone u = { 0 };
    client_end(c, &u);
    undone_done(&u);
    os_close(c->fd);
    buf_done(&c->out);
    *c = (struct client){ .fd = -1 };
}

/* ---- requests ---- */

static void client_begin(struct serving *s, struct client *c, const struct helper_request *r)
{
    char what[sizeof r->what + 32];
    if (c->transaction) {
        helper_put_error("begin: it has begun already; one connection is one transaction", &c->out);
        return;
    }
    snprintf(what, sizeof what, "%s (user %u)", r->what, c->peer.uid);
    int rc = transaction_begin(s->o->journal, &(struct transaction_about){
        .command = r->command, .what = what, .goal = r->goal }, &c->transaction);
    if (rc == 0)
        helper_put_begun(transaction_id(c->transaction), &c->out);
    else
        helper_put_error(rc == -EUSERS ? "too much is set already" : "the journal of changes cannot be kept", &c->out);
    c->leaves = rc < 0;
}

static void client_set(struct serving *s, struct client *c, const struct helper_request *r)
{
    struct step step = { .state = STEP_LEFT };
    if (!c->transaction) {
        helper_put_error("set: begin first", &c->out);
        return;
    }
    int rc = helper_may(&s->o->rules, c->peer.uid, r, &step, step.note);
    if (rc == 0)
        transaction_apply(c->transaction, &step); /* an error is a step that was left */
    bool shared = strcmp(step.old, step.value) == 0; /* another client raised it */
    c->heats = c->heats || (step.state == STEP_DONE && heat_raises(step.knob, shared ? "" : step.old, step.value));
    log_info("policy helper: user %u: %s%s%s=%s of %d: %s%s%s", c->peer.uid, r->knob, *r->inst ? "@" : "", r->inst,
             r->value, r->pid, step_state_name(step.state), *step.note ? ", " : "", step.note);
    helper_put_step(&step, &c->out);
}

static void client_finish(struct client *c)
{
    struct undone u = { 0 };
    if (client_end(c, &u) < 0)
        u.failed++;
    helper_put_undone(&u, &c->out);
    undone_done(&u);
    c->leaves = true;
}

static void client_line(struct serving *s, struct client *c, const char *line)
{
    struct helper_request r;
    char why[KNOB_WHY];
    int rc = helper_parse(line, &r, why);
    if (rc < 0) {
        helper_put_error(why, &c->out);
        c->leaves = ++c->bad >= HELPER_BAD_LINES;
    } else if (r.verb == HELPER_BEGIN) {
        client_begin(s, c, &r);
    } else if (r.verb == HELPER_SET) {
        client_set(s, c, &r);
    } else {
        client_finish(c);
    }
    c->until_ns = os_mono_ns() + WAIT_NS;
}

/* ---- bytes ---- */

/* False: it is gone. */
static bool client_send(struct client *c)
{
    while (c->sent < c->out.n) {
        ssize_t n = send(c->fd, c->out.p + c->sent, c->out.n - c->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        c->sent += (size_t)n;
    }
    buf_clear(&c->out);
    c->sent = 0;
    if (c->transaction && c->n == 0)
        c->until_ns = INT64_MAX; /* it may be silent for as long as its program runs */
    return !c->leaves;
}

/* Answers the line that is there, if its user may ask now. */
static bool client_answer(struct serving *s, struct client *c)
{
    char line[HELPER_LINE_MAX];
    char *end = memchr(c->in, '\n', c->n);
    c->waits = false;
    if (!end && c->n < sizeof c->in)
        return true;
    c->waits = !serving_may_ask(s, c->peer.uid);
    if (c->waits)
        return true;
    size_t n = end ? (size_t)(end - c->in) : 0;
    memcpy(line, c->in, n);
    line[n] = '\0';
    if (memchr(line, '\0', n)) /* a NUL within is no text */
        line[0] = '\0';
    c->n = end ? c->n - n - 1 : 0;
    memmove(c->in, end ? end + 1 : c->in, c->n);
    c->leaves = !end; /* a line without an end: what follows has no beginning */
    bool leaves = c->leaves;
    client_line(s, c, line);
    c->leaves = c->leaves || leaves;
    return client_send(c);
}

/* False: it is gone. */
static bool client_receive(struct client *c)
{
    ssize_t n = recv(c->fd, c->in + c->n, sizeof c->in - c->n, MSG_DONTWAIT);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    if (c->until_ns == INT64_MAX)
        c->until_ns = os_mono_ns() + WAIT_NS;
    c->n += (size_t)n;
    return true;
}

static bool client_turn(struct serving *s, struct client *c, short events)
{
    bool on = !(events & (POLLERR | POLLHUP | POLLNVAL));
    if (on && events & POLLOUT)
        on = client_send(c);
    if (on && events & POLLIN)
        on = client_receive(c);
    while (on && !c->out.n) {
        size_t before = c->n;
        on = client_answer(s, c);
        if (c->n == before)
            break;
    }
    return on && (c->waits || os_mono_ns() < c->until_ns);
}

/* ---- all of them ---- */

static void serving_refuse(int fd, const char *why)
{
    auto_buf struct buf out = { 0 };
    helper_put_error(why, &out);
    if (send(fd, out.p, out.n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_info("policy helper: somebody was refused, and did not hear why");
    os_close(fd);
}

/* Why nobody more of this user may be served; NULL: he may. */
static const char *serving_full(const struct serving *s, uint32_t uid)
{
    int all = 0, own = 0;
    for (int i = 0; i < HELPER_CLIENTS; i++) {
        all += s->client[i].fd >= 0;
        own += s->client[i].fd >= 0 && s->client[i].peer.uid == uid;
    }
    return all == HELPER_CLIENTS ? "the helper has too many clients already" :
           uid && own >= HELPER_CLIENTS_EACH ? "the helper has too many clients of this user already" : NULL;
}

static void serving_meet(struct serving *s, int fd)
{
    struct os_peer peer;
    if (os_socket_peer(fd, &peer) < 0 || peer.pid <= 0) {
        serving_refuse(fd, "the helper cannot see who asks: processes have other numbers there");
        return;
    }
    if (!os_socket_admits(fd, s->o->group)) {
        serving_refuse(fd, "the helper is for root and members of its group only");
        return;
    }
    const char *full = serving_full(s, peer.uid);
    if (full) {
        serving_refuse(fd, full);
        return;
    }
    int i = 0;
    while (s->client[i].fd >= 0)
        i++;
    s->client[i] = (struct client){ .fd = fd, .peer = peer, .until_ns = os_mono_ns() + WAIT_NS };
}

static void serving_accept(struct serving *s)
{
    int fd = 0;
    for (int i = 0; i < HELPER_CLIENTS && fd >= 0; i++) {
        fd = os_socket_accept(s->o->fd, os_mono_ns());
        if (fd >= 0)
            serving_meet(s, fd);
    }
    if (fd < 0 && fd != -ETIMEDOUT)
        s->accept_ns = os_mono_ns() + SECOND_NS; /* no descriptors, no memory: it passes */
}

/* What makes it hotter is not kept when it has become hot: who set it loses all that he set, and the connection. */
static void serving_watch_heat(struct serving *s)
{
    char why[KNOB_WHY];
    bool heats = false;
    for (int i = 0; i < HELPER_CLIENTS; i++)
        heats = heats || (s->client[i].fd >= 0 && s->client[i].heats);
    if (!heats || s->o->rules.heats || os_mono_ns() - s->heat_ns < HEAT_NS)
        return;
    s->heat_ns = os_mono_ns();
    if (!heat_forbids(s->o->rules.root, why))
        return;
    log_warn(0, "policy helper: %s; what did so is set back", why);
    for (int i = 0; i < HELPER_CLIENTS; i++)
        if (s->client[i].fd >= 0 && s->client[i].heats)
            client_close(&s->client[i]);
}

static int serving_poll(struct serving *s, struct pollfd p[static HELPER_CLIENTS + 1])
{
    int wait = TURN_MS;
    for (int i = 0; i < HELPER_CLIENTS; i++) {
        const struct client *c = &s->client[i];
        short in = c->n < sizeof c->in && !c->waits ? POLLIN : 0;
        p[i] = (struct pollfd){ .fd = c->fd, .events = c->out.n ? POLLOUT : in };
        wait = c->fd >= 0 && c->waits ? SOON_MS : wait;
    }
    p[HELPER_CLIENTS] = (struct pollfd){ .fd = os_mono_ns() < s->accept_ns ? -1 : s->o->fd, .events = POLLIN };
    int rc = poll(p, HELPER_CLIENTS + 1, wait);
    return rc < 0 ? -errno : 0;
}

static int serving_turn(struct serving *s)
{
    struct pollfd p[HELPER_CLIENTS + 1];
    int rc = serving_poll(s, p);
    if (rc < 0)
        return rc == -EINTR ? 0 : rc;
    for (int i = 0; i < HELPER_CLIENTS; i++) {
        struct client *c = &s->client[i];
        if (c->fd < 0)
            continue;
        s->busy_ns = os_mono_ns();
        if (!client_turn(s, c, p[i].revents))
            client_close(c);
    }
    if (p[HELPER_CLIENTS].revents)
        serving_accept(s);
    serving_watch_heat(s);
    return 0;
}

int helper_serve(const struct helper_serve_options *o)
{
    struct serving *s = mem_new(sizeof *s);
    int rc = 0;
    *s = (struct serving){ .o = o, .busy_ns = os_mono_ns() };
    for (int i = 0; i < HELPER_CLIENTS; i++)
        s->client[i].fd = -1;
    while (rc == 0 && !o->ends() &&
           (o->idle_s <= 0 || 1e-9 * (double)(os_mono_ns() - s->busy_ns) < o->idle_s))
        rc = serving_turn(s);
    for (int i = 0; i < HELPER_CLIENTS; i++)
        if (s->client[i].fd >= 0)
            client_close(&s->client[i]);
    mem_free(s);
    return rc;
}
