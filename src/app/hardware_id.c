/*
 * hardware_id.c - the anonymous name of a machine.
 *
 * "CPU:<model>||GPU:<names, sorted, joined by |>||MB:<maker>:<product>", parts that are not known
 * left out, then the digest. Memory, off by default, is RAM:<whole GiB, rounded up>: the kernel's
 * total loses some MiB from release to release.
 */
#include "app/hardware_id.h"

#include "base/auto.h"
#include "modules/crypto.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hardware_id_part(struct buf *b, const char *key)
{
    buf_printf(b, "%s%s:", b->n ? "||" : "", key);
}

static int hardware_id_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void hardware_id_gpus(struct buf *b, const struct os_host *h)
{
    const char *name[OS_HOST_GPUS] = { NULL };
    for (int i = 0; i < h->n_gpus; i++)
        name[i] = h->gpu[i];
    qsort(name, (size_t)h->n_gpus, sizeof *name, hardware_id_order);
    hardware_id_part(b, "GPU");
    for (int i = 0; i < h->n_gpus; i++)
        buf_printf(b, "%s%s", i ? "|" : "", name[i]);
}

struct hardware_id_options hardware_id_made_of(const struct os_host *h, const struct hardware_id_options *o)
{
    return (struct hardware_id_options){
        .algorithm = o->algorithm,
        .cpu = o->cpu && h->cpu[0],
        .gpu = o->gpu && h->n_gpus,
        .board = o->board && (h->board_maker[0] || h->board_product[0]),
        .ram = o->ram && h->memory_bytes > 0,
    };
}

static void hardware_id_parts(struct buf *b, const struct os_host *h, const struct hardware_id_options *o)
{
    struct hardware_id_options use = hardware_id_made_of(h, o);
    if (use.cpu) {
        hardware_id_part(b, "CPU");
        buf_puts(b, h->cpu);
    }
    if (use.gpu)
        hardware_id_gpus(b, h);
    if (use.board) {
        hardware_id_part(b, "MB");
        buf_printf(b, "%s:%s", h->board_maker, h->board_product);
    }
    if (use.ram) {
        hardware_id_part(b, "RAM");
        buf_printf(b, "%.0f", ceil(h->memory_bytes / (1 << 30)));
    }
}

int hardware_id(const struct os_host *h, const struct hardware_id_options *o,
                char out[static HARDWARE_ID_MAX], char *reason, size_t cap)
{
    auto_buf struct buf parts = { 0 };
    char hex[CRYPTO_HEX_MAX];
    out[0] = '\0';
    hardware_id_parts(&parts, h, o);
    if (!parts.n) {
        snprintf(reason, cap, "nothing is known that would tell this machine from others");
        return -ENODATA;
    }
    const struct crypto *c = os_module("sonde-crypto", "sonde_crypto");
    if (!c) {
        snprintf(reason, cap, "the module sonde-crypto is not installed");
        return -ENOTSUP;
    }
    int rc = c->digest(o->algorithm, parts.p, parts.n, hex, sizeof hex);
    if (rc < 0) {
        snprintf(reason, cap, "%s: %s", o->algorithm, strerror(-rc));
        return rc;
    }
    snprintf(out, HARDWARE_ID_MAX, "%.32s", hex);
    return 0;
}
