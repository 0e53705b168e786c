/*
 * fix.c - `sonde fix`: a remedy for a finding, tried and measured.
 *
 * Nothing is set before the person was told what it is, and said yes. From then on it is in the journal, which sets it
 * back when its time is over, also after a kill: a process of ours stays in the background as its owner.
 */
#include "app/fix/fix.h"

#include "app/archived.h"
#include "app/datadir.h"
#include "app/policy/watcher.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TTL_MAX_S 86400.0

/* ---- which one is meant ---- */

/* A number of the list, as `sonde fix` tells it. */
static int fix_number(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && n < 10000 ? (int)n : -1;
}

static void fix_say_unknown(const char *text)
{
    const char *name[64];
    size_t n = 0;
    const struct remedy_words *w;
    auto_buf struct buf all = { 0 };
    for (size_t i = 0; (w = remedy_words_at(i)) != NULL && n < 64; i++) {
        name[n++] = w->name;
        buf_printf(&all, "%s%s", i ? ", " : "", w->name);
    }
    const char *near = text_nearest(text, name, n, sizeof *name);
    log_error(0,
              "fix: there is no remedy for \"%.60s\"%s%s; there is one for: %s. `sonde fix` lists the findings that have one",
              text, near ? ", perhaps it is " : "", near ? near : "", all.p);
}

/* Fills remedy and finding of *f. What is wrong was said. */
static int fix_choose(const struct args *a, const char *text, struct fix_findings *all, struct fix *f)
{
    const struct remedy_words *w = remedy_words_of(text);
    int number = w ? -1 : fix_number(text);
    w = w ? w : remedy_of_insight(text);
    if (!w && number < 0) {
        fix_say_unknown(text);
        return EXIT_USAGE;
    }
    if (number >= 0) {
        int status = fix_find(a, all);
        if (status != EXIT_DONE)
            return status;
        if (number < 1 || (size_t)number > all->n) {
            log_error(0, "fix: there is no finding %d: there %s %zu with a remedy now; `sonde fix` lists them", number,
                      all->n == 1 ? "is" : "are", all->n);
            return EXIT_USAGE;
        }
        f->finding = &all->item[number - 1];
        w = f->finding->remedy;
    }
    f->remedy = remedy_find(w->name);
    return EXIT_DONE;
}

/* ---- the way of one ---- */

static void fix_say(const struct fix *f, const struct args *a, bool effect)
{
    if (args_flag(a, "json"))
        fix_tell_json(f);
    else
        fix_tell(f, a, effect);
}

/* With --yes, or a yes at a terminal. -EPERM: nobody can be asked. */
static int fix_ask(const struct args *a)
{
    char answer[16];
    if (args_flag(a, "yes"))
        return 1;
    if (!os_is_terminal(fileno(stdin)) || !os_is_terminal(fileno(stdout)) || args_flag(a, "json"))
        return -EPERM;
    printf("\nTry it? [y/N] ");
    fflush(stdout);
    return fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y');
}

/* What the process that stays in the background has. */
struct owner_of {
    const struct args *args;
    struct fix *fix;
    char dir[OS_PATH_MAX];
    int32_t asker; /* who waits for it: without him nobody learns how it ends */
    struct journal *journal;
    struct transaction *transaction;
};

static int fix_set(void *self, bool *stays)
{
    struct owner_of *o = self;
    bool quiet = args_flag(o->args, "quiet") || args_flag(o->args, "json");
    int rc = journal_open(o->dir, "", &o->journal);
    if (rc < 0) {
        log_error(rc, "fix: no journal can be kept in %s, so nothing is set; another place: --data DIR", o->dir);
        return EXIT_FAILED;
    }
    fix_try(o->fix, o->journal, o->asker, args_flag(o->args, "keep"), quiet, &o->transaction);
    fix_say(o->fix, o->args, true);
    *stays = o->transaction;
    return o->fix->outcome == FIX_KEPT ? EXIT_DONE : o->fix->outcome == FIX_REVERTED ? EXIT_PART : EXIT_FAILED;
}

/* Until its time is over or it was reverted; and where it is aimed at processes, until they are gone. */
static void fix_watch(void *self)
{
    struct owner_of *o = self;
    const struct remedy_target *t = &o->fix->target;
    struct watched w[REMEDY_TOPS] = { { os_pid(), knob_task_start("", os_pid()) } };
    for (size_t i = 0; i < t->n; i++)
        w[i] = (struct watched){ t->top[i], t->start[i] };
    watcher_wait(w, t->n ? t->n : 1, o->fix->until_ms, o->transaction);
    transaction_end(o->transaction, NULL);
    journal_close(o->journal);
}

