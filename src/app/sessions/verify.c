/* verify.c - `sonde sessions verify`: what store/verify finds, for people and for programs. */
#include "app/sessions/sessions.h"

#include "app/archived.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "output/screen.h"
#include "store/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

struct verifying {
    struct buf out;       /* JSON, findings so far */
    struct json json;
    struct screen screen; /* of stdout */
    bool as_json, bar;
    int shown;            /* per cent on the bar; -1: none is drawn */
};

static void verifying_wipe(struct verifying *v)
{
    if (v->shown >= 0)
        fputs("\r\033[K", stderr);
    v->shown = -1;
}

static void verifying_found(void *self, const struct verify_finding *f)
{
    struct verifying *v = self;
    if (v->as_json) {
        json_object(&v->json, NULL);
        json_string(&v->json, "file", f->file);
        json_int(&v->json, "offset", f->offset);
        json_string(&v->json, "what", f->what);
        json_bool(&v->json, "damage", f->damage);
        json_end(&v->json);
        return;
    }
    auto_buf struct buf line = { 0 }, text = { 0 };
    buf_printf(&text, "%s, byte %" PRId64 ": %s", f->file, f->offset, f->what);
    screen_put(&v->screen, &line, f->damage ? TONE_BAD : TONE_QUIET, buf_text(&text));
    verifying_wipe(v);
    puts(buf_text(&line));
    fflush(stdout);
}

static void verifying_progress(void *self, double share)
{
    struct verifying *v = self;
    int now = (int)(share * 100);
    if (!v->bar || now == v->shown)
        return;
    v->shown = now;
    fprintf(stderr, "\rlooking through the archive: %3d %%", now);
}

static const char *verifying_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void verifying_sum(const struct verify_totals *t)
{
    char size[32];
    printf("%" PRIu64 " file%s, %s: %" PRIu64 " chunk%s, %" PRIu64 " instant%s, %" PRIu64 " value%s are whole; ",
           t->files, verifying_plural(t->files), text_bytes((double)t->bytes, size, sizeof size), t->chunks,
           verifying_plural(t->chunks), t->ticks, verifying_plural(t->ticks), t->values, verifying_plural(t->values));
    if (t->damages)
        printf("%" PRIu64 " damage%s\n", t->damages, verifying_plural(t->damages));
    else
        puts("no damage");
}

static void verifying_end_json(struct verifying *v, const struct verify_totals *t)
{
    json_end(&v->json);
    json_int(&v->json, "files", (int64_t)t->files);
    json_int(&v->json, "bytes", t->bytes);
    json_int(&v->json, "chunks", (int64_t)t->chunks);
    json_int(&v->json, "blocks", (int64_t)t->blocks);
    json_int(&v->json, "ticks", (int64_t)t->ticks);
    json_int(&v->json, "values", (int64_t)t->values);
    json_int(&v->json, "damages", (int64_t)t->damages);
    json_int(&v->json, "notes", (int64_t)t->notes);
    json_end(&v->json);
    puts(buf_text(&v->out));
}

static int verify_say(struct verifying *v, const char *dir, int rc, const struct verify_totals *t)
{
    verifying_wipe(v);
    if (rc == -ENOENT)
        log_error(0, "nothing is recorded in %s; `sonde record` begins", dir);
    else if (rc < 0 && rc != -EINTR)
        log_error(rc, "%s cannot be looked through to its end", dir);
    else if (v->as_json)
        verifying_end_json(v, t);
    else
        verifying_sum(t);
    return rc == -EINTR ? EXIT_PART : rc < 0 || t->damages ? EXIT_FAILED : EXIT_DONE;
}

static int verify_run(const struct args *a)
{
    struct verifying v = { .as_json = args_flag(a, "json"), .shown = -1 };
    struct verify_totals t;
    auto_buf struct buf dir = { 0 };
    if (archived_put_dir(a, &dir) < 0)
        return EXIT_USAGE;
    v.screen = screen_of(STDOUT_FILENO, args_flag(a, "no-color"));
    v.bar = os_is_terminal(STDERR_FILENO) && !args_flag(a, "quiet");
    json_init(&v.json, &v.out);
    v.json.indent = true;
    json_object(&v.json, NULL);
    json_array(&v.json, "findings");
    os_stop_on_signal();
    int rc = store_verify(dir.p, &(struct verify_watcher){ verifying_found, verifying_progress, os_stopping, &v }, &t);
    int status = verify_say(&v, dir.p, rc, &t);
    buf_done(&v.out);
    return status;
}

static const struct option options[] = { ARCHIVED_OPTION, { 0 } };

static const struct example examples[] = {
    { "sonde sessions verify --data /mnt/backup/sonde", "is a copy whole?" },
    { 0 },
};

const struct command sessions_verify = {
    .name = "sessions verify", .summary = "look through the archive for damage", .usage = "",
    .text = "Reads every file of the archive, checks the sum of every chunk, and decodes every value. Prints a line "
            "for each damage, and for what is only worth knowing. Nothing is changed; a recorder may go on meanwhile. "
            "Ends with 1 when something is damaged.",
    .options = options, .examples = examples, .run = verify_run,
};
