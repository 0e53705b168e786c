/*
 * notify.c - `sonde notify`: shows on this user's desktop what a recorder raises, which may be the system's.
 *
 * It holds a line to the recorder's socket. When that breaks it tries again, and says so when it does not come back:
 * a recorder that has stopped raises nothing.
 */
#include "app/attach.h"

#include "alert/desktop.h"
#include "app/datadir.h"
#include "alert/deliveries.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "os/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define LINE_MAX_BYTES 16384
#define QUIET_NS (90 * SECOND_NS)   /* three beats of the recorder */
#define GONE_NS (60 * SECOND_NS)    /* what stops for an update is back by then */
#define AGAIN_NS (5 * SECOND_NS)
#define KNOWN 128

struct agent {
    const struct args *args;
    struct desktop *desktop;
    char line[LINE_MAX_BYTES];
    size_t n;
    bool lasting;           /* what comes lasted before we did */
    char known[KNOWN][MESSAGE_ID]; /* of alerts that are shown and last */
    size_t n_known;
    bool said_gone, failed; /* failed: the last notification was not shown, which was said */
    int64_t gone_ns;        /* since when there is no recorder; 0: there is */
};

/* ---- what is shown ---- */

static size_t agent_find(const struct agent *g, const char *id)
{
    size_t i = 0;
    while (i < g->n_known && strcmp(g->known[i], id) != 0)
        i++;
    return i;
}

static void agent_remember(struct agent *g, const struct message *m)
{
    size_t i = agent_find(g, m->id);
    if (m->news == NEWS_CLEARED && i < g->n_known)
        memcpy(g->known[i], g->known[--g->n_known], MESSAGE_ID);
    else if (m->news != NEWS_CLEARED && i == g->n_known && i < KNOWN)
        text_copy(g->known[g->n_known++], MESSAGE_ID, m->id);
}

static void agent_result(struct agent *g, int rc, const char *why)
{
    if (rc < 0 && !g->failed)
        log_warn(0, "notify: %s", why);
    g->failed = rc < 0;
}

static void agent_show(struct agent *g, const struct message *m)
{
    char body[DELIVERIES_BODY], why[RECEIVER_WHY] = "";
    if (g->lasting && agent_find(g, m->id) < g->n_known) /* the line broke; it is on the screen */
        return;
    deliveries_body(args_config(g->args), m, body);
    int rc = desktop_show(g->desktop, m, body, why);
    if (rc == -EAGAIN) /* the bus that it knew may be another by now */
        rc = desktop_show(g->desktop, m, body, why);
    if (rc == 0 || m->news == NEWS_CLEARED)
        agent_remember(g, m);
    agent_result(g, rc, why);
    if (args_flag(g->args, "verbose"))
        log_info("notify: %s: %s", news_name(m->news), body);
}

static void agent_say(struct agent *g, const char *title, const char *body, enum severity severity)
{
    char why[RECEIVER_WHY] = "";
    agent_result(g, desktop_say(g->desktop, "recorder", title, body, severity, why), why);
}

/* ---- the line ---- */

static void agent_line(struct agent *g, const char *line, size_t n)
{
    struct message m;
    if (n <= 2)
        g->lasting = false; /* {}: from here on it is news, or only a sign of life */
    else if (message_read(line, n, &m) == 0)
        agent_show(g, &m);
}

/* What came, line by line; what is too long is none of ours. */
static int agent_take(struct agent *g, int fd, int64_t until_ns)
{
    int got = os_socket_receive(fd, g->line + g->n, sizeof g->line - g->n, until_ns);
    if (got <= 0)
        return got < 0 ? got : -EPIPE;
    g->n += (size_t)got;
    char *begin = g->line, *end;
    while ((end = memchr(begin, '\n', g->n - (size_t)(begin - g->line))) != NULL) {
        agent_line(g, begin, (size_t)(end - begin));
        begin = end + 1;
    }
    g->n -= (size_t)(begin - g->line);
    memmove(g->line, begin, g->n);
    return g->n == sizeof g->line ? -EMSGSIZE : 0;
}

