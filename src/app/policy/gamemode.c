/*
 * gamemode.c - `sonde policy gamemode`: serves GameMode's interface while it runs, and puts games under a goal.
 *
 * What registers is often a wrapper: every few seconds it is looked which process below it is busiest, and the one that
 * was so twice is the game.
 */
#include "app/datadir.h"
#include "app/policy/gamemode_help.h"
#include "app/policy/verbs.h"

#include "base/auto.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/bus/gamemode.h"
#include "policy/bus/gamemode_tree.h"
#include "policy/bus/profiles.h"
#include "policy/goal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define FOLLOW_NS (3 * SECOND_NS)
#define HELP_NS (SECOND_NS / 4) /* between one game and the next: to see what can be set takes time, and others ask */
#define WAIT_MS 250

struct playing {
    int32_t pid;                 /* that registered */
    int32_t game;                /* the one that is taken for the game: that one, at first */
    bool due;                    /* it is to be helped next */
    struct help help;            /* what was set for it */
    int32_t before;              /* that was busiest the last time */
    char *name;                  /* of its program */
};

struct serving {
    bool json;
    struct gamemode *gamemode;
    struct profiles *profiles;   /* NULL: no profile is held for games */
    bool asked;                  /* for one, since somebody plays: who drops it by hand is not asked again */
    struct helping helping;
    struct playing *playing;
    size_t n, cap;
    int64_t help_ns;             /* when the next is helped */
    int64_t follow_ns;           /* when the trees are looked at next */
    struct task *tasks;          /* all, as they were the last time */
    size_t n_tasks;
    struct gamemode_tree tree;   /* of the one that is looked at */
};

/* ---- what is said ---- */

/* `set`: what was set for it, in one line; "" nothing. */
static void serving_say(const struct serving *s, const char *event, const struct playing *p, const char *words,
                        const char *set)
{
    auto_buf struct buf out = { 0 };
    if (s->json) {
        struct json j;
        json_init(&j, &out);
        json_object(&j, NULL);
        json_string(&j, "event", event);
        json_time(&j, "time", os_wall_ms());
        json_int(&j, "pid", p->pid);
        json_string(&j, "program", p->name);
        json_int(&j, "game", p->game);
        json_said(&j, "set", set);
        json_end(&j);
    } else {
        buf_printf(&out, "%s (%d): %s%s%s", p->name, p->pid, words, *set ? "; " : "", set);
    }
    puts(out.p);
    fflush(stdout);
}

static void serving_begin(const struct serving *s)
{
    puts(s->json ? "{\"event\":\"serving\"}" : "Serving GameMode's interface on the session bus; Ctrl-C ends it.");
    fflush(stdout);
}

/* ---- the profile ---- */

/* Held while somebody plays. */
static void serving_profile(struct serving *s)
{
    char why[KNOB_WHY] = "";
    bool plays = s->n > 0;
    if (!s->profiles || plays == s->asked)
        return;
    int rc = plays ? profiles_take(s->profiles, profiles_for(GOAL_LATENCY), "a game asked for it", why) :
             profiles_release(s->profiles, why);
    s->asked = plays && rc == 0;
    if (rc == 0 || rc == -ENODEV) /* who serves them may start later */
        return;
    log_warn(0, "policy gamemode: no power profile is held (%s); going on without", why);
    profiles_close(s->profiles);
    s->profiles = NULL;
}

/* ---- games ---- */

static void serving_registered(void *self, int32_t pid, const char *program)
{
    struct serving *s = self;
    const char *slash = strrchr(program, '/');
    s->playing = mem_grow(s->playing, s->n, &s->cap, sizeof *s->playing);
    struct playing *p = &s->playing[s->n++];
    *p = (struct playing){ .pid = pid, .game = pid, .due = true,
                           .name = text_clean(mem_dup(slash ? slash + 1 : *program ? program : "?")) };
    serving_say(s, "registered", p, "registered", "");
    serving_profile(s);
}

static void playing_done(struct playing *p)
{
    helping_end(&p->help);
    mem_free(p->name);
}

static void serving_unregistered(void *self, int32_t pid, bool ended)
{
    struct serving *s = self;
    size_t i = 0;
    while (i < s->n && s->playing[i].pid != pid)
        i++;
    if (i == s->n)
        return;
    struct playing left = s->playing[i];
    memmove(&s->playing[i], &s->playing[i + 1], (--s->n - i) * sizeof *s->playing);
    serving_say(s, ended ? "ended" : "unregistered", &left, ended ? "has ended" : "needs no help any more", "");
    playing_done(&left);
    serving_profile(s);
}

static void serving_help(struct serving *s)
{
    auto_buf struct buf set = { 0 };
    size_t i = 0;
    while (i < s->n && !s->playing[i].due)
        i++;
    if (i == s->n || os_mono_ns() < s->help_ns)
        return;
    struct playing *p = &s->playing[i];
    p->due = false;
    p->help = helping_begin(&s->helping, p->game, p->name, &set);
    serving_say(s, "helped", p, set.n ? "under the goal latency" : "nothing could be set for it", buf_text(&set));
    s->help_ns = os_mono_ns() + HELP_NS;
}

