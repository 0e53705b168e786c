/* target.c - reads the line of a receiver strictly: what could be meant in two ways is refused, with the remedy. */
#include "push/target.h"

#include "base/text.h"
#include "base/url.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define INTERVAL_S 10

static const struct scheme {
    const char *name;
    enum target_way way;
    bool tls;
    int port;
} schemes[] = {
    { "http", TARGET_HTTP, false, 80 }, { "https", TARGET_HTTP, true, 443 }, { "tcp", TARGET_TCP, false, 2003 },
    { "mqtt", TARGET_MQTT, false, 1883 }, { "mqtts", TARGET_MQTT, true, 8883 },
};

static const struct {
    const char *exporter;
    enum target_way way;
} ways[] = { { "graphite", TARGET_TCP }, { "mqtt", TARGET_MQTT } }; /* the others: TARGET_HTTP */

/* ---- URL ---- */

static const struct scheme *target_scheme(const char *url)
{
    size_t n = strcspn(url, ":");
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes && strncmp(url + n, "://", 3) == 0; i++)
        if (strlen(schemes[i].name) == n && strncasecmp(url, schemes[i].name, n) == 0)
            return &schemes[i];
    return NULL;
}

/* What topics begin with: no wildcard, no empty level at its ends. */
static const char *target_topic(const char *path, struct target *t)
{
    while (*path == '/')
        path++;
    size_t n = strlen(path);
    while (n && path[n - 1] == '/')
        n--;
    if (n >= sizeof t->path || memchr(path, '?', n) || memchr(path, '+', n))
        return "has a topic that is too long or holds + or ?";
    snprintf(t->path, sizeof t->path, "%.*s", (int)n, path);
    return NULL;
}

static const char *target_url(const char *url, struct target *t)
{
    const struct scheme *s = target_scheme(url);
    struct url u;
    if (!s)
        return "has no URL that begins with http://, https://, tcp://, mqtt:// or mqtts://";
    const char *host = strstr(url, "://") + 3;
    if (strcspn(host, "@") < strcspn(host, "/?"))
        return "has a name or a secret in its URL; user= and password_file= are for them";
    const char *wrong = url_read(url, &u);
    if (wrong)
        return wrong;
    t->way = s->way;
    t->tls = s->tls;
    t->port = u.port ? u.port : s->port;
    t->local = u.local;
    bool bracket = *u.host == '[';
    snprintf(t->host, sizeof t->host, "%.*s", (int)u.host_n - 2 * bracket, u.host + bracket);
    if (!url_is_plain(u.rest, "/-._~:%?&=+,@"))
        return "has signs in its URL that belong into none";
    if (t->way == TARGET_TCP && *u.rest && strcmp(u.rest, "/") != 0)
        return "has a path in its URL, of which tcp:// knows none";
    wrong = t->way == TARGET_MQTT ? target_topic(u.rest, t) : NULL;
    if (wrong)
        return wrong;
    if (snprintf(t->url, sizeof t->url, "%s", url) >= (int)sizeof t->url)
        return "has a longer URL than one may be";
    text_copy(t->shown, sizeof t->shown, url);
    t->shown[strcspn(t->shown, "?")] = '\0';
    return NULL;
}

/* ---- options ---- */

static const char *copy_path(char *out, size_t cap, const char *value)
{
    if (*value != '/' || strlen(value) >= cap)
        return "is no path that begins with /";
    snprintf(out, cap, "%s", value);
    return NULL;
}

static const char *copy_text(char *out, size_t cap, const char *value)
{
    if (!*value || strlen(value) >= cap || !text_is_plain(value))
        return "is empty or too long, or holds what cannot be shown";
    snprintf(out, cap, "%s", value);
    return NULL;
}

static const char *read_interval(struct target *t, const char *value)
{
    if (!text_duration(value, &t->interval_s) || t->interval_s < 0.1 || t->interval_s > 3600)
        return "is no time from 0.1 s to 1 h";
    return NULL;
}

static const char *read_settle(struct target *t, const char *value)
{
    if (!text_duration(value, &t->settle_s) || t->settle_s < 0 || t->settle_s > 3600)
        return "is no time from 0 s to 1 h";
    return NULL;
}

