/*
 * The anonymous name of a machine: a digest of its models, cut to 32 hexadecimal characters. Two
 * machines of the same make have the same one.
 *
 * The formula is that of OptiMetrics. os_host() reads no graphics processors in this version, so
 * the id of a machine that has one differs from the one that OptiMetrics gave; others stay valid.
 */
#ifndef APP_HARDWARE_ID_H
#define APP_HARDWARE_ID_H

#include "os/host.h"

#include <stdbool.h>
#include <stddef.h>

#define HARDWARE_ID_MAX 33 /* bytes with its NUL */

struct hardware_id_options {
    const char *algorithm; /* "sha256", "sha384", "sha512" */
    bool cpu, gpu, board, ram; /* which parts belong to it */
};

/* Of the parts that are wanted, those that are known: what the id is made of. */
struct hardware_id_options hardware_id_made_of(const struct os_host *h, const struct hardware_id_options *o);

/*
 *   out     the id; empty on failure
 *   reason  why there is none, for people; untouched on success
 *
 * Errors: -ENODATA none of the parts is known, -ENOTSUP the module for digests is not installed,
 * others as the module gives them.
 */
int hardware_id(const struct os_host *h, const struct hardware_id_options *o,
                char out[static HARDWARE_ID_MAX], char *reason, size_t cap);

#endif
