/* sender_mqtt.c - every instant as one message with QoS 1, by the module sonde-mqtt. */
#include "push/sender.h"

#include "base/mem.h"
#include "modules/mqtt.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TIMEOUT_S 30
#define TOPIC "sonde"

struct broker {
    const struct mqtt *mqtt;
    void *connection;
    char id[64];
};

/* The same at every connection, so that a broker ends the one that was cut off; and of nobody else. */
static int broker_name(const struct target *t, char id[static 64])
{
    uint32_t random;
    int rc = os_random(&random, sizeof random);
    snprintf(id, 64, "sonde-%.32s-%08x", t->name, (unsigned)random);
    return rc;
}

static int mqtt_open(struct sender *s, char why[static ANSWER_WHY])
{
    const struct mqtt *mqtt = os_module("sonde-mqtt", "sonde_mqtt");
    if (!mqtt) {
        snprintf(why, ANSWER_WHY, "the module sonde-mqtt is not installed beside the program; building it needs "
                                  "libmosquitto (Debian: libmosquitto-dev)");
        return -ENODEV;
    }
    struct broker *b = mem_new(sizeof *b);
    b->mqtt = mqtt;
    int rc = broker_name(s->t, b->id);
    if (rc < 0) {
        mem_free(b);
        return rc;
    }
    s->self = b;
    return 0;
}

static void mqtt_close(struct sender *s)
{
    struct broker *b = s->self;
    b->mqtt->close(b->connection);
    mem_free(b);
}

static void mqtt_send(struct sender *s, const char *bytes, size_t n, struct answer *a)
{
    const struct target *t = s->t;
    struct broker *b = s->self;
    char why[MQTT_WHY];
    struct mqtt_broker at = {
        .host = t->local && strcasecmp(t->host, "localhost") == 0 ? "127.0.0.1" : t->host, /* wherever a name leads */
        .port = t->port, .id = b->id, .user = *t->user ? t->user : NULL, .password = s->secret, .tls = t->tls,
        .authorities = *t->ca_file ? t->ca_file : NULL, .timeout_s = TIMEOUT_S, .stop = s->stop,
        .self = s->stop_self,
    };
    int rc = b->mqtt->publish(&at, &b->connection, *t->path ? t->path : TOPIC, bytes, n, &a->taken, why);
    a->unknown = rc != -ECONNREFUSED && rc != -EHOSTUNREACH && rc != -EACCES;
    a->parted = rc < 0;
    if (rc < 0)
        snprintf(a->why, sizeof a->why, "%.80s:%d: %s", t->host, t->port, *why ? why : strerror(-rc));
    else
        a->verdict = VERDICT_TAKEN;
}

const struct sender_way sender_mqtt = { .open = mqtt_open, .send = mqtt_send, .close = mqtt_close };