static const char *option_read(struct target *t, const char *key, const char *value)
{
    if (strcmp(key, "metrics") == 0)
        return copy_text(t->metrics, sizeof t->metrics, value);
    if (strcmp(key, "interval") == 0)
        return read_interval(t, value);
    if (strcmp(key, "settle") == 0)
        return read_settle(t, value);
    if (strcmp(key, "token_file") == 0)
        return copy_path(t->token_file, sizeof t->token_file, value);
    if (strcmp(key, "user") == 0)
        return copy_text(t->user, sizeof t->user, value);
    if (strcmp(key, "password_file") == 0)
        return copy_path(t->password_file, sizeof t->password_file, value);
    if (strcmp(key, "ca_file") == 0)
        return copy_path(t->ca_file, sizeof t->ca_file, value);
    if (strcmp(key, "host") == 0)
        return copy_text(t->label, sizeof t->label, value);
    return "is not known; there are metrics, interval, token_file, user, password_file, ca_file, host, settle "
           "and insecure";
}

static int option_take(struct target *t, char *word, bool *insecure, char why[static TARGET_WHY])
{
    char *value = strchr(word, '=');
    if (strcmp(word, "insecure") == 0) {
        *insecure = true;
        return 0;
    }
    if (value)
        *value++ = '\0';
    const char *wrong = option_read(t, word, value ? value : "");
    if (wrong)
        snprintf(why, TARGET_WHY, "%.40s %s", word, wrong);
    return wrong ? -EINVAL : 0;
}

/* ---- the line ---- */

static bool name_is_good(const char *name)
{
    size_t n = strlen(name);
    if (!n || n >= CURSOR_NAME_MAX || !isalnum((unsigned char)*name))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != '_')
            return false;
    return true;
}

static enum target_way way_of(const struct exporter *e)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(ways[i].exporter, e->name) == 0)
            return ways[i].way;
    return TARGET_HTTP;
}

/* What fits each by itself, and not together. */
static const char *target_wrong(const struct target *t, bool insecure)
{
    if (!t->exporter || !t->exporter->batch)
        return "has no format that receivers take; there are remote-write, influx, otlp, graphite, mqtt and jsonl";
    if (way_of(t->exporter) != t->way)
        return t->way == TARGET_HTTP ? "has a format that does not go by http; graphite: tcp://, mqtt: mqtt://" :
                                       "has a format that goes by http:// or https:// only";
    if (!t->local && !t->tls && !insecure)
        return "leads beyond this machine without encryption; use https or mqtts, or say `insecure`";
    if (*t->password_file && !*t->user)
        return "has a password_file and no user";
    if (*t->token_file && (*t->user || t->way != TARGET_HTTP))
        return *t->user ? "has a token_file and a user; one of them can be" :
                          "has a token_file, which only HTTP knows";
    if (t->way == TARGET_TCP && *t->user)
        return "has a user, which tcp:// does not know";
    return NULL;
}

int target_read(const char *line, struct target *out, char why[static TARGET_WHY])
{
    struct target t = { .interval_s = INTERVAL_S };
    char text[TARGET_LINE_MAX], *rest = NULL;
    const char *wrong = NULL;
    bool insecure = false;
    *why = '\0';
    if (strlen(line) >= sizeof text || !text_is_plain(line)) {
        snprintf(why, TARGET_WHY, "is too long, or holds what cannot be shown");
        return -EINVAL;
    }
    snprintf(text, sizeof text, "%s", line);
    char *name = strtok_r(text, " ", &rest), *format = strtok_r(NULL, " ", &rest), *url = strtok_r(NULL, " ", &rest);
    if (!name || !name_is_good(name))
        wrong = "begins with no name of letters, digits, - and _";
    else if (!format || !url)
        wrong = "needs a name, a format and a URL";
    else
        wrong = target_url(url, &t);
    for (char *word; !wrong && (word = strtok_r(NULL, " ", &rest));)
        if (option_take(&t, word, &insecure, why) < 0)
            return -EINVAL;
    if (!wrong) {
        snprintf(t.name, sizeof t.name, "%s", name);
        t.exporter = exporter_find(format);
        wrong = target_wrong(&t, insecure);
    }
    if (wrong) {
        snprintf(why, TARGET_WHY, "%s", wrong);
        return -EINVAL;
    }
    *out = t;
    return 0;
}
