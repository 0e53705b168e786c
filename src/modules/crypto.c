/*
 * crypto.c - digests and HMAC by OpenSSL 3 (EVP_Q_digest(3), EVP_Q_mac(3)). A module, because libcrypto is 5 MB that
 * the recorder does not need.
 */
#include "modules/crypto.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

/* Bytes of a digest; 0: it is not offered. */
static size_t crypto_size(const char *algorithm)
{
    static const struct { const char *name; size_t size; } known[] = {
        { "sha256", 32 }, { "sha384", 48 }, { "sha512", 64 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(algorithm, known[i].name) == 0)
            return known[i].size;
    return 0;
}

static int crypto_hex(const unsigned char *bytes, size_t n, char *hex)
{
    for (size_t i = 0; i < n; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    return (int)(2 * n);
}

static int crypto_digest(const char *algorithm, const void *bytes, size_t n, char *hex, size_t cap)
{
    size_t size = crypto_size(algorithm);
    if (!size)
        return -EINVAL;
    if (cap < 2 * size + 1)
        return -ENOSPC;
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (!EVP_Q_digest(NULL, algorithm, NULL, bytes, n, digest, NULL))
        return -EIO;
    return crypto_hex(digest, size, hex);
}

static int crypto_hmac(const char *algorithm, const void *key, size_t key_n, const void *bytes, size_t n, char *hex,
                       size_t cap)
{
    size_t size = crypto_size(algorithm), got = 0;
    if (!size)
        return -EINVAL;
    if (cap < 2 * size + 1)
        return -ENOSPC;
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (!EVP_Q_mac(NULL, "HMAC", NULL, algorithm, NULL, key, key_n, bytes, n, digest, sizeof digest, &got) ||
        got != size)
        return -EIO;
    return crypto_hex(digest, size, hex);
}

/* The one symbol of this module that others see. */
extern const struct crypto sonde_crypto __attribute__((visibility("default")));
const struct crypto sonde_crypto = { .digest = crypto_digest, .hmac = crypto_hmac };
