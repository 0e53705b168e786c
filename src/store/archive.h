/*
 * The reader's side of the archive: a data directory as it is now, while somebody may be recording in it.
 *
 * No lock is taken. Segments are read up to their last whole chunk, and what is not packed yet is read from
 * the journals, so that a reader sees every instant that was written, once.
 */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H

#include "core/recording.h"
#include "store/names.h"
#include "store/segment.h"

struct archive;

/*
 * 0, and *out is the caller's, to be freed with archive_free(). -ENOENT: there is no such directory, or nothing was
 * ever recorded in it; others: of archive_refresh(), and why the directory cannot be listed.
 */
int archive_open(const char *dir, struct archive **out);
void archive_free(struct archive *a);

/*
 * Looks what came and went since: all parts are made anew, and what archive_parts() and archive_span() gave is gone. 0;
 * errors: as archive_open(), and -EMFILE, -ENFILE, -ENOMEM, where it is us who cannot read all that is there. After an
 * error it holds what could be read, perhaps nothing, and may be refreshed again.
 */
int archive_refresh(struct archive *a);

/* Does somebody hold the lock of a data directory: a recorder, or whoever removes or imports? */
bool archive_is_recorded(const char *dir);

struct archive_journal {
    struct names name;
    int fd;                       /* to store_journal_read(), also when it is packed and removed by then */
};

/* Segments and journals as one list, in the order of session, part and time. */
struct archive_part {
    char name[SEGMENT_NAME_MAX];  /* of the segment */
    struct segment *segment;      /* NULL: nothing is packed yet */
    int64_t first_ms, last_ms;    /* of all its instants, also of those of which summaries are left; 0: of none */
    int64_t bytes;                /* of segment and journals */
    uint64_t ticks;
    bool unread;                  /* there is a segment, but its beginning is damaged */
    struct archive_journal *journal; /* what is not packed, in their order; n_journals of them */
    int n_journals;
    struct tape_about about;
};

/* All of them, n of them; borrowed until archive_refresh() or archive_free(). */
const struct archive_part *archive_parts(const struct archive *a, size_t *n);

/*
 * The first and the last instant of a session, or with NULL of all. Returns the part that has the last one, borrowed as
 * those of archive_parts(); NULL: there is none, and nothing is set.
 */
const struct archive_part *archive_span(const struct archive *a, const char *session, int64_t *first_ms,
                                        int64_t *last_ms);

/* How many values an instant of a part has on the disk, by its newest catalog. -EBADMSG, -ENOMEM, the disk. */
int archive_columns(const struct archive_part *p);

/* Plays all instants from..to (wall clock, both in) of a session, NULL for all, in order. each() may end it
 * by an error, which is returned. What is damaged is passed over; *lost counts places, NULL if not asked. */
int archive_play(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms,
                 tape_each *each, void *self, uint64_t *lost);

/* The same for whoever wants some of the numbers only, as tape_want() has it. */
int archive_play_some(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, tape_wants *wants,
                      tape_each *each, void *self, uint64_t *lost);

/*
 * The same for whoever wants the processes and events only: of what is packed, the numbers are not read, nor the
 * busiest processes of blocks that end before busy_ms.
 */
int archive_play_procs(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, int64_t busy_ms,
                       tape_each *each, void *self);

/*
 * Two sessions that were recorded at the same time, for more than a minute of from..to: an import beside a recording.
 * Played as one, time would run backwards. True, and their ids, of the archive.
 */
bool archive_overlap(const struct archive *a, int64_t from_ms, int64_t to_ms, const char *pair[static 2]);

/* Is something damaged of what would be played, or may be? Reads it all: for an answer to who got nothing. */
bool archive_is_damaged(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms);

/*
 * What is played as a recording, for analysis; thinned to max_bytes (0: no limit), of the numbers that are wanted
 * (NULL: all). -ENODATA: nothing is there.
 */
int archive_recording(struct archive *a, const char *session, int64_t from_ms, int64_t to_ms, size_t max_bytes,
                      tape_wants *wants, struct recording **out);

#endif