/* As long as the recorder speaks; with --once until it has said what lasts. */
static void agent_listen(struct agent *g, int fd, bool once)
{
    int64_t until_ns = os_mono_ns() + QUIET_NS;
    int rc = 0;
    g->n = 0;
    g->lasting = true;
    while ((rc == 0 || rc == -ETIMEDOUT || rc == -EINTR) && os_mono_ns() < until_ns && !os_stopping() &&
           !(once && !g->lasting)) {
        rc = agent_take(g, fd, os_mono_ns() + SECOND_NS);
        if (rc == 0)
            until_ns = os_mono_ns() + QUIET_NS;
    }
}

static void agent_miss(struct agent *g)
{
    int64_t now_ns = os_mono_ns();
    g->gone_ns = g->gone_ns ? g->gone_ns : now_ns;
    if (g->said_gone || now_ns - g->gone_ns < GONE_NS)
        return;
    agent_say(g, "Recording stopped", "No recorder of Sonde runs here any more; nothing is watched until one does.",
              SEVERITY_WARNING);
    g->said_gone = true;
}

static void agent_meet(struct agent *g)
{
    if (g->said_gone)
        agent_say(g, "Recording goes on", "A recorder of Sonde runs again.", SEVERITY_INFO);
    g->said_gone = false;
    g->gone_ns = 0;
}

static int notify_loop(struct agent *g, bool once)
{
    bool met = false;
    while (!os_stopping()) {
        int fd = attach_open(g->args, "alerts");
        if (fd >= 0) {
            agent_meet(g);
            agent_listen(g, fd, once);
            os_close(fd);
            met = true;
        } else if (once) {
            log_error(0, fd == -EACCES ? "notify: the recorder lets only its user, root and the group sonde in" :
                      "notify: no recorder runs here; start one with `sonde record`");
        } else if (!met && !g->gone_ns) {
            log_warn(0, fd == -EACCES ? "notify: the recorder lets only members of the group sonde in; waiting" :
                     "notify: no recorder runs here yet; waiting for one");
        }
        if (once)
            return met && !g->failed ? EXIT_DONE : EXIT_FAILED;
        if (fd < 0)
            agent_miss(g);
        os_sleep_until(os_mono_ns() + (fd < 0 ? AGAIN_NS : SECOND_NS));
    }
    return EXIT_DONE;
}

/* One message, to see whether it is shown, and by whom. */
static int notify_test(struct agent *g)
{
    struct message m;
    char body[DELIVERIES_BODY], why[RECEIVER_WHY] = "";
    message_test(NULL, os_wall_ms(), &m);
    int rc = desktop_show(g->desktop, &m, deliveries_body(args_config(g->args), &m, body), why);
    if (rc < 0)
        log_error(0, "notify: %s", why);
    else
        printf("shown by %s\n", desktop_server(g->desktop));
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int notify_run(const struct args *a)
{
    auto_free struct agent *g = mem_new(sizeof *g);
    *g = (struct agent){ .args = a, .desktop = desktop_new() };
    os_stop_on_signal();
    int status = args_flag(a, "test") ? notify_test(g) : notify_loop(g, args_flag(a, "once"));
    desktop_free(g->desktop);
    return status;
}

static const struct option options[] = {
    { "once", 0, OPTION_FLAG, .help = "show what is raised now, and end" },
    { "test", 0, OPTION_FLAG, .help = "show a test, say by whom it is shown, and end; no recorder is needed" },
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde notify --test", "are notifications shown here?" },
    { "systemctl --user enable --now sonde-notify", "from now on, in every desktop session" },
    { 0 },
};

const struct command command_notify = {
    .name = "notify", .summary = "show on this desktop what the recorder raises", .usage = "",
    .text = "A recorder that is a service of the system has no desktop to show anything on. This agent of a user asks "
            "it at its socket (`sonde help record` says who may) and shows each alert as a notification: raised, "
            "still, over, each in place of the one before. It says so when the recorder stops for longer than a "
            "minute, and waits for the next one. Names from the machine are shown as text, never as markup or "
            "commands.",
    .options = options, .examples = examples, .run = notify_run,
};
