/* recorder_request.c - takes apart what a client asks. */
#include "app/recorder_request.h"

#include "base/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    enum request_kind kind;
} words[] = {
    { "live", REQUEST_LIVE }, { "tape", REQUEST_TAPE }, { "state", REQUEST_STATE },
    { "sessions", REQUEST_SESSIONS }, { "mark", REQUEST_MARK }, { "alerts", REQUEST_ALERTS },
};

/* The next word, taken off; "" at the end. */
static char *request_word(char **rest)
{
    char *word = *rest + strspn(*rest, " ");
    size_t n = strcspn(word, " ");
    *rest = word + n;
    if (word[n])
        *(*rest)++ = '\0';
    return word;
}

static bool request_time(const char *text, int64_t *out)
{
    char *end;
    errno = 0;
    long long v = strtoll(text, &end, 10);
    *out = v;
    return end > text && !*end && !errno;
}

static int request_refuse(char why[static REQUEST_WHY], const char *text)
{
    snprintf(why, REQUEST_WHY, "%s", text);
    return -EINVAL;
}

static int request_live(char *rest, struct request *r, char why[static REQUEST_WHY])
{
    const char *minutes = request_word(&rest);
    r->minutes = 10;
    if (*minutes && !(text_double(minutes, &r->minutes) && r->minutes >= 0 && r->minutes <= REQUEST_MINUTES))
        return request_refuse(why, "live takes minutes from 0 to 1440");
    return *request_word(&rest) ? request_refuse(why, "live takes one word") : 0;
}

static int request_sessions(char *rest, struct request *r, char why[static REQUEST_WHY])
{
    const char *n = request_word(&rest);
    double limit = 100;
    if (*n && !(text_double(n, &limit) && limit >= 1 && limit <= REQUEST_SESSIONS_MAX))
        return request_refuse(why, "sessions takes how many, from 1 to 10000");
    r->limit = (int)limit;
    return *request_word(&rest) ? request_refuse(why, "sessions takes one word") : 0;
}

static int request_tape(char *rest, struct request *r, char why[static REQUEST_WHY])
{
    const char *session = request_word(&rest), *from = request_word(&rest), *to = request_word(&rest);
    if (!request_time(from, &r->from_ms) || !request_time(to, &r->to_ms) || *request_word(&rest))
        return request_refuse(why, "tape takes a session and two times in milliseconds");
    if (strlen(session) >= sizeof r->session)
        return request_refuse(why, "there is no session with so long a name");
    text_copy(r->session, sizeof r->session, strcmp(session, "-") == 0 ? "" : session);
    return 0;
}

int request_parse(const char *line, size_t n, struct request *out, char why[static REQUEST_WHY])
{
    char text[REQUEST_MAX];
    if (n >= sizeof text || memchr(line, '\0', n))
        return request_refuse(why, "the request is no line of text, or too long");
    memcpy(text, line, n);
    text[n] = '\0';
    if (!text_is_plain(text))
        return request_refuse(why, "the request has characters that are none");
    char *rest = text;
    const char *word = request_word(&rest);
    size_t i = 0;
    while (i < sizeof words / sizeof *words && strcmp(words[i].word, word) != 0)
        i++;
    if (i == sizeof words / sizeof *words)
        return request_refuse(why, "the request is none of live, tape, state, sessions, mark, alerts");
    struct request r = { .kind = words[i].kind };
    text_copy(r.text, sizeof r.text, rest + strspn(rest, " "));
    int rc = r.kind == REQUEST_LIVE ? request_live(rest, &r, why) :
             r.kind == REQUEST_TAPE ? request_tape(rest, &r, why) :
             r.kind == REQUEST_SESSIONS ? request_sessions(rest, &r, why) :
             r.kind == REQUEST_STATE && *r.text ? request_refuse(why, "state takes nothing") :
             r.kind == REQUEST_ALERTS && *r.text ? request_refuse(why, "alerts takes nothing") : 0;
    if (rc == 0)
        *out = r;
    return rc;
}
