/*
 * journal.c - reads the journal by sd-journal(3). A module, because libsystemd brings compressors and cryptography
 * along that nobody else needs.
 *
 * sd_journal_process() is called where the end is reached only: it looks for files that came and went, which inotify
 * tells. Fields beyond those that every line is judged by are read of lines of the service manager and of grave ones
 * only, and who wrote it of those that bear a name of the system: each costs a walk over all fields of an entry.
 */
#include "modules/journal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define THRESHOLD 4096 /* bytes of a field that are read; what stands behind is not unpacked */
#define GRAVE 4        /* warning */

struct reading {
    sd_journal *j;
    bool at_line;          /* the journal stands at a line that was given */
    char text[THRESHOLD];  /* of that line: the other fields may be unpacked into the same place */
};

/* ---- opening ---- */

static int journal_open_dir(const char *dir, sd_journal **out)
{
    return *dir ? sd_journal_open_directory(out, dir, 0) : sd_journal_open(out, SD_JOURNAL_LOCAL_ONLY);
}

/* Does the machine keep a journal, which we may not read? */
static bool journal_is_closed(void)
{
    static const char *const dirs[] = { "/var/log/journal", "/run/log/journal" };
    char id[SD_ID128_STRING_MAX], path[128];
    sd_id128_t machine;
    if (sd_id128_get_machine(&machine) < 0)
        return false;
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        snprintf(path, sizeof path, "%s/%s/system.journal", dirs[i], sd_id128_to_string(machine, id));
        if (access(path, R_OK) < 0 && errno == EACCES)
            return true;
    }
    return false;
}

/* May we read a file of the system's? Those of a user's own sessions alone count as none. 0, -EACCES, -ENOENT. */
static int journal_look_system(void)
{
    sd_journal *j;
    int rc = sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
    if (rc < 0)
        return rc;
    bool any = sd_journal_has_persistent_files(j) > 0 || sd_journal_has_runtime_files(j) > 0;
    sd_journal_close(j);
    return any ? 0 : journal_is_closed() ? -EACCES : -ENOENT;
}

/* To its last line: 1, or 0 where there is none. */
static int journal_to_end(sd_journal *j)
{
    int rc = sd_journal_seek_tail(j);
    return rc < 0 ? rc : sd_journal_previous(j);
}

static void journal_close(void *self)
{
    struct reading *r = self;
    if (r)
        sd_journal_close(r->j);
    free(r);
}

static int journal_open(const char *dir, void **out)
{
    struct reading *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    int rc = *dir ? 0 : journal_look_system();
    rc = rc < 0 ? rc : journal_open_dir(dir, &r->j);
    if (rc >= 0) {
        sd_journal_set_data_threshold(r->j, THRESHOLD);
        rc = journal_to_end(r->j);
        r->at_line = rc > 0;
        if (rc == 0 && *dir)
            rc = -ENOENT;
    }
    if (rc < 0) {
        journal_close(r);
        return rc;
    }
    sd_journal_get_fd(r->j); /* without which it does not watch for files */
    *out = r;
    return 0;
}

/* ---- places ---- */

static int journal_seek_time(void *self, int64_t wall_ms)
{
    struct reading *r = self;
    r->at_line = false;
    return sd_journal_seek_realtime_usec(r->j, wall_ms > 0 ? (uint64_t)wall_ms * 1000 : 0);
}

static int journal_seek_cursor(void *self, const char *cursor)
{
    struct reading *r = self;
    int rc = sd_journal_seek_cursor(r->j, cursor);
    rc = rc < 0 ? rc : sd_journal_next(r->j);
    if (rc > 0)
        rc = sd_journal_test_cursor(r->j, cursor);
    r->at_line = rc > 0;
    return rc < 0 ? rc : rc > 0 ? 0 : -ENOENT;
}

static int journal_cursor(void *self, char out[static JOURNAL_CURSOR_MAX])
{
    struct reading *r = self;
    char *text = NULL;
    int rc = r->at_line ? sd_journal_get_cursor(r->j, &text) : -ENODATA;
    if (rc < 0)
        return rc == -EADDRNOTAVAIL ? -ENODATA : rc;
    rc = snprintf(out, JOURNAL_CURSOR_MAX, "%s", text) < JOURNAL_CURSOR_MAX ? 0 : -ENOSPC;
    free(text);
    return rc;
}

/* ---- lines ---- */

/* A field without its name; false: the entry has none. */
static bool journal_data(sd_journal *j, const char *name, const char **text, size_t *n)
{
    const void *data;
    size_t size, skip = strlen(name) + 1;
    if (sd_journal_get_data(j, name, &data, &size) < 0 || size < skip)
        return false;
    *text = (const char *)data + skip;
    *n = size - skip;
    return true;
}

static bool journal_field(sd_journal *j, const char *name, char out[static JOURNAL_FIELD_MAX])
{
    const char *text;
    size_t n;
    *out = '\0';
    if (!journal_data(j, name, &text, &n))
        return false;
    n = n < JOURNAL_FIELD_MAX ? n : JOURNAL_FIELD_MAX - 1;
    memcpy(out, text, n);
    out[n] = '\0';
    return true;
}

static void journal_fields(sd_journal *j, struct journal_line *out)
{
    const char *text;
    size_t n;
    out->priority = journal_data(j, "PRIORITY", &text, &n) && n == 1 && *text >= '0' && *text <= '7' ? *text - '0' : -1;
    if (!journal_field(j, "SYSLOG_IDENTIFIER", out->ident))
        journal_field(j, "_COMM", out->ident);
    *out->unit = *out->message_id = '\0';
    if (strcmp(out->ident, "systemd") == 0 || (out->priority >= 0 && out->priority <= GRAVE)) {
        /* What the service manager speaks of, before what it is itself; of others UNIT is what they like. */
        bool manager = journal_data(j, "_PID", &text, &n) && n == 1 && *text == '1';
        if (!manager || !journal_field(j, "UNIT", out->unit))
            journal_field(j, "_SYSTEMD_UNIT", out->unit);
        journal_field(j, "MESSAGE_ID", out->message_id);
    }
}

static int journal_next(void *self, struct journal_line *out)
{
    struct reading *r = self;
    uint64_t us;
    for (;;) {
        int rc = sd_journal_next(r->j);
        if (rc == 0 && sd_journal_process(r->j) == SD_JOURNAL_INVALIDATE)
            rc = sd_journal_next(r->j);
        if (rc <= 0)
            return rc;
        r->at_line = true;
        if (sd_journal_get_realtime_usec(r->j, &us) < 0 || !journal_data(r->j, "MESSAGE", &out->text, &out->n))
            continue; /* of a damaged file, or an entry without words */
        out->wall_ms = (int64_t)(us / 1000);
        out->n = out->n < sizeof r->text ? out->n : sizeof r->text;
        memcpy(r->text, out->text, out->n);
        out->text = r->text;
        journal_fields(r->j, out);
        return 1;
    }
}

static bool journal_line_field(void *self, const char *name, char out[static JOURNAL_FIELD_MAX])
{
    struct reading *r = self;
    *out = '\0';
    return r->at_line && journal_field(r->j, name, out);
}

/* The one symbol of this module that others see. */
extern const struct journal_reader sonde_journal __attribute__((visibility("default")));
const struct journal_reader sonde_journal = {
    .open = journal_open, .seek_time = journal_seek_time, .seek_cursor = journal_seek_cursor, .next = journal_next,
    .field = journal_line_field, .cursor = journal_cursor, .close = journal_close,
};
