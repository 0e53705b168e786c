/*
 * gamemode.c - the games that are registered: who may be, who is, who has ended.
 *
 * What a game asks is answered at once and told afterwards: it does not wait for knobs.
 */
#include "policy/bus/gamemode.h"

#include "base/auto.h"
#include "base/text.h"
#include "modules/gamemode.h"
#include "os/ended.h"
#include "os/os.h"
#include "policy/guarded.h"
#include "policy/tasks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum game_state { GAME_NEW, GAME_TOLD, GAME_LEFT, GAME_ENDED }; /* of the last two it is to be told */

struct game {
    int32_t pid;
    enum game_state state;
    bool told; /* of its beginning */
    char program[GAMEMODE_PROGRAM];
};

struct gamemode {
    const struct gamemode_bus *bus;
    void *link;
    struct os_ended *ended;
    struct gamemode_events events;
    int64_t uid;                      /* ours */
    struct game game[2 * GAMEMODE_GAMES]; /* in the order in which they came; half of them may have left */
    size_t n;
};

/* ---- who may be ---- */

bool gamemode_may(const struct gamemode *g, int32_t pid)
{
    char why[KNOB_WHY];
    return task_lives("", pid, 0) && task_user("", pid) == g->uid && !guarded_is("", pid, (uint32_t)g->uid, why);
}

/* ---- who is ---- */

static bool game_is(const struct game *x)
{
    return x->state == GAME_NEW || x->state == GAME_TOLD;
}

static struct game *gamemode_find(struct gamemode *g, int32_t pid)
{
    for (size_t i = 0; i < g->n; i++)
        if (g->game[i].pid == pid && game_is(&g->game[i]))
            return &g->game[i];
    return NULL;
}

static size_t gamemode_count(const struct gamemode *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        n += game_is(&g->game[i]);
    return n;
}

static int32_t gamemode_add(struct gamemode *g, int32_t pid)
{
    char path[64], program[OS_PATH_MAX] = "";
    if (gamemode_find(g, pid) || gamemode_count(g) >= GAMEMODE_GAMES || g->n == 2 * GAMEMODE_GAMES ||
        os_ended_add(g->ended, pid) < 0)
        return GAMEMODE_FAILED;
    if (!gamemode_may(g, pid)) { /* watched first: what is asked now is asked of the process that is watched */
        os_ended_remove(g->ended, pid);
        return GAMEMODE_REJECTED;
    }
    struct game *x = &g->game[g->n++];
    *x = (struct game){ .pid = pid };
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    if (os_read_link("", path, program, sizeof program) >= 0)
        text_copy(x->program, sizeof x->program, program);
    g->bus->tell(g->link, pid, true);
    return GAMEMODE_OK;
}

static int32_t gamemode_remove(struct gamemode *g, int32_t pid, enum game_state state)
{
    struct game *x = gamemode_find(g, pid);
    if (!x)
        return GAMEMODE_FAILED;
    os_ended_remove(g->ended, pid);
    x->state = state;
    g->bus->tell(g->link, pid, false);
    return GAMEMODE_OK;
}

static int32_t gamemode_query(struct gamemode *g, int32_t pid)
{
    return gamemode_find(g, pid) ? GAMEMODE_REGISTERED : gamemode_count(g) ? GAMEMODE_ACTIVE : GAMEMODE_INACTIVE;
}

/* ---- what the module asks ---- */

static int32_t gamemode_ask(void *self, const struct gamemode_request *r)
{
    struct gamemode *g = self;
    if (r->uid != g->uid)
        return GAMEMODE_REJECTED;
    switch (r->what) {
    case GAMEMODE_REGISTER: return gamemode_add(g, r->game);
    case GAMEMODE_UNREGISTER: return gamemode_remove(g, r->game, GAME_LEFT);
    default: return gamemode_query(g, r->game);
    }
}

static size_t gamemode_list(void *self, int32_t *pid, size_t cap)
{
    const struct gamemode *g = self;
    size_t n = 0;
    for (size_t i = 0; i < g->n && n < cap; i++)
        if (game_is(&g->game[i]))
            pid[n++] = g->game[i].pid;
    return n;
}

static bool gamemode_program(void *self, int32_t pid, char out[static GAMEMODE_PROGRAM])
{
    const struct game *x = gamemode_find(self, pid);
    if (x)
        text_copy(out, GAMEMODE_PROGRAM, x->program);
    return x;
}

/* ---- serving ---- */

void gamemode_close(struct gamemode *g)
{
    if (!g)
        return;
    if (g->link)
        g->bus->close(g->link);
    os_ended_free(g->ended);
    mem_free(g);
}

int gamemode_open(const struct gamemode_events *e, struct gamemode **out, char why[static KNOB_WHY])
{
    char said[BUS_WHY] = "";
    const struct gamemode_bus *bus = os_module("sonde-bus", "sonde_gamemode");
    if (!bus) {
        text_copy(why, KNOB_WHY, "the module sonde-bus is not installed beside the program; it needs libsystemd");
        return -ENOTSUP;
    }
    struct gamemode *g = mem_new(sizeof *g);
    *g = (struct gamemode){ .bus = bus, .ended = os_ended_new(), .events = *e, .uid = task_user("", os_pid()) };
    struct gamemode_server server = { .ask = gamemode_ask, .list = gamemode_list, .program = gamemode_program,
                                      .self = g };
    int rc = bus->open(&g->link, &server, said);
    if (rc < 0) {
        snprintf(why, KNOB_WHY, "%.*s", KNOB_WHY - 1,
                 rc == -EEXIST ? "somebody serves GameMode's interface here already, and is not replaced" : said);
        gamemode_close(g);
        return rc;
    }
    *out = g;
    return 0;
}

/* A game is told of in the order of what happened to it; one that came and went unseen is not told of at all. */
static void gamemode_tell(struct gamemode *g)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->n; i++) {
        struct game *x = &g->game[i];
        if (x->state == GAME_NEW) {
            x->state = GAME_TOLD;
            x->told = true;
            g->events.registered(g->events.self, x->pid, x->program);
        } else if (!game_is(x) && x->told) {
            g->events.unregistered(g->events.self, x->pid, x->state == GAME_ENDED);
        }
        if (game_is(x))
            g->game[kept++] = *x;
    }
    g->n = kept;
}

int gamemode_serve(struct gamemode *g, int64_t wait_ms)
{
    int32_t pid;
    int rc = g->bus->process(g->link, os_ended_fd(g->ended), wait_ms);
    while ((pid = os_ended_take(g->ended)) > 0)
        gamemode_remove(g, pid, GAME_ENDED);
    gamemode_tell(g);
    return rc;
}
