/*
 * to_command.c - a program of the person, without a shell: nothing of an alert is ever a word of its command line. It
 * gets the alert as JSON on its input, and in SONDE_ALERT_* variables.
 */
#include "alert/receiver.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS 32
#define VARIABLES 16

struct command_receiver {
    const char *argv[ARGUMENTS + 1]; /* owned */
    double timeout_s;
};

static void command_close(void *self)
{
    struct command_receiver *r = self;
    for (size_t i = 0; r && r->argv[i]; i++)
        mem_free((char *)r->argv[i]);
    mem_free(r);
}

static int command_open(const struct config *c, bool wanted, void **self, char why[static RECEIVER_WHY])
{
    size_t n;
    const char *const *argv = config_list(c, "alerts.command", &n);
    (void)wanted;
    if (!n)
        return -ENODATA;
    if (**argv != '/' || n > ARGUMENTS)
        snprintf(why, RECEIVER_WHY, "alerts.command begins with the path of a program (/...), and has at most %d words",
                 ARGUMENTS);
    else if (!os_is_program(*argv))
        snprintf(why, RECEIVER_WHY, "alerts.command: %.200s is no program that this user may run", *argv);
    if (*why)
        return -EINVAL;
    struct command_receiver *r = mem_new(sizeof *r);
    r->timeout_s = config_number(c, "alerts.command_timeout");
    for (size_t i = 0; i < n; i++)
        r->argv[i] = mem_dup(argv[i]);
    *self = r;
    return 0;
}

struct variables {
    char *text[VARIABLES + 1];
    size_t n;
};

static void variables_add(struct variables *v, const char *name, const char *value)
{
    auto_buf struct buf b = { 0 };
    buf_printf(&b, "%s=%s", name, value);
    if (v->n < VARIABLES)
        v->text[v->n++] = mem_dup(b.p);
}

static void variables_of(const struct message *m, const char *body, struct variables *v)
{
    char text[TEXT_TIME_MAX];
    char number[TEXT_NUMBER_MAX] = "";
    variables_add(v, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    variables_add(v, "LANG", "C.UTF-8");
    variables_add(v, "SONDE_ALERT_STATE", news_name(m->news));
    variables_add(v, "SONDE_ALERT_RULE", m->rule);
    variables_add(v, "SONDE_ALERT_METRIC", m->metric);
    text_number(m->value, 6, number);
    variables_add(v, "SONDE_ALERT_VALUE", number);
    variables_add(v, "SONDE_ALERT_UNIT", unit_code(m->unit));
    variables_add(v, "SONDE_ALERT_SEVERITY", severity_name(m->severity));
    variables_add(v, "SONDE_ALERT_SINCE", text_time(m->since_ms, text));
    variables_add(v, "SONDE_ALERT_TIME", text_time(m->now_ms, text));
    variables_add(v, "SONDE_ALERT_TEXT", body);
    variables_add(v, "SONDE_ALERT_ID", m->id);
}

/* What it says on stderr first, for the message; the rest is read and left. */
static void command_hear(struct os_child *c, int wait_ms, char *said, size_t cap, size_t *n)
{
    char piece[512];
    int got;
    while ((got = os_child_read(c->err, piece, sizeof piece, wait_ms)) > 0) {
        size_t fits = (size_t)got < cap - 1 - *n ? (size_t)got : cap - 1 - *n;
        memcpy(said + *n, piece, fits);
        *n += fits;
        said[*n] = '\0';
        wait_ms = 0;
    }
    while (os_child_read(c->out, piece, sizeof piece, 0) > 0)
        continue;
}

/* Until it ends, or its time is over. */
static int command_wait(struct os_child *c, double timeout_s, char why[static RECEIVER_WHY])
{
    char said[128] = "";
    size_t n = 0;
    int status = 0;
    int64_t until = os_mono_ns() + (int64_t)(timeout_s * 1e9);
    bool ended = false, late = false;
    while (!(ended = os_child_has_ended(c, 20, &status)) && !(late = os_mono_ns() >= until))
        command_hear(c, 0, said, sizeof said, &n);
    if (!ended)
        os_child_end(c);
    while (!ended && !(ended = os_child_has_ended(c, 1000, &status)))
        continue;
    command_hear(c, 0, said, sizeof said, &n);
    os_child_close(c);
    said[strcspn(said, "\n")] = '\0';
    text_clean(said);
    if (late)
        snprintf(why, RECEIVER_WHY, "the command did not end within %g s (alerts.command_timeout), and was ended",
                 timeout_s);
    else if (status)
        snprintf(why, RECEIVER_WHY, "the command ended with status %d%s%s", status, *said ? ": " : "", said);
    return late ? -ETIMEDOUT : status ? -EIO : 0;
}

static int command_send(void *self, const struct message *m, const char *body, char why[static RECEIVER_WHY])
{
    const struct command_receiver *r = self;
    struct variables v = { 0 };
    struct os_child child;
    auto_buf struct buf json = { 0 };
    message_put(m, &json);
    buf_putc(&json, '\n');
    variables_of(m, body, &v);
    int rc = os_child_start_with(r->argv, (const char *const *)v.text, json.p, json.n, &child);
    for (size_t i = 0; i < v.n; i++)
        mem_free(v.text[i]);
    if (rc < 0) {
        snprintf(why, RECEIVER_WHY, "%.200s cannot be run: %s", r->argv[0], strerror(-rc));
        return rc == -EAGAIN ? -ENOMEM : rc;
    }
    return command_wait(&child, r->timeout_s, why);
}

const struct receiver_type receiver_command = {
    .which = RECEIVER_COMMAND, .open = command_open, .send = command_send, .close = command_close,
};
