/*
 * mqtt.c - publishes by libmosquitto (mosquitto.h), whose loop runs in the calling thread only, so that nothing happens
 * between two calls but the keep-alive that a broker may miss: then the next call connects anew.
 */
#include "modules/mqtt.h"

#include <errno.h>
#include <mosquitto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOP_MS 200
#define KEEP_ALIVE_S 3600 /* most between two batches; the broker is not asked meanwhile */
#define TRUSTED "/etc/ssl/certs"
#define IN_FLIGHT 20      /* messages that the library sends before the first is acknowledged */

struct connection {
    struct mosquitto *m;
    bool ready;               /* the broker admitted us */
    int refused;              /* as it said, 0: it did not */
    int *id;                  /* of the messages of this call that are not acknowledged; n of them */
    bool *taken;
    size_t n;
    size_t pending;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void mqtt_begin(void)
{
    mosquitto_lib_init();
}

static void mqtt_connected(struct mosquitto *m, void *self, int rc)
{
    struct connection *c = self;
    (void)m;
    c->ready = rc == 0;
    c->refused = rc;
}

static void mqtt_taken(struct mosquitto *m, void *self, int id)
{
    struct connection *c = self;
    (void)m;
    for (size_t i = 0; i < c->n; i++)
        if (c->id[i] == id && !c->taken[i]) {
            c->taken[i] = true;
            c->pending--;
            return;
        }
}

static double mqtt_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int mqtt_error(int rc)
{
    switch (rc) {
    case MOSQ_ERR_SUCCESS: return 0;
    case MOSQ_ERR_NOMEM: return -ENOMEM;
    case MOSQ_ERR_ERRNO: return errno ? -errno : -EIO;
    case MOSQ_ERR_NO_CONN: return -ECONNREFUSED;
    case MOSQ_ERR_CONN_LOST: return -ECONNRESET;
    case MOSQ_ERR_CONN_REFUSED:
    case MOSQ_ERR_AUTH: return -EACCES;
    case MOSQ_ERR_TLS: return -EPROTO;
    case MOSQ_ERR_EAI: return -EHOSTUNREACH;
    default: return -EIO;
    }
}

static int mqtt_fail(int rc, char why[static MQTT_WHY])
{
    int error = mqtt_error(rc);
    snprintf(why, MQTT_WHY, "%s", rc == MOSQ_ERR_ERRNO ? strerror(-error) : mosquitto_strerror(rc));
    return error;
}

/* Turns the library's loop until *done reaches what is wanted; both are looked at after each turn. */
static int mqtt_turn(const struct mqtt_broker *b, struct connection *c, bool (*done)(const struct connection *),
                     char why[static MQTT_WHY])
{
    double until = mqtt_now() + b->timeout_s;
    while (!done(c)) {
        if (b->stop && b->stop(b->self))
            return -ECANCELED;
        if (mqtt_now() > until) {
            snprintf(why, MQTT_WHY, "no answer in time");
            return -ETIMEDOUT;
        }
        int rc = mosquitto_loop(c->m, LOOP_MS, 1);
        if (c->refused) {
            snprintf(why, MQTT_WHY, "%s", mosquitto_connack_string(c->refused));
            return -EACCES;
        }
        if (rc != MOSQ_ERR_SUCCESS)
            return mqtt_fail(rc, why);
    }
    return 0;
}

static bool mqtt_is_ready(const struct connection *c)
{
    return c->ready;
}

static bool mqtt_is_taken(const struct connection *c)
{
    return !c->pending;
}

static void mqtt_close(void *connection)
{
    struct connection *c = connection;
    if (!c)
        return;
    if (c->m) {
        mosquitto_disconnect(c->m);
        mosquitto_destroy(c->m);
    }
    free(c);
}

static int mqtt_set(const struct mqtt_broker *b, struct connection *c, char why[static MQTT_WHY])
{
    mosquitto_connect_callback_set(c->m, mqtt_connected);
    mosquitto_publish_callback_set(c->m, mqtt_taken);
    mosquitto_max_inflight_messages_set(c->m, IN_FLIGHT);
    int rc = b->user ? mosquitto_username_pw_set(c->m, b->user, b->password) : MOSQ_ERR_SUCCESS;
    if (rc == MOSQ_ERR_SUCCESS && b->tls)
        rc = mosquitto_tls_set(c->m, b->authorities, b->authorities ? NULL : TRUSTED, NULL, NULL, NULL);
    return rc == MOSQ_ERR_SUCCESS ? 0 : mqtt_fail(rc, why);
}

static int mqtt_connect(const struct mqtt_broker *b, struct connection **out, char why[static MQTT_WHY])
{
    pthread_once(&once, mqtt_begin);
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->m = mosquitto_new(b->id, true, c);
    int rc = c->m ? mqtt_set(b, c, why) : -ENOMEM;
    if (rc == 0) {
        int code = mosquitto_connect_async(c->m, b->host, b->port, KEEP_ALIVE_S);
        rc = code == MOSQ_ERR_SUCCESS ? mqtt_turn(b, c, mqtt_is_ready, why) : mqtt_fail(code, why);
    }
    if (rc < 0)
        mqtt_close(c);
    else
        *out = c;
    return rc;
}

static size_t count_lines(const char *p, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n';
    return lines;
}

/* Room for the acknowledgements of all lines; -ENOMEM. */
static int mqtt_await_lines(struct connection *c, size_t lines)
{
    c->id = calloc(lines + 1, sizeof *c->id);
    c->taken = calloc(lines + 1, sizeof *c->taken);
    c->n = c->pending = 0;
    return c->id && c->taken ? 0 : -ENOMEM;
}

static int mqtt_put_lines(const struct mqtt_broker *b, struct connection *c, const char *topic, const char *lines,
                          size_t n, char why[static MQTT_WHY])
{
    int rc = 0;
    for (size_t at = 0; at < n && rc == 0;) {
        const char *end = memchr(lines + at, '\n', n - at);
        size_t length = end ? (size_t)(end - lines) - at : n - at;
        int code = mosquitto_publish(c->m, &c->id[c->n], topic, (int)length, lines + at, 1, false);
        if (code != MOSQ_ERR_SUCCESS)
            return mqtt_fail(code, why);
        c->n++;
        c->pending++;
        at += length + 1;
    }
    return mqtt_turn(b, c, mqtt_is_taken, why);
}

static int mqtt_publish(const struct mqtt_broker *b, void **connection, const char *topic, const char *lines, size_t n,
                        size_t *taken, char why[static MQTT_WHY])
{
    struct connection *c = *connection;
    *taken = 0;
    *why = '\0';
    int rc = c ? 0 : mqtt_connect(b, &c, why);
    if (rc < 0)
        return rc;
    rc = mqtt_await_lines(c, count_lines(lines, n));
    rc = rc < 0 ? rc : mqtt_put_lines(b, c, topic, lines, n, why);
    while (*taken < c->n && c->taken[*taken])
        ++*taken;
    free(c->id);
    free(c->taken);
    c->id = NULL;
    c->taken = NULL;
    c->n = 0;
    *connection = c;
    if (rc < 0) { /* what is in flight is sent again by the caller, and not by the library */
        mqtt_close(c);
        *connection = NULL;
    }
    return rc;
}

/* The one symbol of this module that others see. */
extern const struct mqtt sonde_mqtt __attribute__((visibility("default")));
const struct mqtt sonde_mqtt = { .publish = mqtt_publish, .close = mqtt_close };
