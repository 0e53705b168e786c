/* snappy.c - the module sonde-snappy: libsnappy by its C interface (snappy-c.h). */
#include "modules/snappy.h"

#include <snappy-c.h>

static size_t module_room(size_t n)
{
    return snappy_max_compressed_length(n);
}

/* It fails only where there is no room, and there is. */
static size_t module_compress(const char *from, size_t n, char *to)
{
    size_t written = module_room(n);
    return snappy_compress(from, n, to, &written) == SNAPPY_OK ? written : 0;
}

static long module_uncompress(const char *from, size_t n, char *to, size_t room)
{
    size_t whole;
    if (snappy_uncompressed_length(from, n, &whole) != SNAPPY_OK || whole > room)
        return -1;
    return snappy_uncompress(from, n, to, &whole) == SNAPPY_OK ? (long)whole : -1;
}

/* The one symbol of this module that others see. */
extern const struct snappy sonde_snappy __attribute__((visibility("default")));
const struct snappy sonde_snappy = {
    .room = module_room, .compress = module_compress, .uncompress = module_uncompress,
};
