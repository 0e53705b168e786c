/*
 * gamemode.c - serves the D-Bus interface of GameMode by sd-bus. Names, signatures and answers are those of GameMode
 * 1.7 and its client library.
 *
 * The two numbers of the ByPID form come in both orders: the daemon takes the caller first, the client library sends
 * the game first. So the game is the one that does not ask. With descriptors the game is first everywhere.
 */
#include "modules/gamemode.h"

#include "modules/bus_own.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NAME "com.feralinteractive.GameMode"
#define PATH "/com/feralinteractive/GameMode"
#define GAMES PATH "/Games"
#define GAME_PATH 64
#define BATCH 64 /* messages that are answered before the games are looked at */

struct gamemode_link {
    sd_bus *bus;
    struct gamemode_server server;
};

static void gamemode_path(int32_t pid, char out[static GAME_PATH])
{
    snprintf(out, GAME_PATH, GAMES "/%d", pid);
}

/* ---- requests ---- */

/* The process that a pidfd stands for (pidfd_open(2), "Pid:" in its fdinfo); 0 where it has ended or is none. */
static int32_t gamemode_pid_of(int fd)
{
    char path[64], line[128];
    int pid = 0;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f) && sscanf(line, "Pid: %d", &pid) != 1)
        ;
    if (f)
        fclose(f);
    return pid > 0 ? pid : 0;
}

/* Who asks: the bus knows it, whatever the message says. */
static int32_t gamemode_sender(sd_bus_message *m, int64_t *uid)
{
    sd_bus_creds *c = NULL;
    uid_t u = 0;
    pid_t pid = 0;
    *uid = -1;
    if (sd_bus_query_sender_creds(m, SD_BUS_CREDS_EUID | SD_BUS_CREDS_PID, &c) >= 0) {
        if (sd_bus_creds_get_euid(c, &u) >= 0)
            *uid = u;
        if (sd_bus_creds_get_pid(c, &pid) < 0)
            pid = 0;
    }
    sd_bus_creds_unref(c);
    return pid;
}

static int gamemode_read_game(sd_bus_message *m, int32_t sender, int32_t *game)
{
    int a, b, rc;
    if (sd_bus_message_has_signature(m, "i"))
        return sd_bus_message_read(m, "i", game);
    if (sd_bus_message_has_signature(m, "ii")) {
        rc = sd_bus_message_read(m, "ii", &a, &b);
        *game = b == sender ? a : b;
    } else {
        rc = sd_bus_message_read(m, "hh", &a, &b);
        *game = rc < 0 ? 0 : gamemode_pid_of(a);
    }
    return rc;
}

static int gamemode_ask(sd_bus_message *m, void *self, sd_bus_error *e)
{
    struct gamemode_link *l = self;
    const char *member = sd_bus_message_get_member(m);
    struct gamemode_request r = { .what = member[0] == 'R' ? GAMEMODE_REGISTER :
                                          member[0] == 'U' ? GAMEMODE_UNREGISTER : GAMEMODE_QUERY };
    (void)e;
    int32_t sender = gamemode_sender(m, &r.uid);
    int rc = gamemode_read_game(m, sender, &r.game);
    return rc < 0 ? rc : sd_bus_reply_method_return(m, "i", l->server.ask(l->server.self, &r));
}

/* There is nothing of ours that could be read anew. */
static int gamemode_refresh(sd_bus_message *m, void *self, sd_bus_error *e)
{
    (void)self;
    (void)e;
    return sd_bus_reply_method_return(m, "i", GAMEMODE_OK);
}

