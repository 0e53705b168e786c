/*
 * What the module sonde-journal offers, on top of libsystemd: lines of the journal of this machine or of a directory.
 * It is opened through os_module():
 *
 *     const struct journal_reader *j = os_module("sonde-journal", "sonde_journal");
 *
 * NULL where the program was built without it, or it is not installed. A reader belongs to one thread.
 */
#ifndef MODULES_JOURNAL_H
#define MODULES_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_CURSOR_MAX 256
#define JOURNAL_FIELD_MAX 96

struct journal_line {
    int64_t wall_ms;
    int priority;            /* -1 = not said */
    char ident[JOURNAL_FIELD_MAX], unit[JOURNAL_FIELD_MAX], message_id[JOURNAL_FIELD_MAX]; /* "" = not said */
    const char *text;        /* n bytes, whatever they are; borrowed until the next call */
    size_t n;
};

struct journal_reader {
    /*
     * Opens the journal of this machine (""), or the files of a directory, at its end. Errors: -EACCES its files may
     * not be read, -ENOENT there are none, those of libsystemd.
     */
    int (*open)(const char *dir, void **out);

    int (*seek_time)(void *self, int64_t wall_ms);      /* before the first line of then or later */
    int (*seek_cursor)(void *self, const char *cursor); /* behind its line; -ENOENT it is not there any more */
    int (*next)(void *self, struct journal_line *out);  /* 1; 0 that is all for now; or an error */
    /* Of the last line. False, and "": it has none of that name. */
    bool (*field)(void *self, const char *name, char out[static JOURNAL_FIELD_MAX]);
    int (*cursor)(void *self, char out[static JOURNAL_CURSOR_MAX]); /* of the last line; -ENODATA there is none yet */
    void (*close)(void *self);
};

#endif