static int fix_go(const struct args *a, struct fix *f)
{
    struct owner_of o = { .args = a, .fix = f, .asker = os_pid() };
    if (datadir_whole(a, "fix", o.dir) < 0)
        return EXIT_FAILED;
    int rc = watcher_start(fix_set, fix_watch, &o);
    if (rc == -ECHILD)
        log_error(0, "fix: the process that set it was ended; what it set, the next command of Sonde sets back");
    else if (rc < 0)
        log_error(rc, "fix: there is no process that could watch over it, so nothing is set");
    return rc < 0 ? EXIT_FAILED : rc;
}

/* Explained; what may come next? */
static int fix_next(const struct args *a, struct fix *f)
{
    bool ask = !args_flag(a, "dry-run");
    if (!ask || !args_flag(a, "json") || !args_flag(a, "yes"))
        fix_say(f, a, false);
    int yes = ask ? fix_ask(a) : 0;
    if (yes > 0)
        return fix_go(a, f);
    if (yes == 0)
        return EXIT_DONE;
    log_error(0, "fix: nothing was set: here nobody can be asked; --yes tries it, --dry-run only explains");
    return EXIT_USAGE;
}

static int fix_one(const struct args *a, struct fix *f)
{
    struct machine machine;
    machine_look("", &machine);
    struct remedy_scene s = { .root = "", .machine = &machine, .uid = os_user(), .self = os_pid(),
                              .pid = args_given(a, "pid") ? (int32_t)args_number(a, "pid") : 0 };
    int rc = fix_plan(f, &s);
    if (rc == 0) {
        f->outcome = FIX_EXPLAINED;
        return fix_next(a, f);
    }
    f->outcome = FIX_NOTHING;
    fix_say(f, a, false);
    log_error(0, "fix: nothing was set: %s", f->why);
    return EXIT_FAILED;
}

static int fix_list(const struct args *a)
{
    struct fix_findings all;
    int status = fix_find(a, &all);
    if (status == EXIT_DONE)
        fix_tell_findings(&all, a);
    fix_findings_done(&all);
    return status;
}

static int fix_run(const struct args *a)
{
    struct fix_findings all = { 0 };
    struct fix f = { .ttl_s = args_number(a, "ttl") };
    const char *text = args_positional(a, 0);
    if (args_given(a, "root")) {
        log_error(0, "fix: a recorded machine cannot be set; without --root it is about this one");
        return EXIT_USAGE;
    }
    if (!text)
        return fix_list(a);
    int status = fix_choose(a, text, &all, &f);
    if (status == EXIT_DONE)
        status = fix_one(a, &f);
    plan_done(&f.plan);
    fix_findings_done(&all);
    return status;
}

static const struct option options[] = {
    { "dry-run", 'n', OPTION_FLAG, .help = "say what would be set, and set nothing" },
    { "yes",     'y', OPTION_FLAG, .help = "try it without asking" },
    { "ttl",      0, OPTION_DURATION, "TIME", .min = 1, .max = TTL_MAX_S, .fallback = "1h",
      .help = "it is set back after so long a time" },
    { "keep",     0, OPTION_FLAG, .help = "keep it for that time, also where the measure did not get better" },
    { "pid",      0, OPTION_COUNT, "PID", .min = 1, .max = INT32_MAX, .help = "aim it at this process and those below it" },
    ARCHIVED_OPTION,
    { 0 },
};

static const struct example examples[] = {
    { "sonde fix", "which findings have a remedy" },
    { "sonde fix neighbour", "explain what would be set on whom, and ask" },
    { "sonde fix 1 --yes --ttl 10m", "try that of the first finding, for ten minutes" },
    { "sonde fix poller --pid 4711 --dry-run", "only explain, for one process" },
    { 0 },
};

const struct command command_fix = {
    .name = "fix", .summary = "try a remedy for a finding, and measure whether it helps",
    .usage = "[EVENT]",
    .also = "remedy repair heal",
    .text = "EVENT is a remedy, a finding as reports name it, or a number of the list that `sonde fix` prints. "
            "neighbour: who takes the processors comes after others. swapping: caches are given up before the memory of "
            "programs. writer: who writes most comes after others at the disk. poller: who wakes up all the time does so "
            "in batches. quota: the processor limit of a control group is raised to what it wants. frequency: processors "
            "that are held back run as fast as the hardware allows. The machine is measured for 20 s before and after; "
            "what does not help by 10 % beyond what varies anyway is set back at once (exit status 3), the rest when its "
            "time is over. Whatever is set is in the journal before: `sonde policy status`.",
    .options = options, .examples = examples, .max_positional = 1, .run = fix_run,
};
