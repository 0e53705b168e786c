/*
 * crypto.c - digests by OpenSSL 3 (EVP_Q_digest(3)). A module, because libcrypto is 5 MB that the
 * recorder does not need.
 */
#include "modules/crypto.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static int crypto_digest(const char *algorithm, const void *bytes, size_t n, char *hex, size_t cap)
{
    static const struct { const char *name; size_t size; } known[] = {
        { "sha256", 32 }, { "sha384", 48 }, { "sha512", 64 },
    };
    size_t size = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(algorithm, known[i].name) == 0)
            size = known[i].size;
    if (!size)
        return -EINVAL;
    if (cap < 2 * size + 1)
        return -ENOSPC;

    unsigned char digest[EVP_MAX_MD_SIZE];
    if (!EVP_Q_digest(NULL, algorithm, NULL, bytes, n, digest, NULL))
        return -EIO;
    for (size_t i = 0; i < size; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return (int)(2 * size);
}

/* The one symbol of this module that others see. */
extern const struct crypto sonde_crypto __attribute__((visibility("default")));
const struct crypto sonde_crypto = { .digest = crypto_digest };
