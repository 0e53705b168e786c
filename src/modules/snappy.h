/*
 * What the module sonde-snappy offers, on top of libsnappy: the block format (not the framed one), which Prometheus'
 * remote write wants around its messages. It is opened through os_module():
 *
 *     const struct snappy *s = os_module("sonde-snappy", "sonde_snappy");
 *
 * NULL where the program was built without it, or it is not installed.
 */
#ifndef MODULES_SNAPPY_H
#define MODULES_SNAPPY_H

#include <stddef.h>

struct snappy {
    size_t (*room)(size_t n); /* that compressing n bytes may need */

    /* n bytes into `to`, which has room(n); how many were written. */
    size_t (*compress)(const char *from, size_t n, char *to);

    /* The other way; how many bytes, or -1 where it is not Snappy's or more than `room`. */
    long (*uncompress)(const char *from, size_t n, char *to, size_t room);
};

#endif
