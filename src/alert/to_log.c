/*
 * to_log.c - the log of the system: the journal with fields, else syslog, else stderr with the prefixes that systemd
 * takes for priorities (sd-daemon(3)). Always as `sonde`, so that whoever reads logs knows its own words.
 */
#include "alert/to_log.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define IDENTIFIER "sonde"

/* Made once, at random (uuid(1)); journalctl MESSAGE_ID=... finds them, and catalogues may explain them. */
static const char *log_message_id(enum news n)
{
    static const char *const id[] = {
        [NEWS_RAISED] = "3f0c6e1b7d6f4a5e9a51d2b64c1e80f1", [NEWS_REMINDED] = "b2a7f9c05e3b4c0f8f0e6e6a9c4d71d2",
        [NEWS_CLEARED] = "7c5d90e3a1f24be6b6a3f48d2e97c0a3", [NEWS_TEST] = "d81e2f6b94c74d0aa2c5e01b3f7a96b4",
    };
    return id[n];
}

/* syslog(3): what is critical to a machine is no emergency of the system. */
int log_priority(enum severity s, enum news n)
{
    return n == NEWS_CLEARED || n == NEWS_TEST ? 6 : s == SEVERITY_CRITICAL ? 2 : s == SEVERITY_WARNING ? 4 :
           s == SEVERITY_NOTICE ? 5 : 6;
}

const char *log_entry(const struct log_paths *at, const struct log_words *w, int *rc)
{
    char priority[2] = { (char)('0' + (w->priority & 7)), '\0' };
    struct os_log_field field[12] = { { "MESSAGE", w->text }, { "PRIORITY", priority },
                                      { "SYSLOG_IDENTIFIER", IDENTIFIER }, { "SONDE_KIND", w->kind }, { "SONDE_SEVERITY", w->severity } };
    size_t n = 5;
    const struct os_log_field more[] = {
        { "SONDE_STATE", w->state }, { "SONDE_RULE", w->rule }, { "SONDE_METRIC", w->metric }, { "SONDE_VALUE", w->value },
        { "SONDE_UNIT", w->unit }, { "MESSAGE_ID", w->id },
    };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i].value && *more[i].value)
            field[n++] = more[i];
    *rc = os_journal_send(at->journal, field, n);
    if (*rc == 0)
        return "the journal";
    if (*rc == -EAGAIN)
        return NULL;
    *rc = os_syslog_send(at->dev_log, w->priority, IDENTIFIER, w->text);
    if (*rc == 0)
        return "syslog";
    fprintf(stderr, "<%d>" IDENTIFIER ": %s\n", w->priority & 7, w->text);
    *rc = fflush(stderr) == 0 ? 0 : -EIO;
    return *rc == 0 ? "stderr" : NULL;
}

static int log_open(const struct config *c, bool wanted, void **self, char why[static RECEIVER_WHY])
{
    (void)why;
    if (!wanted && !config_bool(c, "alerts.system_log"))
        return -ENODATA;
    struct log_paths *at = mem_new(sizeof *at);
    *at = LOG_PATHS;
    *self = at;
    return 0;
}

static int log_send(void *self, const struct message *m, const char *body, char why[static RECEIVER_WHY])
{
    char value[TEXT_NUMBER_MAX] = "", text[MESSAGE_TEXT + RULE_NAME_MAX + 600], title[RULE_NAME_MAX + 32];
    int rc;
    text_number(m->value, 6, value);
    message_title(m, title, sizeof title);
    bool named = strncmp(title, IDENTIFIER ": ", sizeof IDENTIFIER + 1) == 0; /* it stands before every line */
    snprintf(text, sizeof text, "%s: %s", named ? title + sizeof IDENTIFIER + 1 : title, body);
    struct log_words w = {
        .text = text, .priority = log_priority(m->severity, m->news), .kind = "alert", .state = news_name(m->news),
        .severity = severity_name(m->severity), .rule = m->rule, .metric = m->metric, .value = value,
        .unit = *value ? unit_code(m->unit) : "", .id = log_message_id(m->news),
    };
    if (!log_entry(self, &w, &rc))
        snprintf(why, RECEIVER_WHY, "the log of the system takes nothing: %s", strerror(-rc));
    return rc;
}

static void log_close(void *self)
{
    mem_free(self);
}

const struct receiver_type receiver_log = {
    .which = RECEIVER_LOG, .open = log_open, .send = log_send, .close = log_close,
};
