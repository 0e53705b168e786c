/*
 * to_command.c - a program of the person, without a shell: nothing of an alert is ever a word of its command line. It
 * gets the alert as JSON on its input, and in SONDE_ALERT_* variables.
 */
#include "alert/program.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

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

static int command_send(void *self, const struct message *m, const char *body, char why[static RECEIVER_WHY])
{
    const struct command_receiver *r = self;
    struct variables v = { 0 };
    auto_buf struct buf json = { 0 };
    message_put(m, &json);
    buf_putc(&json, '\n');
    variables_of(m, body, &v);
    struct program p = { .argv = r->argv, .env = (const char *const *)v.text, .name = "the command",
                         .limit = "alerts.command_timeout", .timeout_s = r->timeout_s };
    int rc = program_tell(&p, &json, why);
    for (size_t i = 0; i < v.n; i++)
        mem_free(v.text[i]);
    return rc > 0 ? -EIO : rc;
}

const struct receiver_type receiver_command = {
    .which = RECEIVER_COMMAND, .open = command_open, .send = command_send, .close = command_close,
};
