/*
 * to_email.c - mail by the sendmail interface that every mail system of Unix has: the message on its input, the
 * addresses from its head (-t), no shell. Addresses are checked, and texts are plain: there is no way to a second
 * header. Lines end as those of a text file do, which that interface makes into what goes over a network.
 */
#include "alert/program.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ADDRESSES 16
#define ADDRESS_MAX 254    /* RFC 5321, 4.5.3.1.3 */
#define TIMEOUT_S 30
#define TEMPORARY 75       /* EX_TEMPFAIL, sysexits.h(3) */

struct email {
    char to[ADDRESSES * (ADDRESS_MAX + 3)]; /* one a line, folded: RFC 5322 has no line above 998 bytes */
    char from[ADDRESS_MAX + 1];             /* "" = as the mail system has it */
    char program[OS_PATH_MAX];
};

/* A dot-atom, an @ and a domain (RFC 5322, 3.4.1), of ASCII; no comment, no quotes, nothing that looks like an
 * option. */
static bool email_is_address(const char *text)
{
    static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char atom[sizeof alnum + 32], domain[sizeof alnum + 2];
    snprintf(atom, sizeof atom, "%s!#$%%&'*+/=?^_`{|}~-.", alnum);
    snprintf(domain, sizeof domain, "%s-.", alnum);
    size_t n = strspn(text, atom), length = strlen(text);
    return n > 0 && *text != '-' && *text != '.' && text[n - 1] != '.' && text[n] == '@' && length <= ADDRESS_MAX &&
           text[n + 1] && strchr(alnum, text[n + 1]) && strspn(text + n + 1, domain) == length - n - 1 &&
           text[length - 1] != '.' && !strstr(text, "..");
}

static int email_open(const struct config *c, bool wanted, void **self, char why[static RECEIVER_WHY])
{
    size_t n;
    const char *const *to = config_list(c, "alerts.email.to", &n);
    const char *from = config_string(c, "alerts.email.from"), *program = config_string(c, "alerts.email.sendmail");
    (void)wanted;
    if (!n)
        return -ENODATA;
    if (n > ADDRESSES)
        snprintf(why, RECEIVER_WHY, "alerts.email.to has at most %d addresses", ADDRESSES);
    for (size_t i = 0; i < n && !*why; i++)
        if (!email_is_address(to[i]))
            snprintf(why, RECEIVER_WHY, "alerts.email.to: %.100s is no address, as root@example.org", to[i]);
    if (!*why && *from && !email_is_address(from))
        snprintf(why, RECEIVER_WHY, "alerts.email.from: %.100s is no address", from);
    if (!*why && (*program != '/' || strlen(program) >= OS_PATH_MAX || !os_is_program(program)))
        snprintf(why, RECEIVER_WHY, "alerts.email.sendmail: %.200s is no program here; a mail system (Debian: postfix, "
                 "msmtp-mta) brings one", program);
    if (*why)
        return -EINVAL;
    struct email *e = mem_new(sizeof *e);
    for (size_t i = 0; i < n; i++) {
        if (i)
            strcat(e->to, ",\n ");
        strcat(e->to, to[i]);
    }
    text_copy(e->from, sizeof e->from, from);
    text_copy(e->program, sizeof e->program, program);
    *self = e;
    return 0;
}

static void email_close(void *self)
{
    mem_free(self);
}

/* One word of RFC 2047 for each 30 bytes or so, cut between characters; plain where it is ASCII. */
static void email_put_subject(struct buf *b, const char *text)
{
    static const char digit[] = "0123456789ABCDEF";
    long c;
    bool plain = true;
    for (const char *p = text; *p; p++)
        plain = plain && (unsigned char)*p < 0x80;
    if (plain && !strstr(text, "=?")) {
        buf_printf(b, "Subject: %s\n", text);
        return;
    }
    buf_puts(b, "Subject:");
    while (*text) {
        buf_puts(b, " =?UTF-8?Q?");
        for (int left = 45; *text && left > 0;) {
            size_t n = text_utf8(text, &c);
            for (size_t i = 0; i < n; i++, left -= 3) {
                buf_putc(b, '=');
                buf_putc(b, digit[(unsigned char)text[i] >> 4]);
                buf_putc(b, digit[text[i] & 15]);
            }
            text += n;
        }
        buf_puts(b, "?=\n"); /* the next line begins with a blank: it is the same field */
    }
}

static void email_put(const struct email *e, const struct message *m, const char *body, struct buf *out)
{
    char title[RULE_NAME_MAX + 32], since[TEXT_TIME_MAX];
    char subject[RULE_NAME_MAX + 64];
    message_title(m, title, sizeof title);
    snprintf(subject, sizeof subject, "[sonde] %s: %s", severity_name(m->severity), title);
    if (*e->from)
        buf_printf(out, "From: %s\n", e->from);
    buf_printf(out, "To: %s\n", e->to);
    email_put_subject(out, subject);
    buf_puts(out, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
             "Auto-Submitted: auto-generated\nX-Sonde-Alert: ");
    buf_printf(out, "%s\n\n%s\n\nrule      %s\n", m->id, body, m->rule);
    if (*m->metric)
        buf_printf(out, "metric    %s\n", m->metric);
    buf_printf(out, "state     %s\nseverity  %s\nsince     %s\n", news_name(m->news), severity_name(m->severity),
               text_time(m->since_ms, since));
}

static int email_send(void *self, const struct message *m, const char *body, char why[static RECEIVER_WHY])
{
    const struct email *e = self;
    static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", NULL };
    const char *const argv[] = { e->program, "-t", "-i", NULL };
    auto_buf struct buf mail = { 0 };
    email_put(e, m, body, &mail);
    int rc = program_tell(&(struct program){ .argv = argv, .env = env, .name = e->program, .timeout_s = TIMEOUT_S },
                          &mail, why);
    return rc == -ETIMEDOUT || rc == TEMPORARY ? -EAGAIN : rc > 0 ? -EIO : rc;
}

const struct receiver_type receiver_email = {
    .which = RECEIVER_EMAIL, .open = email_open, .send = email_send, .close = email_close,
};
