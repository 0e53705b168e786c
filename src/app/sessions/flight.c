/*
 * flight.c - `sonde sessions flight`: asks the recorder for the last minutes, and lists those that were kept.
 *
 * The recorder answers before there is a file: its name is found by the line in the note that says what was asked.
 */
#include "app/sessions/sessions.h"

#include "app/archived.h"
#include "app/attach.h"
#include "base/auto.h"
#include "base/check.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"
#include "output/screen.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX ".flight"
#define WHY_MAX 200      /* as much as a note's line has room for */
#define NOTE_MAX 65536
#define PATIENCE_S 10.0  /* for the file to begin */

enum { COLUMN_FILE = 24, COLUMN_BYTES = 9 };

struct kept {
    char name[40];       /* with its suffix */
    int64_t at_ms, bytes;
    char *note;          /* lines: time, what; NULL where there is none */
};

struct kept_list {
    const char *dir;     /* DATA/flight */
    struct kept *e;
    size_t n, cap;
};

static int64_t kept_time(const char *name)
{
    char text[32];
    int64_t ms = 0;
    snprintf(text, sizeof text, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s", name, name + 4, name + 6, name + 9, name + 11,
             name + 13);
    return text_parse_time(text, &ms) ? ms : 0;
}

static void kept_add(void *self, const char *name)
{
    struct kept_list *l = self;
    size_t n = strlen(name), suffix = sizeof SUFFIX - 1;
    char path[OS_PATH_MAX];
    struct os_disk_entry file;
    if (n < 15 + suffix || n >= sizeof l->e->name || strcmp(name + n - suffix, SUFFIX) != 0)
        return;
    if (snprintf(path, sizeof path, "%s/%s", l->dir, name) >= (int)sizeof path || os_disk_look(path, &file) < 0)
        return;
    l->e = mem_grow(l->e, l->n, &l->cap, sizeof *l->e);
    struct kept *k = &l->e[l->n++];
    *k = (struct kept){ .at_ms = kept_time(name), .bytes = file.size };
    text_copy(k->name, sizeof k->name, name);
    strcpy(path + strlen(path) - suffix, ".txt");
    if (os_read_file(path, NOTE_MAX, &k->note, &n) < 0)
        k->note = NULL;
}

static int kept_read(struct kept_list *l, const char *dir)
{
    *l = (struct kept_list){ .dir = dir };
    int rc = os_list("", dir, kept_add, l);
    return rc < 0 ? rc : 0;
}

static void kept_done(struct kept_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        mem_free(l->e[i].note);
    mem_free(l->e);
}

/* A line of a note, without its time; *rest is what follows, NULL at the end. */
static const char *note_line(char *note, char **rest)
{
    char *end = strchr(note, '\n');
    *rest = end && end[1] ? end + 1 : NULL;
    if (end)
        *end = '\0';
    char *what = strchr(note, ' ');
    return what ? what + 1 : note;
}

/* ---- the list ---- */

