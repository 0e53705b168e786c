/* push_range.c - finds the range in the archive, sends it, and says how that went. */
#include "app/push_range.h"

#include "app/archived.h"
#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "push/push_once.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATIENCE_S 120

struct range {
    const struct exporting *e;
    struct target target;
    bool shows;               /* progress, on a terminal */
};

static bool range_stops(void *self)
{
    (void)self;
    return os_stopping();
}

static void range_progress(void *self, uint64_t instants, int64_t wall_ms)
{
    const struct range *r = self;
    char when[TEXT_TIME_MAX];
    if (r->shows)
        fprintf(stderr, "\r%llu samples, up to %s ", (unsigned long long)instants, text_time(wall_ms, when));
}

static void range_waits(void *self, const char *why)
{
    const struct range *r = self;
    if (r->shows)
        fputs("\r\033[K", stderr);
    log_warn(0, "%s: it takes nothing: %s; trying again for two minutes", r->e->command, why);
}

/* The line that a configuration would have. */
static bool range_target(struct range *r, const char *to)
{
    const struct exporting *e = r->e;
    auto_buf struct buf line = { 0 };
    char why[TARGET_WHY];
    buf_printf(&line, "push %s %s", e->exporter->name, to);
    if (e->globs)
        buf_printf(&line, " metrics=%s", e->globs);
    if (e->host)
        buf_printf(&line, " host=%s", e->host);
    if (target_read(line.p, &r->target, why) == 0)
        return true;
    log_error(0, "%s: --push '%s' %s", e->command, to, why);
    return false;
}

static void range_put_json(const struct range *r, const struct push_said *said)
{
    auto_buf struct buf out = { 0 };
    struct json j;
    json_init(&j, &out);
    json_object(&j, NULL);
    json_string(&j, "url", r->target.shown);
    json_int(&j, "instants", (int64_t)said->counts.sent);
    json_int(&j, "refused", (int64_t)(said->counts.old + said->counts.there + said->counts.refused));
    json_int(&j, "rejected_values", (int64_t)said->counts.rejected);
    json_int(&j, "bytes", (int64_t)said->bytes);
    json_said(&j, "error", said->why);
    json_end(&j);
    puts(buf_text(&out));
}

static int range_say(const struct range *r, const struct args *a, int rc, const struct push_said *said)
{
    const struct delivery_counts *c = &said->counts;
    uint64_t refused = c->old + c->there + c->refused;
    if (r->shows)
        fputs("\r\033[K", stderr);
    if (args_flag(a, "json"))
        range_put_json(r, said);
    else if (c->sent && !args_flag(a, "quiet"))
        fprintf(stderr, "Sent %llu sample%s to %s\n", (unsigned long long)c->sent, c->sent == 1 ? "" : "s",
                r->target.shown);
    if (refused)
        log_error(0, "%s: it refused %llu sample%s: %s", r->e->command, (unsigned long long)refused,
                  refused == 1 ? "" : "s", said->why);
    if (c->rejected)
        log_error(0, "%s: of what it took it rejected %llu value%s: %s", r->e->command,
                  (unsigned long long)c->rejected, c->rejected == 1 ? "" : "s", said->why);
    else if (rc == 0 && !refused && *said->why)
        log_warn(0, "%s: it took all of it, and says: %s", r->e->command, said->why);
    if (rc == -ETIMEDOUT)
        log_error(0, "%s: it takes nothing: %s; what was sent stays there, and may be sent again", r->e->command,
                  said->why);
    else if (rc < 0 && rc != -ECANCELED)
        log_error(*said->why ? 0 : rc, "%s: nothing %scan be sent: %s", r->e->command, c->sent ? "more " : "",
                  said->why);
    else if (rc == 0 && !c->sent && !refused)
        log_error(0, "%s: nothing was recorded in that time; `sonde sessions list` says what there is", r->e->command);
    return rc == 0 && c->sent && !refused && !c->rejected ? EXIT_DONE : c->sent ? EXIT_PART : EXIT_FAILED;
}

static int range_send(struct range *r, const struct args *a, struct look *of)
{
    const struct exporting *e = r->e;
    char id[INDEX_ID_MAX];
    struct push_said said;
    int status = e->session ? archived_find(of, e->session, id) : EXIT_DONE;
    if (status != EXIT_DONE)
        return status;
    if (!e->session && archived_would_mix(of, e->command, e->from_ms, e->to_ms))
        return EXIT_FAILED;
    struct push_once o = { .archive = of->files, .session = e->session ? id : NULL, .from_ms = e->from_ms,
                           .to_ms = e->to_ms, .target = &r->target, .patience_s = PATIENCE_S, .stop = range_stops,
                           .waits = range_waits, .progress = range_progress, .self = r };
    int rc = push_once(&o, &said);
    return range_say(r, a, rc, &said);
}

int push_range(const struct exporting *e, const struct args *a, const char *to)
{
    struct range r = { .e = e, .shows = os_is_terminal(2) && !args_flag(a, "quiet") && !args_flag(a, "json") };
    struct look of;
    if (!e->exporter->batch) {
        log_error(0, "%s: %s cannot be pushed; remote-write, influx, otlp, graphite, mqtt and jsonl can", e->command,
                  e->exporter->name);
        return EXIT_USAGE;
    }
    if (!range_target(&r, to))
        return EXIT_USAGE;
    int rc = archived_open(&of, a, false);
    rc = rc < 0 ? rc : look_files(&of);
    os_stop_on_signal();
    int status = rc < 0 ? archived_say(buf_text(&of.dir), rc) : range_send(&r, a, &of);
    look_close(&of);
    return status;
}