static int gamemode_list(sd_bus_message *m, void *self, sd_bus_error *e)
{
    struct gamemode_link *l = self;
    sd_bus_message *reply = NULL;
    int32_t pid[GAMEMODE_GAMES];
    char path[GAME_PATH];
    (void)e;
    size_t n = l->server.list(l->server.self, pid, GAMEMODE_GAMES);
    int rc = sd_bus_message_new_method_return(m, &reply);
    rc = rc < 0 ? rc : sd_bus_message_open_container(reply, 'a', "(io)");
    for (size_t i = 0; rc >= 0 && i < n; i++) {
        gamemode_path(pid[i], path);
        rc = sd_bus_message_append(reply, "(io)", pid[i], path);
    }
    rc = rc < 0 ? rc : sd_bus_message_close_container(reply);
    rc = rc < 0 ? rc : sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return rc;
}

static int gamemode_count(sd_bus *b, const char *path, const char *interface, const char *property,
                          sd_bus_message *reply, void *self, sd_bus_error *e)
{
    const struct gamemode_link *l = self;
    int32_t pid[GAMEMODE_GAMES];
    (void)b, (void)path, (void)interface, (void)property, (void)e;
    return sd_bus_message_append(reply, "i", (int)l->server.list(l->server.self, pid, GAMEMODE_GAMES));
}

/* ---- an object for each game ---- */

static int32_t gamemode_path_pid(const char *path)
{
    int pid, end = 0;
    return sscanf(path, GAMES "/%d%n", &pid, &end) == 1 && !path[end] ? pid : 0;
}

static int gamemode_find(sd_bus *b, const char *path, const char *interface, void *self, void **found, sd_bus_error *e)
{
    const struct gamemode_link *l = self;
    char program[GAMEMODE_PROGRAM];
    (void)b, (void)interface, (void)e;
    *found = self;
    return l->server.program(l->server.self, gamemode_path_pid(path), program);
}

static int gamemode_game(sd_bus *b, const char *path, const char *interface, const char *property,
                         sd_bus_message *reply, void *self, sd_bus_error *e)
{
    const struct gamemode_link *l = self;
    char program[GAMEMODE_PROGRAM] = "";
    int32_t pid = gamemode_path_pid(path);
    (void)b, (void)interface, (void)e;
    if (!l->server.program(l->server.self, pid, program))
        return -ENOENT;
    return strcmp(property, "Executable") == 0 ? sd_bus_message_append(reply, "s", program) :
           sd_bus_message_append(reply, "i", pid);
}

static int gamemode_nodes(sd_bus *b, const char *prefix, void *self, char ***out, sd_bus_error *e)
{
    const struct gamemode_link *l = self;
    int32_t pid[GAMEMODE_GAMES];
    (void)b, (void)prefix, (void)e;
    size_t n = l->server.list(l->server.self, pid, GAMEMODE_GAMES);
    char **nodes = calloc(n + 1, sizeof *nodes); /* sd-bus frees it, and what is in it */
    for (size_t i = 0; nodes && i < n; i++) {
        nodes[i] = malloc(GAME_PATH);
        if (!nodes[i])
            break;
        gamemode_path(pid[i], nodes[i]);
    }
    *out = nodes;
    return nodes ? 0 : -ENOMEM;
}

/* Registers, ends and asks, in the three forms of who is meant. */
#define CALL(name, takes) SD_BUS_METHOD(name, takes, "i", gamemode_ask, SD_BUS_VTABLE_UNPRIVILEGED)

