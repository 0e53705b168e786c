/*
 * logs_open.c - which logs there are.
 *
 * The journal wins: where it can be read, only files that the configuration names are read beside it, and lines that
 * both have come once. Without it, the usual files; where there is none of them, the ring of the kernel.
 */
#include "app/logs_open.h"

#include "analyze/logs/kernel_ring.h"
#include "analyze/logs/log_trust.h"
#include "analyze/logs/syslog_file.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "modules/journal.h"
#include "os/disk.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- the journal as a source ---- */

struct journal_source {
    const struct journal_reader *of;
    void *self;
};

/* Names of the system are asked after: each field costs a walk over the entry. */
static bool journal_source_claims(const struct journal_source *s, const char *ident)
{
    char transport[JOURNAL_FIELD_MAX], pid[JOURNAL_FIELD_MAX], uid[JOURNAL_FIELD_MAX], unit[JOURNAL_FIELD_MAX];
    if (!log_name_is_system(ident))
        return false;
    s->of->field(s->self, "_TRANSPORT", transport);
    *pid = *uid = *unit = '\0';
    if (strcmp(transport, "kernel") != 0) {
        s->of->field(s->self, "_PID", pid);
        s->of->field(s->self, "_UID", uid);
        s->of->field(s->self, "_SYSTEMD_UNIT", unit);
    }
    return log_name_is_claimed(ident, &(struct log_writer){ transport, pid, uid, unit });
}

static int journal_source_next(void *self, struct log_line *out)
{
    struct journal_source *s = self;
    struct journal_line l;
    int rc = s->of->next(s->self, &l);
    if (rc <= 0)
        return rc;
    *out = (struct log_line){ .wall_ms = l.wall_ms, .priority = l.priority, .log = "journal" };
    log_line_take(out->ident, sizeof out->ident, l.ident, strlen(l.ident));
    log_line_take(out->unit, sizeof out->unit, l.unit, strlen(l.unit));
    log_line_take(out->message_id, sizeof out->message_id, l.message_id, strlen(l.message_id));
    log_line_take(out->text, sizeof out->text, l.text, l.n);
    out->claimed = journal_source_claims(s, out->ident);
    return 1;
}

static int journal_source_seek(void *self, const char *cursor)
{
    struct journal_source *s = self;
    return s->of->seek_cursor(s->self, cursor);
}

static int journal_source_seek_time(void *self, int64_t wall_ms)
{
    struct journal_source *s = self;
    return s->of->seek_time(s->self, wall_ms);
}

static int journal_source_cursor(void *self, struct buf *out)
{
    struct journal_source *s = self;
    char text[JOURNAL_CURSOR_MAX];
    int rc = s->of->cursor(s->self, text);
    if (rc == 0)
        buf_puts(out, text);
    return rc;
}

static void journal_source_close(void *self)
{
    struct journal_source *s = self;
    s->of->close(s->self);
    mem_free(s);
}

static int journal_source_open(const char *dir, struct log_source *out)
{
    const struct journal_reader *of = os_module("sonde-journal", "sonde_journal");
    void *self;
    int rc = of ? of->open(dir, &self) : -ENOSYS;
    if (rc < 0)
        return rc;
    struct journal_source *s = mem_new(sizeof *s);
    *s = (struct journal_source){ of, self };
    *out = (struct log_source){ .name = "journal", .next = journal_source_next, .seek = journal_source_seek,
                                .seek_time = journal_source_seek_time, .cursor = journal_source_cursor,
                                .close = journal_source_close, .self = s };
    return 0;
}

/* ---- this machine ---- */

bool logs_allowed(const struct config *c, const char **why)
{
    *why = !config_bool(c, "privacy.collect_log_lines") ? LOGS_PRIVATE :
           !config_bool(c, "logs.enabled") ? "logs are not read here: logs.enabled is off" : NULL;
    return !*why;
}

int64_t logs_window_ms(const struct config *c)
{
    return (int64_t)(config_number(c, "logs.window_minutes") * 60000);
}

/* 0, or why a file was not taken. */
static int logs_add_file(struct log_reader *r, const char *path)
{
    struct log_source s;
    int rc = syslog_file_open(path, os_zone_s, &s);
    if (rc == 0 && (rc = log_reader_add(r, &s)) < 0)
        s.close(s.self);
    return rc;
}

static void logs_add_named(struct log_reader *r, const struct config *c)
{
    size_t n;
    const char *const *file = config_list(c, "logs.files", &n);
    for (size_t i = 0; i < n; i++) {
        int rc = logs_add_file(r, file[i]);
        if (rc < 0)
            log_warn(rc, "%s, which logs.files names, cannot be read as a log; going on without it", file[i]);
    }
}

/* Files of syslog as systems name them. */
static const char *const usual[] = { "syslog", "messages", "kern.log", "daemon.log" };

#define USUAL (sizeof usual / sizeof *usual)

