/*
 * What the module sonde-crypto offers, on top of OpenSSL. It is opened through os_module():
 *
 *     const struct crypto *c = os_module("sonde-crypto", "sonde_crypto");
 *
 * NULL where the program was built without it, or it is not installed.
 */
#ifndef MODULES_CRYPTO_H
#define MODULES_CRYPTO_H

#include <stddef.h>

#define CRYPTO_HEX_MAX 129 /* bytes of the longest digest in hexadecimal, with its NUL */

struct crypto {
    /*
     * The digest of n bytes in lower-case hexadecimal.
     *
     *   algorithm  "sha256", "sha384" or "sha512" (FIPS 180-4)
     *   hex, cap   where to; CRYPTO_HEX_MAX bytes are enough for each
     *
     * Returns the length of the text. Errors: -EINVAL unknown algorithm, -ENOSPC cap is too small,
     * -EIO the library refused.
     */
    int (*digest)(const char *algorithm, const void *bytes, size_t n, char *hex, size_t cap);

    /* HMAC of n bytes by that digest and a key (RFC 2104), likewise. */
    int (*hmac)(const char *algorithm, const void *key, size_t key_n, const void *bytes, size_t n, char *hex,
                size_t cap);
};

#endif
