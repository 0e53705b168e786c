/*
 * recorder_test.c - the self-test of the recorder.
 *
 * A witness among the parts keeps every instant as it was sampled; afterwards the archive must give back the same,
 * bit for bit. Midway it asks the socket as any other command would.
 */
#include "app/recorder_test.h"

#include "app/datadir.h"
#include "app/socket_path.h"
#include "app/progress.h"
#include "app/recorder_parts.h"
#include "base/auto.h"
#include "base/log.h"
#include "core/config.h"
#include "os/disk.h"
#include "os/os.h"
#include "os/socket.h"
#include "output/screen.h"
#include "store/archive.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEST_S 10.0
#define TEST_TICKS 1024

struct witness {
    struct recorder *r;
    struct progress progress;
    double interval_s;
    struct moment *seen;    /* n of them */
    size_t n;
    int metrics, adapters, readable;
    int asked;              /* 1: the socket answered; 0: not asked; or why not */
    double latest_s;        /* of a tick */
    size_t same, at, differ;/* values that came back; the instant that is compared next */
    int error;              /* of the archive */
};

static int witness_ask(struct recorder *r)
{
    auto_buf struct buf path = { 0 };
    char answer[64];
    socket_path_own(r->o.dir, &path);
    int64_t until = os_mono_ns() + 2000000000;
    int fd = os_socket_connect(path.p);
    int rc = fd < 0 ? fd : os_socket_send(fd, "state\n", 6, until);
    int n = rc < 0 ? rc : os_socket_receive(fd, answer, sizeof answer, until);
    os_close(fd);
    return n < 0 ? n : n > 11 && memcmp(answer, "{\"session\":", 11) == 0 ? 1 : -EBADMSG;
}

static void witness_take(void *self, const struct schema *s, const struct moment *m)
{
    struct witness *w = self;
    double late = frame_get(&m->frame, schema_find(s, "sonde.tick.lateness", NULL));
    w->latest_s = late > w->latest_s ? late : w->latest_s;
    if (w->n < TEST_TICKS)
        moment_copy(&w->seen[w->n++], m);
    w->metrics = schema_size(s);
    w->progress.schema = s;
    progress_tick(&w->progress, fmin((double)w->n * w->interval_s / TEST_S, 1), &m->frame);
    if (w->n == 3)
        w->asked = witness_ask(w->r);
}

static int witness_open(struct recorder *r, void **self)
{
    struct witness *w = r->o.self;
    w->r = r;
    *self = w;
    return 0;
}

static void witness_close(void *self)
{
    struct witness *w = self;
    const struct source *s = sampler_sources(w->r->observer.sampler, &w->adapters);
    for (int i = 0; i < w->adapters; i++)
        w->readable += s[i].state == SOURCE_OK;
}

static const struct recorder_part witness = {
    .name = "witness", .open = witness_open, .take = witness_take, .close = witness_close,
};

/* For archive_play(): what adapters read must be there to the bit; rates are made anew. */
static int witness_compare(void *self, const struct tape_about *about, const struct schema *s, const struct moment *m)
{
    struct witness *w = self;
    (void)about;
    if (w->at == w->n)
        return -ERANGE;
    const struct frame *f = &w->seen[w->at++].frame;
    if (f->wall_ms != m->frame.wall_ms)
        w->differ++;
    for (int i = 0; i < f->n; i++) {
        double a = f->v[i], b = frame_get(&m->frame, i);
        if (schema_at(s, i)->kind != KIND_RATIO && memcmp(&a, &b, sizeof a) != 0 && !(isnan(a) && isnan(b)))
            w->differ++;
        else
            w->same++;
    }
    return 0;
}

static void witness_read_back(struct witness *w, const char *dir)
{
    struct archive *a;
    w->error = archive_open(dir, &a);
    if (w->error < 0)
        return;
    uint64_t lost;
    w->error = archive_play(a, NULL, 0, INT64_MAX, witness_compare, w, &lost);
    if (w->error == 0 && (lost || w->at != w->n))
        w->error = -EBADMSG;
    archive_free(a);
}

/* ---- what is said ---- */

struct findings {
    struct buf text;
    struct json json;
    struct buf out;
    int failed;
};

__attribute__((format(printf, 4, 5)))
static void findings_add(struct findings *f, bool ok, const char *name, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    f->failed += !ok;
    buf_printf(&f->text, "%-6s%-10s%s\n", ok ? "ok" : "FAILS", name, text);
    json_object(&f->json, NULL);
    json_string(&f->json, "name", name);
    json_bool(&f->json, "ok", ok);
    json_string(&f->json, "text", text);
    json_end(&f->json);
}

