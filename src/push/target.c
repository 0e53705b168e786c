/* target.c - reads the line of a receiver strictly: what could be meant in two ways is refused, with the remedy. */
#include "push/target.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

/* 127.x.y.z in full: neither 127.1 nor 127.example.com. */
static bool host_is_local(const char *host)
{
    unsigned part[4];
    char more;
    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0)
        return true;
    return strspn(host, "0123456789.") == strlen(host) &&
           sscanf(host, "%3u.%3u.%3u.%3u%c", &part[0], &part[1], &part[2], &part[3], &more) == 4 && part[0] == 127 &&
           part[1] < 256 && part[2] < 256 && part[3] < 256;
}

/* Takes the host from *p, in brackets or not. */
static bool url_host(const char **p, struct target *t)
{
    const char *at = *p;
    bool bracket = *at == '[';
    at += bracket;
    size_t n = bracket ? strspn(at, "0123456789abcdefABCDEF:.") : 0;
    while (!bracket && (isalnum((unsigned char)at[n]) || at[n] == '-' || at[n] == '.' || at[n] == '_'))
        n++;
    if (!n || n > 253 || (bracket && at[n] != ']'))
        return false;
    snprintf(t->host, sizeof t->host, "%.*s", (int)n, at);
    *p = at + n + bracket;
    return true;
}

static bool url_port(const char **p, struct target *t)
{
    if (**p != ':')
        return true;
    size_t n = strspn(*p + 1, "0123456789");
    t->port = n && n <= 5 ? (int)strtol(*p + 1, NULL, 10) : 0;
    *p += 1 + n;
    return t->port >= 1 && t->port <= 65535;
}

static bool url_rest_is_plain(const char *p)
{
    for (; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("/-._~:%?&=+,@", *p))
            return false;
    return true;
}

static const struct scheme *url_scheme(const char *url, size_t n)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strlen(schemes[i].name) == n && strncasecmp(url, schemes[i].name, n) == 0)
            return &schemes[i];
    return NULL;
}

/* What topics begin with: no wildcard, no empty level at its ends. */
static const char *url_topic(const char *path, struct target *t)
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

static const char *url_read(const char *url, struct target *t)
{
    const char *colon = strstr(url, "://"), *wrong;
    const struct scheme *s = colon ? url_scheme(url, (size_t)(colon - url)) : NULL;
    if (!s)
        return "has no URL that begins with http://, https://, tcp://, mqtt:// or mqtts://";
    const char *p = colon + 3, *path;
    *t->host = '\0';
    t->way = s->way;
    t->tls = s->tls;
    t->port = s->port;
    if (strcspn(p, "@") < strcspn(p, "/?"))
        return "has a name or a secret in its URL; user= and password_file= are for them";
    if (!url_host(&p, t))
        return "has no host in its URL";
    if (!url_port(&p, t))
        return "has no port from 1 to 65535 behind the colon";
    path = p;
    if ((*path && *path != '/' && *path != '?') || !url_rest_is_plain(path))
        return "has signs in its URL that belong into none";
    if (t->way == TARGET_TCP && *path && strcmp(path, "/") != 0)
        return "has a path in its URL, of which tcp:// knows none";
    wrong = t->way == TARGET_MQTT ? url_topic(path, t) : NULL;
    if (wrong)
        return wrong;
    t->local = host_is_local(t->host);
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
        wrong = url_read(url, &t);
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
