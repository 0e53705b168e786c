/* attach.c - asks a running recorder. */
#include "app/attach.h"

#include "app/recorder_request.h"
#include "app/socket_path.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "os/socket.h"
#include "store/tape_feed.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define ANSWER_NS 10000000000 /* until an answer begins */
#define JSON_MAX (64 << 20)

struct line { /* to a recorder */
    int fd;
    size_t n, at;      /* of what was read to see which kind of answer it is */
    char begin[4096];
};

static int attach_try(const char *path, const char *request)
{
    if (!*path)
        return -ENOENT;
    int fd = os_socket_connect(path);
    if (fd == -EACCES)
        log_info("%s may be used by members of the group " SOCKET_GROUP " only", path);
    if (fd < 0)
        return fd;
    int rc = os_socket_send(fd, request, strlen(request), os_mono_ns() + ANSWER_NS);
    if (rc == 0 || rc == -EPIPE) /* it may have said why it does not listen, and closed */
        return fd;
    os_close(fd);
    return rc;
}

/* A recorder that was asked. */
static int attach_ask(const char *data, const char *request)
{
    char line[REQUEST_MAX];
    auto_buf struct buf own = { 0 }, user = { 0 }, system = { 0 };
    if (snprintf(line, sizeof line, "%s\n", request) >= (int)sizeof line)
        return -EINVAL;
    if (data) {
        socket_path_own(data, &own);
        return attach_try(own.p, line);
    }
    socket_path_public(os_is_root(), &user);
    socket_path_public(true, &system);
    int fd = attach_try(buf_text(&user), line);
    return fd < 0 ? attach_try(buf_text(&system), line) : fd;
}

int attach_open(const struct args *a, const char *request)
{
    int fd = attach_ask(args_text(a, "data"), request);
    return fd < 0 && fd != -EACCES ? -ENOENT : fd;
}

static int attach_refused(const char *json)
{
    json_error_t e;
    json_t *answer = json_loads(json, 0, &e);
    const char *why = json_string_value(json_object_get(answer, "error"));
    log_info("the recorder answers: %s", why ? why : "something that this version does not understand");
    json_decref(answer);
    return -ENOENT;
}

int attach_json_of(const char *data, const char *request, struct json_t **out)
{
    auto_buf struct buf text = { 0 };
    char piece[16384];
    int fd = attach_ask(data, request), got = 1;
    if (fd < 0)
        return fd == -EACCES ? fd : -ENOENT;
    int64_t until = os_mono_ns() + ANSWER_NS;
    while (got > 0 && text.n < JSON_MAX) {
        got = os_socket_receive(fd, piece, sizeof piece, until);
        if (got > 0)
            buf_put(&text, piece, (size_t)got);
    }
    os_close(fd);
    json_error_t e;
    *out = json_loads(buf_text(&text), 0, &e);
    if (*out && !(json_object_size(*out) == 1 && json_object_get(*out, "error"))) /* a state has its own, perhaps */
        return 0;
    json_decref(*out);
    return attach_refused(buf_text(&text));
}

int attach_json(const struct args *a, const char *request, struct json_t **out)
{
    return attach_json_of(args_text(a, "data"), request, out);
}

int attach_mark(const struct args *a, const char *note, struct attach_marked *out)
{
    char request[REQUEST_MAX];
    json_t *answer;
    if (snprintf(request, sizeof request, "mark %s", note) >= (int)sizeof request)
        return -EINVAL;
    int rc = attach_json(a, request, &answer);
    if (rc < 0)
        return rc;
    const char *dir = json_string_value(json_object_get(answer, "directory"));
    bool good = dir && json_is_true(json_object_get(answer, "marked"));
    *out = (struct attach_marked){ .interval_s = json_number_value(json_object_get(answer, "interval_s")) };
    text_copy(out->dir, sizeof out->dir, dir ? dir : "");
    json_decref(answer);
    return good ? 0 : -ENODEV;
}

int attach_state(const struct args *a, struct attach_state *out)
{
    json_t *answer;
    if (attach_json(a, "state", &answer) < 0)
        return -ENOENT;
    const char *session = json_string_value(json_object_get(answer, "session"));
    const char *dir = json_string_value(json_object_get(answer, "directory"));
    const char *since = json_string_value(json_object_get(answer, "since"));
    struct attach_state s = { .interval_s = json_number_value(json_object_get(answer, "interval_s")),
                              .pid = (int32_t)json_integer_value(json_object_get(answer, "pid")) };
    bool good = session && since && text_parse_time(since, &s.since_ms) && s.interval_s > 0;
    if (good)
        text_copy(s.session, sizeof s.session, session);
    if (good && dir && *dir == '/' && strlen(dir) < sizeof s.dir)
        strcpy(s.dir, dir);
    json_decref(answer);
    if (!good)
        return attach_refused("");
    *out = s;
    return 0;
}

/* For tape_bytes: what waits is the clock of the feed, which may have keys to look after. */
static int64_t line_read(void *self, void *bytes, size_t cap)
{
    struct line *l = self;
    if (l->at < l->n) {
        size_t n = l->n - l->at < cap ? l->n - l->at : cap;
        memcpy(bytes, l->begin + l->at, n);
        l->at += n;
        return (int64_t)n;
    }
    int got = os_socket_receive(l->fd, bytes, cap, 0);
    return got == -ETIMEDOUT ? -EAGAIN : got == -ECONNRESET ? 0 : got;
}

static void line_close(void *self)
{
    struct line *l = self;
    os_close(l->fd);
    mem_free(l);
}

int attach_feed_of(const char *data, const char *request, struct clock *clock, bool live, struct feed **out)
{
    int fd = attach_ask(data, request);
    if (fd < 0)
        return -ENOENT;
    struct line *l = mem_new(sizeof *l);
    l->fd = fd;
    int got = os_socket_receive(fd, l->begin, sizeof l->begin - 1, os_mono_ns() + ANSWER_NS);
    int rc = got < 0 ? got : got == 0 ? -ENODATA : *l->begin == '{' ? attach_refused(l->begin) : 0;
    if (rc < 0) {
        line_close(l);
        return rc;
    }
    l->n = (size_t)got;
    struct tape_bytes bytes = { .read = line_read, .close = line_close, .self = l };
    struct tape_feed_options options = { .origin = "the running recorder", .live = live, .clock = clock };
    return tape_feed_of(&bytes, &options, out);
}

int attach_feed(const struct args *a, const char *request, struct clock *clock, bool live, struct feed **out)
{
    return attach_feed_of(args_text(a, "data"), request, clock, live, out);
}
