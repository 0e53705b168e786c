/* Packs closed journals into blocks of their segments, and finishes segments. One thread uses it. */
#ifndef STORE_PACKER_H
#define STORE_PACKER_H

#include "store/names.h"
#include "store/segment.h"

struct packer {
    const char *dir;
    struct space *space;
    struct segment_writer *writer;  /* of `open`; NULL: none is open */
    struct names open;
    struct names left;              /* one that there was no room to finish yet; *left.session "" = none */
    int64_t written;                /* bytes, by all writers */
};

/*
 * Packs a journal that nobody writes any more and removes it. One that is packed already, or empty, is only
 * removed. After an error the journal is there as before, and may be packed another time.
 */
int packer_pack(struct packer *p, const struct names *journal);

/* The segment that is open, and one that was left: what has no end may not be tidied. */
int packer_finish(struct packer *p);

/* Finishes a segment that lies there without an index: 1 when there was something to do. */
int packer_repair(struct packer *p, const struct names *segment);

void packer_done(struct packer *p);   /* leaves what is open as it is */

#endif