static void kept_row(const struct screen *screen, struct buf *out, const struct kept *k)
{
    char size[32], more[32] = "", *rest = NULL;
    auto_buf struct buf why = { 0 };
    int lines = 0;
    buf_puts(&why, k->note ? note_line(k->note, &rest) : "-");
    for (char *at = rest; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
        lines += *at != '\0';
    if (lines)
        snprintf(more, sizeof more, " (and %d more)", lines);
    buf_puts(&why, more);
    buf_printf(out, "%-*s %*s  ", COLUMN_FILE, k->name, COLUMN_BYTES, text_bytes((double)k->bytes, size, sizeof size));
    int left = screen->width - COLUMN_FILE - COLUMN_BYTES - 3;
    screen_cell(screen, out, TONE_PLAIN, buf_text(&why), left > 20 ? left : 20, false);
    buf_putc(out, '\n');
}

static void kept_text(const struct kept_list *l, const struct args *a, struct buf *out)
{
    struct screen screen = screen_of(fileno(stdout), args_flag(a, "no-color"));
    auto_buf struct buf head = { 0 };
    if (!l->n) {
        buf_printf(out, "No flight recording is in %s.\nOne begins by itself with an event of at least "
                   "storage.flight_severity, or with: sonde sessions flight WHY\n", l->dir);
        return;
    }
    buf_printf(&head, "%-*s %*s  why", COLUMN_FILE, "file, UTC", COLUMN_BYTES, "size");
    screen_cell(&screen, out, TONE_STRONG, head.p, screen.width, false);
    buf_putc(out, '\n');
    for (size_t i = 0; i < l->n; i++)
        kept_row(&screen, out, &l->e[i]);
    buf_printf(out, "\nTo play one: sonde top --replay %s/%s\n", l->dir, l->e[l->n - 1].name);
}

static void kept_json_notes(struct json *j, char *note)
{
    json_array(j, "notes");
    for (char *at = note, *rest; at && *at; at = rest)
        json_string(j, NULL, note_line(at, &rest));
    json_end(j);
}

static void kept_json(const struct kept_list *l, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    j.indent = true;
    json_array(&j, NULL);
    for (size_t i = 0; i < l->n; i++) {
        auto_buf struct buf file = { 0 };
        buf_printf(&file, "%s/%s", l->dir, l->e[i].name);
        json_object(&j, NULL);
        json_string(&j, "file", file.p);
        json_time(&j, "time", l->e[i].at_ms);
        json_int(&j, "bytes", l->e[i].bytes);
        kept_json_notes(&j, l->e[i].note);
        json_end(&j);
    }
    json_end(&j);
    buf_putc(out, '\n');
}

static int flight_list(const struct args *a)
{
    auto_buf struct buf dir = { 0 }, out = { 0 };
    struct kept_list l;
    if (archived_put_dir(a, &dir) < 0)
        return EXIT_USAGE;
    buf_puts(&dir, "/flight");
    int rc = kept_read(&l, dir.p);
    if (rc < 0 && rc != -ENOENT) {
        log_error(rc, "%s cannot be read", dir.p);
        kept_done(&l);
        return EXIT_FAILED;
    }
    if (args_flag(a, "json"))
        kept_json(&l, &out);
    else
        kept_text(&l, a, &out);
    fwrite(buf_text(&out), 1, out.n, stdout);
    kept_done(&l);
    return EXIT_DONE;
}

/* ---- asking for one ---- */

static void why_put(const struct args *a, struct buf *out)
{
    for (int i = 0; i < args_positionals(a); i++)
        buf_printf(out, "%s%s", i ? " " : "", args_positional(a, i));
}

/* Does a line of the note say that this was asked for, from that time on? */
static bool kept_answers(const char *note, const char *since, const char *line)
{
    size_t n = strlen(line);
    for (const char *at = note; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL) {
        const char *what = strchr(at, ' ');
        if (what && strncmp(at, since, 19) >= 0 && strncmp(what + 1, line, n) == 0 && what[1 + n] == '\n')
            return true;
    }
    return false;
}

/* The name of the file that was begun; false where none is seen in time. */
static bool flight_await(const char *dir, const char *why, const char *since, double interval_s, char name[static 40])
{
    auto_buf struct buf line = { 0 };
    int64_t until = os_mono_ns() + (int64_t)(fmin(interval_s + 2, PATIENCE_S) * 1e9);
    bool found = false;
    int rc = 0;
    buf_printf(&line, "asked for: %s", why);
    while (!found && rc == 0 && os_mono_ns() < until && !os_stopping()) {
        struct kept_list l;
        rc = kept_read(&l, dir);
        for (size_t i = l.n; i > 0 && !found; i--) {
            found = l.e[i - 1].note && kept_answers(l.e[i - 1].note, since, line.p);
            memcpy(name, l.e[i - 1].name, sizeof l.e->name);
        }
        kept_done(&l);
        if (!found && rc == 0)
            os_sleep_until(os_mono_ns() + 50000000);
    }
    return found;
}

static void flight_said(const struct args *a, const char *dir, const char *name)
{
    auto_buf struct buf out = { 0 }, file = { 0 };
    struct json j;
    buf_printf(&file, "%s/%s", dir, name);
    if (args_flag(a, "json")) {
        json_init(&j, &out);
        json_object(&j, NULL);
        json_bool(&j, "asked", true);
        json_string(&j, "directory", dir);
        json_string(&j, "file", *name ? file.p : NULL);
        json_end(&j);
    } else if (*name) {
        buf_printf(&out, "The minutes before now are kept in %s\nIt grows for storage.flight_burst_s yet. To play it: "
                   "sonde top --replay %s", file.p, file.p);
    } else {
        buf_printf(&out, "The minutes before now are being kept in %s, maybe in a recording that was begun "
                   "already; `sonde sessions flight` lists them.", dir);
    }
    puts(out.p);
}

static int flight_refused(const struct args *a, int rc)
{
    const char *data = args_text(a, "data");
    if (rc == -ENODEV)
        log_error(0, "sessions flight: the recorder cannot keep the last minutes; it said why when it started");
    else if (rc == -EACCES)
        log_error(0, "sessions flight: the recorder does not answer to this user; root and members of the group "
                  "sonde may ask the one of the system");
    else if (data)
        log_error(0, "sessions flight: no recorder runs in %s; only one that runs has the last minutes in memory",
                  data);
    else
        log_error(0, "sessions flight: no recorder runs here; only one that runs has the last minutes in memory: "
                  "sonde record");
    return EXIT_FAILED;
}

static int flight_ask(const struct args *a)
{
    auto_buf struct buf why = { 0 }, dir = { 0 };
    char since[TEXT_TIME_MAX], name[40] = "";
    struct attach_marked m;
    why_put(a, &why);
    if (!*buf_text(&why) || why.n > WHY_MAX || !text_is_plain(why.p) || *why.p == ' ') {
        log_error(0, "sessions flight: WHY is a text of 1 to %d bytes without control characters", WHY_MAX);
        return EXIT_USAGE;
    }
    os_stop_on_signal();
    text_time(os_wall_ms(), since);
    int rc = attach_mark(a, why.p, &m);
    if (rc < 0)
        return flight_refused(a, rc);
    buf_printf(&dir, "%s/flight", args_text(a, "data") ? args_text(a, "data") : m.dir);
    if (!flight_await(dir.p, why.p, since, m.interval_s, name))
        *name = '\0';
    flight_said(a, dir.p, name);
    return EXIT_DONE;
}

static int flight_run(const struct args *a)
{
    return args_positionals(a) ? flight_ask(a) : flight_list(a);
}

static const struct option options[] = { ARCHIVED_OPTION, { 0 } };

static const struct example examples[] = {
    { "sonde sessions flight the screen froze", "keep the minutes before now, and why" },
    { "sonde sessions flight", "which there are, and how to play one" },
    { 0 },
};

const struct command sessions_flight = {
    .name = "sessions flight", .summary = "keep the minutes before now, or list what is kept",
    .usage = "[WHY]...",
    .text = "While it runs, a recorder has the last ten minutes with all processes of every second in memory. With WHY "
            "it is asked to keep them in a file of its own, with storage.flight_burst_s more at ten samples a second; "
            "SIGUSR1 asks the same. It does so by itself at an event of at least storage.flight_severity (default "
            "warning): a gap, a clock that was set, an adapter that hung, a budget that was passed; at most once in ten "
            "minutes. Without WHY the files that there are are listed, each with the reason. They play with `sonde top "
            "--replay FILE`, and `sonde analyze FILE` reports on one. All of them take at most storage.flight_max_mb; "
            "the oldest goes first.",
    .options = options, .examples = examples, .max_positional = 64, .run = flight_run,
};
