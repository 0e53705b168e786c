/*
 * What the module sonde-mqtt offers, on top of libmosquitto: messages to a broker (MQTT 3.1.1, QoS 1), each with its
 * acknowledgement. It is opened through os_module():
 *
 *     const struct mqtt *m = os_module("sonde-mqtt", "sonde_mqtt");
 *
 * NULL where the program was built without it, or it is not installed.
 */
#ifndef MODULES_MQTT_H
#define MODULES_MQTT_H

#include <stdbool.h>
#include <stddef.h>

struct mqtt_broker {
    const char *host;
    int port;
    const char *id;          /* of the client: the same at every connection */
    const char *user, *password; /* NULL: none */
    bool tls;
    const char *authorities; /* file of the certificates that are trusted, PEM; NULL: those of the system */
    double timeout_s;        /* for a connection, and for the acknowledgements of a call */
    bool (*stop)(void *self); /* asked several times a second; true ends what it does */
    void *self;
};

#define MQTT_WHY 160

struct mqtt {
    /*
     * Sends every line of a text as a message, connecting first where *connection is NULL, and waits for their
     * acknowledgements. After an error the connection is closed, and *connection is NULL.
     *
     *   taken  how many messages were acknowledged, from the first one on
     *   why    what the library or the broker says of a failure
     *
     * 0; -ECONNREFUSED, -EACCES the broker admits us not, -EPROTO no TLS that can be trusted, -ETIMEDOUT,
     * -ECONNRESET it went away meanwhile, -ECANCELED stop() said so, -ENOMEM, -EIO others.
     */
    int (*publish)(const struct mqtt_broker *b, void **connection, const char *topic, const char *lines, size_t n,
                   size_t *taken, char why[static MQTT_WHY]);

    void (*close)(void *connection); /* of NULL: nothing */
};

#endif