/* The help goes from the wrapper to the game, or from one game to the next. */
static void serving_move(struct serving *s, struct playing *p, int32_t game)
{
    char words[64];
    helping_end(&p->help);
    p->game = game;
    p->due = true;
    snprintf(words, sizeof words, "the game itself is process %d", game);
    serving_say(s, "followed", p, words, "");
}

/* The one that was busiest twice. A game that pauses stays it: help goes back to the wrapper when it has ended. */
static void serving_look(struct serving *s, struct playing *p)
{
    bool lives = false;
    int32_t busiest = gamemode_tree_busiest(s->tasks, s->n_tasks, &s->tree);
    for (size_t i = 0; i < s->tree.n; i++)
        lives = lives || s->tree.task[i].pid == p->game;
    if (busiest == p->before && busiest != p->game && (busiest != p->pid || !lives) &&
        gamemode_may(s->gamemode, busiest))
        serving_move(s, p, busiest);
    p->before = busiest;
}

static void serving_follow(struct serving *s)
{
    struct task *all = NULL;
    if (os_mono_ns() < s->follow_ns)
        return;
    int n = s->n ? tasks_list("", false, &all) : 0;
    for (size_t i = 0; n > 0 && i < s->n; i++)
        if (gamemode_tree_of(all, (size_t)n, s->playing[i].pid, &s->tree) == 0)
            serving_look(s, &s->playing[i]);
    mem_free(s->tasks);
    s->tasks = all;
    s->n_tasks = n < 0 ? 0 : (size_t)n;
    s->follow_ns = os_mono_ns() + FOLLOW_NS;
}

static int serving_loop(struct serving *s, double seconds)
{
    int64_t until_ns = seconds > 0 ? os_mono_ns() + (int64_t)(seconds * 1e9) : INT64_MAX;
    int rc = 0;
    while (rc == 0 && !os_stopping() && os_mono_ns() < until_ns) {
        rc = gamemode_serve(s->gamemode, WAIT_MS);
        serving_help(s);
        serving_follow(s);
    }
    return rc;
}

static void serving_done(struct serving *s)
{
    for (size_t i = 0; i < s->n; i++)
        playing_done(&s->playing[i]);
    mem_free(s->playing);
    helping_close(&s->helping);
    profiles_close(s->profiles);
    mem_free(s->tasks);
}

static int gamemode_run(const struct args *a)
{
    auto_free struct serving *s = mem_new(sizeof *s);
    struct gamemode_events e = { .registered = serving_registered, .unregistered = serving_unregistered, .self = s };
    struct gamemode *g;
    s->json = args_flag(a, "json");
    char why[KNOB_WHY] = "", no_profile[KNOB_WHY] = "";
    os_stop_on_signal();
    int rc = gamemode_open(&e, &g, why);
    if (rc < 0) {
        log_error(0, "policy gamemode: %s", why);
        return EXIT_FAILED;
    }
    if (!args_flag(a, "no-profile") && profiles_open(&s->profiles, no_profile) < 0)
        s->profiles = NULL; /* without a bus of the system there is none to hold */
    helping_open(&s->helping, a);
    s->gamemode = g;
    serving_begin(s);
    rc = serving_loop(s, args_number(a, "for"));
    if (rc < 0)
        log_error(0, "policy gamemode: the session bus has gone");
    gamemode_close(g);
    serving_done(s);
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct option options[] = {
    { "for", 0, OPTION_DURATION, "TIME", .min = 0.1, .max = 366 * 86400.0, .help = "end by itself after so long: 3h" },
    { "set", 0, OPTION_TEXT, "KNOB=VALUE ...", .help = "set these as well, or instead of what the goal latency has" },
    { "no-profile", 0, OPTION_FLAG, .help = "hold no power profile while somebody plays" },
    DATADIR_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde policy gamemode", "games that ask for GameMode are helped, until Ctrl-C" },
    { "gamemoderun ./game", "in another terminal: start one that does not ask by itself" },
    { 0 },
};

const struct command policy_gamemode = {
    .name = "policy gamemode", .summary = "serve GameMode's interface while it runs", .usage = "", .also = "gamemoded",
    .text = "Games and launchers that know GameMode (libgamemode, gamemoderun, Lutris, options of Steam) ask for it "
            "at com.feralinteractive.GameMode on the session bus. Where GameMode's own daemon has that name, it keeps "
            "it, and this command ends with status 1. Only processes of this user are taken. What registers may be a "
            "wrapper: the busiest process below it is the game. One that ends without a word is noticed. While somebody "
            "plays, the power profile performance is held where there is one (see `sonde help policy profile`), and the "
            "game runs under the goal latency (`sonde policy explain --intent latency PID` says what that sets here): "
            "set back when it ends, or when this command does, however that ends.",
    .options = options, .examples = examples, .run = gamemode_run,
};