static const sd_bus_vtable gamemode_calls[] = {
    SD_BUS_VTABLE_START(0),
    CALL("RegisterGame", "i"), CALL("RegisterGameByPID", "ii"), CALL("RegisterGameByPIDFd", "hh"),
    CALL("UnregisterGame", "i"), CALL("UnregisterGameByPID", "ii"), CALL("UnregisterGameByPIDFd", "hh"),
    CALL("QueryStatus", "i"), CALL("QueryStatusByPID", "ii"), CALL("QueryStatusByPIDFd", "hh"),
    SD_BUS_METHOD("RefreshConfig", "", "i", gamemode_refresh, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("ListGames", "", "a(io)", gamemode_list, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_PROPERTY("ClientCount", "i", gamemode_count, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_SIGNAL("GameRegistered", "io", 0),
    SD_BUS_SIGNAL("GameUnregistered", "io", 0),
    SD_BUS_VTABLE_END
};

static const sd_bus_vtable gamemode_games[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("ProcessId", "i", gamemode_game, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("Executable", "s", gamemode_game, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_VTABLE_END
};

/* ---- the connection ---- */

static int gamemode_put(struct gamemode_link *l)
{
    int rc = sd_bus_add_object_vtable(l->bus, NULL, PATH, NAME, gamemode_calls, l);
    if (rc >= 0)
        rc = sd_bus_add_fallback_vtable(l->bus, NULL, GAMES, NAME ".Game", gamemode_games, gamemode_find, l);
    if (rc >= 0)
        rc = sd_bus_add_node_enumerator(l->bus, NULL, GAMES, gamemode_nodes, l);
    return rc < 0 ? rc : sd_bus_request_name(l->bus, NAME, 0);
}

static void gamemode_close(void *self)
{
    struct gamemode_link *l = self;
    sd_bus_flush_close_unref(l->bus);
    free(l);
}

static int gamemode_open(void **self, const struct gamemode_server *s, char why[static BUS_WHY])
{
    sd_bus *b = NULL;
    int rc = bus_connect(false, &b, why);
    if (rc < 0)
        return rc;
    struct gamemode_link *l = calloc(1, sizeof *l);
    if (!l) {
        sd_bus_unref(b);
        return -ENOMEM;
    }
    *l = (struct gamemode_link){ .bus = b, .server = *s };
    rc = gamemode_put(l);
    if (rc < 0) {
        bus_say(why, NULL, rc);
        gamemode_close(l);
        return rc;
    }
    *self = l;
    return 0;
}

/* Milliseconds until the bus has something to do by itself, at most `wait_ms`. */
static int gamemode_wait_ms(sd_bus *b, int64_t wait_ms)
{
    struct timespec t;
    uint64_t until_us;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t now_us = t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
    if (sd_bus_get_timeout(b, &until_us) < 0 || until_us == UINT64_MAX)
        return (int)wait_ms;
    int64_t left_ms = ((int64_t)until_us - now_us + 999) / 1000;
    return (int)(left_ms < 0 ? 0 : left_ms < wait_ms ? left_ms : wait_ms);
}

static int gamemode_process(void *self, int fd, int64_t wait_ms)
{
    struct gamemode_link *l = self;
    int rc = 1, handled = 0;
    while (rc > 0 && handled < BATCH) {
        rc = sd_bus_process(l->bus, NULL);
        handled += rc > 0;
    }
    if (rc >= 0 && !handled) {
        int events = sd_bus_get_events(l->bus);
        struct pollfd p[2] = { { .fd = sd_bus_get_fd(l->bus), .events = (short)(events < 0 ? 0 : events) },
                               { .fd = fd, .events = POLLIN } };
        rc = events < 0 ? events : 0;
        if (rc == 0)
            poll(p, 2, gamemode_wait_ms(l->bus, wait_ms < INT32_MAX ? wait_ms : INT32_MAX));
    }
    return rc < 0 ? bus_error(NULL, rc) : 0;
}

static void gamemode_tell(void *self, int32_t pid, bool registered)
{
    struct gamemode_link *l = self;
    char path[GAME_PATH];
    gamemode_path(pid, path);
    sd_bus_emit_signal(l->bus, PATH, NAME, registered ? "GameRegistered" : "GameUnregistered", "io", pid, path);
    sd_bus_emit_properties_changed(l->bus, PATH, NAME, "ClientCount", NULL);
}

extern const struct gamemode_bus sonde_gamemode __attribute__((visibility("default")));
const struct gamemode_bus sonde_gamemode = { .open = gamemode_open, .process = gamemode_process, .tell = gamemode_tell,
                                             .close = gamemode_close };