/* Those of them that are there; -EACCES: there are some, and we may not read them. */
static int logs_add_usual(struct log_reader *r, const char *dir)
{
    int rc = -ENOENT;
    for (size_t i = 0; i < USUAL; i++) {
        auto_buf struct buf path = { 0 };
        struct os_disk_identity id;
        buf_printf(&path, "%s/%s", dir, usual[i]);
        int one = os_disk_identify(path.p, &id);
        one = one < 0 ? one : id.is_file ? logs_add_file(r, path.p) : -EINVAL;
        rc = one == 0 || (rc != 0 && one == -EACCES) ? one : rc;
    }
    return rc;
}

static int logs_add_kernel(struct log_reader *r)
{
    struct log_source s;
    int rc = kernel_ring_open(&s);
    if (rc == 0 && (rc = log_reader_add(r, &s)) < 0)
        s.close(s.self);
    return rc;
}

static void logs_say_none(int journal, int files, char why[static LOG_REASON])
{
    const char *said = journal == -EACCES || files == -EACCES ?
        "only root and the groups systemd-journal and adm may read the logs of this machine" :
        journal == -ENOSYS ? "the journal cannot be read without the module sonde-journal, and there is no other log" :
        "this machine keeps no journal, and none of the usual files of logs";
    text_copy(why, LOG_REASON, said);
}

int logs_open_machine(const struct config *c, bool named, struct log_reader **out, char why[static LOG_REASON])
{
    struct log_reader *r = log_reader_new();
    struct log_source s;
    const char *dir = config_string(c, "logs.journal");
    int journal = named && !*dir ? -ENOENT : journal_source_open(dir, &s), files = -ENOENT;
    if (journal < 0 && *dir)
        log_warn(journal == -ENOSYS ? 0 : journal, "%s, which logs.journal names, cannot be read as a journal%s", dir,
                 journal == -ENOSYS ? ": the module sonde-journal is not installed" : "");
    if (journal == 0)
        log_reader_add(r, &s);
    logs_add_named(r, c);
    if (!named && !log_reader_count(r))
        files = logs_add_usual(r, "/var/log");
    if (!named && !log_reader_count(r))
        logs_add_kernel(r);
    if (log_reader_count(r)) {
        *out = r;
        return 0;
    }
    if (named)
        text_copy(why, LOG_REASON, LOGS_ELSEWHERE);
    else
        logs_say_none(journal, files, why);
    log_reader_free(r);
    return -ENODATA;
}

/* ---- what a person names ---- */

struct found_files {
    struct log_reader *r;
    const char *dir;
    bool journal;
    int left;   /* for which there was no room */
};

static bool logs_ends(const char *name, const char *with)
{
    size_t n = strlen(name), m = strlen(with);
    return n >= m && strcmp(name + n - m, with) == 0;
}

static int logs_note_journal(void *self, const char *path, enum os_kind kind)
{
    struct found_files *f = self;
    f->journal |= kind == OS_FILE && logs_ends(path, ".journal");
    return 0;
}

/* Not what was turned over, which is read with the file that it was, nor what is packed, nor what is there already. */
static bool logs_is_other(const char *name)
{
    const char *end = strrchr(name, '.');
    bool turned = end && end[1] && strspn(end + 1, "0123456789") == strlen(end + 1);
    for (size_t i = 0; i < USUAL; i++)
        if (strcmp(name, usual[i]) == 0)
            return false;
    return !turned && !logs_ends(name, ".gz") && !logs_ends(name, ".xz") && !logs_ends(name, ".zst");
}

static void logs_note_file(void *self, const char *name)
{
    struct found_files *f = self;
    auto_buf struct buf path = { 0 };
    buf_printf(&path, "%s/%s", f->dir, name);
    if (logs_is_other(name) && os_is_file(path.p))
        f->left += logs_add_file(f->r, path.p) == -ENOSPC;
}

static int logs_add_dir(struct log_reader *r, const char *dir)
{
    struct found_files f = { .r = r, .dir = dir };
    struct log_source s;
    int rc = os_walk(dir, logs_note_journal, &f);
    if (rc < 0)
        return rc;
    if (f.journal) {
        rc = journal_source_open(dir, &s);
        return rc < 0 ? rc : log_reader_add(r, &s);
    }
    logs_add_usual(r, dir);
    rc = os_list("", dir, logs_note_file, &f);
    if (f.left)
        log_warn(0, "--logs %s: %d of its files are not read, as %d are read at once; name one file", dir, f.left,
                 LOG_SOURCES_MAX);
    return rc < 0 ? rc : log_reader_count(r) ? 0 : -ENODATA;
}

int logs_open_path(const char *path, struct log_reader **out)
{
    struct log_reader *r = log_reader_new();
    int rc = os_is_file(path) ? logs_add_file(r, path) : os_exists("", path) ? logs_add_dir(r, path) : -ENOENT;
    if (rc == 0) {
        *out = r;
        return 0;
    }
    log_reader_free(r);
    if (rc == -ENOSYS)
        log_error(0, "--logs %s: it is a journal, and the module sonde-journal is not installed; files of syslog "
                  "can be read", path);
    else if (rc == -ENODATA)
        log_error(0, "--logs %s: there is no file in it that could be a log", path);
    else
        log_error(rc, "--logs %s cannot be read as a log; give a directory of journal or syslog files, or one such "
                  "file", path);
    return rc;
}