static void findings_fill(struct findings *f, const struct witness *w, int rc)
{
    findings_add(f, rc == 0 && w->n > 1, "recorder", rc == 0 ? "started, recorded and ended" : "%s", strerror(-rc));
    findings_add(f, w->n > 1 && w->latest_s < w->interval_s, "sampling",
                 "%zu sample%s of %d metric%s, at most %.1f ms late",
                 w->n, w->n == 1 ? "" : "s", w->metrics, w->metrics == 1 ? "" : "s", w->latest_s * 1e3);
    findings_add(f, w->readable > 0, "adapters", "%d of %d can be read here; `sonde doctor` says why others cannot",
                 w->readable, w->adapters);
    findings_add(f, w->error == 0 && w->differ == 0 && w->same > 0, "archive",
                 w->error == 0 ? "%zu value%s read back, %zu of them differ" :
                                 "%zu value%s read back, %zu differ, then an error",
                 w->same, w->same == 1 ? "" : "s", w->differ);
    findings_add(f, w->asked == 1, "socket", "%s", w->asked == 1 ? "other commands can ask the recorder" :
                 w->asked == 0 ? "was not asked" : strerror(-w->asked));
}

/* Is a file made and removed there, or in the nearest folder above that there is? */
static int try_directory(const char *dir)
{
    auto_buf struct buf at = { 0 };
    buf_puts(&at, *dir == '/' ? "" : "./");
    buf_puts(&at, dir);
    char *slash;
    while (!os_exists("", at.p) && (slash = strrchr(at.p, '/'))) {
        *slash = '\0';
        if (slash == at.p) {
            buf_clear(&at);
            buf_putc(&at, '/');
        }
        at.n = strlen(at.p);
    }
    buf_puts(&at, "/.sonde-test");
    int fd = os_disk_open(at.p, OS_DISK_CREATE);
    int rc = fd < 0 ? fd : os_disk_write(fd, "test", 4, 0);
    os_close(fd);
    if (fd >= 0)
        os_disk_remove(at.p);
    return rc;
}

/* The test records elsewhere: where it would really go is another question. */
static void findings_try_directory(struct findings *f, const struct args *a)
{
    auto_buf struct buf dir = { 0 };
    int rc = datadir_put(a, &dir);
    if (rc == 0)
        rc = try_directory(dir.p);
    if (rc == 0)
        findings_add(f, true, "directory", "%.200s can be written", dir.p);
    else
        findings_add(f, false, "directory", "%.150s cannot be written: %s", dir.n ? dir.p : "the data directory",
                     strerror(-rc));
}

static void findings_print(struct findings *f, bool json)
{
    json_end(&f->json);
    json_bool(&f->json, "ok", !f->failed);
    json_end(&f->json);
    if (json)
        printf("%s\n", buf_text(&f->out));
    else
        printf("%s%s\n", buf_text(&f->text), f->failed ? "Something does not work here." : "Recording works here.");
}

static struct progress test_progress(const struct args *a)
{
    FILE *to = args_flag(a, "quiet") ? NULL : stderr;
    return (struct progress){ .to = to, .terminal = to && os_is_terminal(fileno(to)), .duration_s = TEST_S,
                              .width = os_terminal_width,
                              .screen = screen_of(fileno(stderr), args_flag(a, "no-color")) };
}

static int test_record(const struct args *a, const char *dir, struct witness *w)
{
    const struct recorder_part *parts[RECORDER_PARTS_MAX + 1] = { NULL };
    const struct recorder_part *const *all = recorder_parts();
    size_t n = 0;
    for (; all[n] && n + 1 < RECORDER_PARTS_MAX; n++)
        parts[n] = all[n];
    parts[n] = &witness;
    struct recorder r;
    return recorder_run(&r, &(struct recorder_options){
        .args = a, .dir = dir, .parts = parts, .alone = true, .interval_s = w->interval_s,
        .duration_s = TEST_S, .self = w });
}

int recorder_test(const struct args *a)
{
    char dir[OS_PATH_MAX];
    double interval_s = args_given(a, "interval") ? args_number(a, "interval") :
                        config_number(args_config(a), "general.logging_interval");
    int rc = os_make_temp_dir(true, dir, sizeof dir);
    if (rc < 0) {
        log_error(rc, "record: no temporary folder for the test; set TMPDIR to where one can be made");
        return EXIT_FAILED;
    }
    struct witness w = { .seen = mem_new(TEST_TICKS * sizeof *w.seen), .progress = test_progress(a),
                         .interval_s = fmin(interval_s, TEST_S / 5) };
    struct findings f = { 0 };
    json_init(&f.json, &f.out);
    json_object(&f.json, NULL);
    json_array(&f.json, "checks");
    rc = test_record(a, dir, &w);
    progress_end(&w.progress);
    witness_read_back(&w, dir);
    findings_fill(&f, &w, rc);
    findings_try_directory(&f, a);
    findings_print(&f, args_flag(a, "json"));
    for (size_t i = 0; i < w.n; i++)
        moment_done(&w.seen[i]);
    mem_free(w.seen);
    buf_done(&f.text);
    buf_done(&f.out);
    os_remove_dir(dir);
    return f.failed ? EXIT_FAILED : EXIT_DONE;
}
