/*
 * recorder_changes.c - the part that tells what changed on the machine: boots, versions, packages, mounts, devices,
 * services.
 *
 * A thread of its own looks every few seconds, and at once where the kernel says that a mount or a device changed; of
 * what is expensive only sizes are asked first. What it knows is kept in DIR/models/changes, so that the next recorder
 * tells what changed while none ran. That is written after the instant that took the events: a kill between the two
 * tells something twice, never not at all. A recorded machine is looked at at each of its instants, in its own time.
 */
#include "app/recorder_changes.h"

#include "analyze/changes/change_of_line.h"
#include "analyze/changes/changes_told.h"
#include "analyze/changes/young_services.h"
#include "app/changes_look.h"
#include "app/changes_packages.h"
#include "app/models.h"
#include "app/recorder_logs.h"
#include "app/recorder_parts.h"
#include "base/auto.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/config.h"
#include "os/os.h"
#include "os/watch.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MODEL "changes"
#define SECOND_NS INT64_C(1000000000)
#define LOOK_NS (5 * SECOND_NS)       /* between two looks at what is cheap */
#define LOOK_ROOT_NS (SECOND_NS / 2)  /* of a tree of files, which says nothing by itself */
#define SETTLE_NS (SECOND_NS / 5)     /* devices come in several steps, */
#define SETTLE_MOST_NS (2 * SECOND_NS) /* and where notice after notice says nothing new, as on hosts of containers */
#define MOUNTS_EVERY 12               /* looks, where the kernel does not say */
#define VERSIONS_EVERY 60
#define DAY_MS (INT64_C(24) * 3600000)
#define ORDER_MS 600000               /* longer before a start nobody knows how the machine ended */
#define BOOT_MS 300000                /* services start for a while after the machine, */
#define DOWN_MS 120000                /* and stop before it does */
#define CLOCK_MS 60000                /* so far the clocks of two lives of a machine may disagree */
#define EVENTS_LOOK 64                /* of one look at most, */
#define EVENTS_INSTANT 48             /* and of lines in one instant, of each rank: more would not fit the ring */

enum rank { RANK_INFO, RANK_WARNING, RANK_CRITICAL, RANKS };

static_assert(EVENTS_LOOK + RANKS * EVENTS_INSTANT < RING_EVENTS, "what is told in an instant fits");

struct changes {
    struct recorder *r;
    const char *root;
    bool real, hides_mounts, hides_names;
    bool listens;                   /* lines of logs come here */
    struct os_watch *watch;         /* NULL: a tree */
    struct changes_kept kept;       /* of the thread, as are the next ones */
    struct changes_packages packages;
    struct young_services young;
    bool by_lines;                  /* services are told by lines of logs: what is seen of them here is not */
    int looks, told_look, left_look; /* in this look */
    int which;                      /* that is read at the next look */
    int64_t before_ms;              /* of the look before */
    int64_t boot_ms;                /* when the machine started; of the beginning, then it stays */
    int64_t settle_ns, noticed_ms;  /* when the kernel said that something changed; 0 = it did not */
    const char *lead;               /* before each sentence; "" while it is seen as it happens */
    int64_t when_ms, until_ms;      /* of what is found by a comparison */
    bool after_boot;
    int write_error;
    uint64_t written_ticks;
    bool dirty;

    struct os_lock *lock;           /* guards what follows */
    struct changes_told told;
    bool units;                     /* lines of logs tell of services */
    int told_lines[RANKS], left_lines; /* in this instant; since they were told of */
    uint64_t ticks;                 /* instants that were taken */
    bool ending, ended;
};

/* ---- telling ---- */

static void changes_tell(void *self, const struct event *e)
{
    struct changes *c = self;
    if (c->told_look == EVENTS_LOOK) {
        c->left_look++;
        return;
    }
    os_lock(c->lock);
    bool told = changes_told(&c->told, e); /* just now, by this or by another who saw the same */
    os_unlock(c->lock);
    if (told)
        return;
    c->told_look++;
    ring_put(c->r->said, e);
}

static void changes_say(struct changes *c, enum severity severity, const char *source, int64_t at_ms, const char *text)
{
    struct event e = { .wall_ms = at_ms, .end_ms = at_ms, .kind = EVENT_CHANGE, .severity = severity };
    text_copy(e.source, sizeof e.source, source);
    text_copy(e.text, sizeof e.text, text);
    changes_tell(c, &e);
}

/* What comes with the machine, and went with it, is its start and its end, and no change. */
static bool changes_is_boot(const struct changes *c, const struct event *e)
{
    int64_t at_ms = e->wall_ms, last_ms = c->r->last_ms;
    bool starts = c->boot_ms && at_ms >= c->boot_ms && at_ms < c->boot_ms + BOOT_MS;
    bool ends = last_ms && at_ms >= last_ms && at_ms < last_ms + DOWN_MS && at_ms < c->boot_ms;
    return e->severity == SEVERITY_INFO && (starts || ends);
}

/* Is a line told? Each rank has room of its own in an instant: no flood hides what is graver. What found no room was
 * not told, and is when it comes again. */
static bool changes_tells_line(struct changes *c, const struct event *e)
{
    enum rank rank = e->severity == SEVERITY_CRITICAL ? RANK_CRITICAL :
                     e->severity == SEVERITY_WARNING ? RANK_WARNING : RANK_INFO;
    os_lock(c->lock);
    bool room = c->told_lines[rank] < EVENTS_INSTANT, tells = room && !changes_told(&c->told, e);
    c->told_lines[rank] += tells;
    c->left_lines += !room;
    os_unlock(c->lock);
    return tells;
}

void recorder_changes_line(void *changes, const struct log_line *line)
{
    struct changes *c = changes;
    struct event e;
    if (!c || !change_of_line(line, !c->hides_names, &e))
        return;
    os_lock(c->lock);
    c->units = c->units || strcmp(e.source, "service") == 0;
    os_unlock(c->lock);
    if (!changes_is_boot(c, &e) && changes_tells_line(c, &e))
        ring_put(c->r->said, &e);
}

/* ---- comparing ---- */

/* Services that are seen by their control groups, and stayed, are told with the time when they came. */
static void changes_grown(struct changes *c, int64_t now_ms)
{
    struct machine_item item;
    struct event e;
    int64_t since_ms;
    while (young_services_grown(&c->young, now_ms, &item, &since_ms))
        if (machine_state_say(NULL, &item, c->hides_mounts, &e)) {
            e.wall_ms = e.end_ms = since_ms;
            changes_tell(c, &e);
        }
}

static void changes_differ(void *self, const struct machine_item *was, const struct machine_item *is)
{
    struct changes *c = self;
    struct event e;
    const struct machine_item *one = is ? is : was;
    assert(one);
    enum machine_kind kind = one->kind;
    if (kind == MACHINE_SERVICE &&
        (c->by_lines || c->after_boot || young_services_hold(&c->young, was, is, c->when_ms)))
        return;
    if (c->after_boot && (kind == MACHINE_NET || kind == MACHINE_DISK) && was && is)
        return; /* links come up, and disks are numbered anew */
    if (!machine_state_say(was, is, c->hides_mounts, &e))
        return;
    if (*c->lead) {
        char text[sizeof e.text];
        snprintf(text, sizeof text, "%.60s%.160s", c->lead, e.text);
        text_copy(e.text, sizeof e.text, text);
    }
    e.wall_ms = c->when_ms;
    e.end_ms = c->until_ms;
    changes_tell(c, &e);
}

static void changes_compare(struct changes *c, int64_t now_ms)
{
    struct machine_state now;
    os_lock(c->lock);
    c->by_lines = c->listens && (c->kept.units || c->units); /* before, or by now */
    os_unlock(c->lock);
    changes_look(c->root, c->which | CHANGES_LOOK_SERVICES, &c->kept.machine, &now);
    if (!*c->lead)
        c->when_ms = c->until_ms = c->noticed_ms ? c->noticed_ms : now_ms;
    int before = c->told_look + c->left_look;
    machine_state_compare(&c->kept.machine, &now, changes_differ, c);
    c->dirty = c->dirty || c->told_look + c->left_look > before;
    machine_state_done(&c->kept.machine);
    c->kept.machine = now;
}

/* ---- kept ---- */

/* Whose machine it is: another one below --root is not this one changed. */
static uint64_t changes_of(const struct changes *c)
{
    const struct tape_about *a = store_about(c->r->store);
    return hash_text(hash_text(HASH_START, a->hardware_id), a->machine);
}

static void changes_write(struct changes *c, bool running)
{
    auto_buf struct buf bytes = { 0 };
    struct changes_kept k = c->kept;
    auto_free struct machine_item *visible = NULL;
    k.running = running;
    os_lock(c->lock);
    k.units = c->units;
    os_unlock(c->lock);
    k.seen_ms = c->before_ms;
    if (c->hides_mounts && k.machine.n) {
        visible = mem_new(k.machine.n * sizeof *visible);
        size_t n = 0;
        for (size_t i = 0; i < k.machine.n; i++)
            if (k.machine.item[i].kind != MACHINE_MOUNT)
                visible[n++] = k.machine.item[i];
        k.machine.item = visible;
        k.machine.n = n;
    }
    buf_printf(&bytes, "of %" PRIu64 "\n", changes_of(c));
    changes_kept_put(&k, &bytes);
    int rc = models_write(c->r->o.dir, store_space(c->r->store), MODEL, &bytes);
    if (rc < 0 && rc != c->write_error)
        log_warn(rc, "record: what the machine consists of cannot be kept in %s/models/" MODEL "; trying on",
                 c->r->o.dir);
    c->write_error = rc;
    c->dirty = rc < 0;
}

/* False: nothing is known of this machine yet. */
static bool changes_read(struct changes *c)
{
    auto_buf struct buf bytes = { 0 };
    uint64_t of;
    int used = 0;
    if (models_read(c->r->o.dir, MODEL, &bytes) < 0 ||
        sscanf(buf_text(&bytes), "of %" SCNu64 "%n", &of, &used) != 1 || of != changes_of(c))
        return false;
    return bytes.n > (size_t)used + 1 && changes_kept_take(bytes.p + used + 1, bytes.n - (size_t)used - 1, &c->kept);
}

/* ---- the beginning ---- */

/* When the machine was seen last before now; 0 = never. What is kept is written when something changed only. */
static int64_t changes_last_ms(const struct changes *c)
{
    return c->r->last_ms > c->kept.seen_ms ? c->r->last_ms : c->kept.seen_ms;
}

static void changes_say_boot(struct changes *c, const char *id, int64_t boot_ms, bool known)
{
    char text[224], span[32];
    int64_t last_ms = changes_last_ms(c), down_ms = boot_ms - last_ms;
    int n = snprintf(text, sizeof text, "the machine started (boot %.8s)", id);
    enum severity severity = SEVERITY_NOTICE;
    if (known && last_ms && down_ms > -CLOCK_MS) {
        if (down_ms >= 1000)
            n += snprintf(text + n, sizeof text - (size_t)n, " %s after it was seen last",
                          text_span((double)down_ms * 1e-3, span, sizeof span));
        if (c->kept.running) {
            snprintf(text + n, sizeof text - (size_t)n,
                     "; it had not been shut down in order: a crash, a reset, or the power was gone");
            severity = SEVERITY_WARNING;
        } else if (down_ms <= ORDER_MS) {
            snprintf(text + n, sizeof text - (size_t)n, "; it had been shut down in order");
        }
    }
    changes_say(c, severity, "boot", boot_ms, text);
}

/* Which mounts were there is not kept where they are hidden: those of now are taken for known. */
static void changes_mounts(struct changes *c)
{
    struct machine_state with;
    for (size_t i = 0; i < c->kept.machine.n; i++)
        if (c->kept.machine.item[i].kind == MACHINE_MOUNT)
            return;
    changes_look(c->root, CHANGES_LOOK_MOUNTS, &c->kept.machine, &with);
    for (size_t i = 0; i < with.n; i++)
        if (with.item[i].kind == MACHINE_MOUNT)
            machine_state_add(&c->kept.machine, MACHINE_MOUNT, with.item[i].name, with.item[i].value);
    machine_state_sort(&c->kept.machine);
    machine_state_done(&with);
}

/* The first look: against what was known when the recorder ended, or as what is known from now on. */
static void changes_begin(struct changes *c, int64_t now_ms)
{
    char id[40];
    int64_t boot_ms = c->boot_ms > now_ms ? now_ms : c->boot_ms;
    bool known = changes_read(c);
    changes_boot_id(c->root, id);
    bool booted = *id && strcmp(id, c->kept.boot_id) != 0;
    if (booted && boot_ms && (known || now_ms - boot_ms < DAY_MS))
        changes_say_boot(c, id, boot_ms, known);
    text_copy(c->kept.boot_id, sizeof c->kept.boot_id, id);
    c->which = CHANGES_LOOK_MOUNTS | CHANGES_LOOK_VERSIONS;
    if (!known) {
        struct machine_state none = { 0 };
        changes_look(c->root, c->which | CHANGES_LOOK_SERVICES, &none, &c->kept.machine);
    } else {
        c->after_boot = booted;
        c->lead = booted ? "after the start, " : "while nothing was recorded, ";
        c->when_ms = booted && boot_ms ? boot_ms : changes_last_ms(c);
        c->when_ms = c->when_ms > 0 && c->when_ms < now_ms ? c->when_ms : now_ms;
        c->until_ms = booted ? c->when_ms : now_ms;
        changes_mounts(c);
        changes_compare(c, now_ms);
        c->lead = "";
    }
    c->dirty = true;
}

/* ---- a look ---- */

static void changes_pass(struct changes *c, int64_t now_ms)
{
    c->told_look = c->left_look = 0;
    if (c->looks == 0)
        changes_begin(c, now_ms);
    else
        changes_compare(c, now_ms);
    /* Services start for a while after the machine: until then they are its start, and no change. */
    c->after_boot = c->after_boot && now_ms - c->boot_ms < BOOT_MS;
    changes_grown(c, now_ms);
    c->dirty = changes_packages(&c->packages, now_ms) || c->dirty;
    os_lock(c->lock);
    c->left_look += c->left_lines;
    c->left_lines = 0;
    os_unlock(c->lock);
    if (c->left_look) {
        char text[96];
        snprintf(text, sizeof text, "and %d more changes at once", c->left_look);
        c->told_look = 0;
        changes_say(c, SEVERITY_INFO, "changes", now_ms, text);
    }
    c->looks++;
    c->before_ms = now_ms;
    int can = c->watch ? os_watch_can(c->watch) : 0;
    c->which = !c->watch || (!(can & OS_WATCH_MOUNTS) && c->looks % 2 == 0) || c->looks % MOUNTS_EVERY == 0 ?
        CHANGES_LOOK_MOUNTS : 0;
    if (!c->watch || c->looks % VERSIONS_EVERY == 0)
        c->which |= CHANGES_LOOK_VERSIONS;
}

/* False: it ends. */
static bool changes_rest(struct changes *c, int64_t span_ns)
{
    int64_t until_ns = os_mono_ns() + span_ns;
    os_lock(c->lock);
    while (!c->ending && os_wait(c->lock, until_ns))
        continue;
    bool ending = c->ending;
    os_unlock(c->lock);
    return !ending;
}

static bool changes_wait(struct changes *c)
{
    if (!c->watch)
        return changes_rest(c, LOOK_ROOT_NS);
    bool news = c->told_look > 0;
    int changed = os_watch_wait(c->watch, os_mono_ns() + LOOK_NS);
    c->noticed_ms = changed ? os_wall_ms() : 0;
    if (!changed) {
        c->settle_ns = SETTLE_NS;
        return changes_rest(c, 0);
    }
    c->which |= CHANGES_LOOK_MOUNTS;
    c->settle_ns = news || 2 * c->settle_ns < SETTLE_NS ? SETTLE_NS :
                   2 * c->settle_ns > SETTLE_MOST_NS ? SETTLE_MOST_NS : 2 * c->settle_ns;
    return changes_rest(c, c->settle_ns);
}

/* Written when the events that belong to it were taken: an instant later. */
static void changes_keep(struct changes *c)
{
    os_lock(c->lock);
    uint64_t ticks = c->ticks;
    os_unlock(c->lock);
    if (!c->dirty) {
        c->written_ticks = ticks;
    } else if (ticks > c->written_ticks + 1) {
        changes_write(c, true);
        c->written_ticks = ticks;
    }
}

static void changes_main(void *arg)
{
    struct changes *c = arg;
    do {
        changes_keep(c); /* of the look before */
        changes_pass(c, os_wall_ms());
    } while (changes_wait(c));
    os_lock(c->lock);
    c->ended = true;
    os_wake(c->lock);
    os_unlock(c->lock);
}

/* ---- the part ---- */

static void changes_free(struct changes *c)
{
    os_watch_free(c->watch);
    changes_kept_done(&c->kept);
    os_lock_free(c->lock);
    mem_free(c);
}

static int changes_open(struct recorder *r, void **self)
{
    if (!config_bool(r->config, "changes.enabled") || !r->observer.root.path || r->o.csv_only)
        return 0;
    struct changes *c = mem_new(sizeof *c);
    *c = (struct changes){ .r = r, .root = r->observer.root.path, .real = r->of->is_real, .lead = "",
                           .lock = os_lock_new(),
                           .hides_mounts = !config_bool(r->config, "privacy.collect_mount_points"),
                           .hides_names = !config_bool(r->config, "privacy.collect_process_names") };
    c->boot_ms = changes_boot_ms(c->root);
    c->packages = (struct changes_packages){ .root = c->root, .cursor = c->kept.log, .tell = changes_tell, .self = c };
    c->watch = c->real && !*c->root ? os_watch_new() : NULL;
    c->listens = recorder_logs_listen(r, recorder_changes_line, c);
    int rc = c->real ? os_thread(changes_main, c) : 0;
    if (rc < 0) {
        log_warn(rc, "record: what changes on the machine is not told");
        recorder_logs_leave(r, c);
        changes_free(c);
        return rc;
    }
    *self = c;
    return 0;
}

static void changes_take(void *self, const struct schema *s, const struct moment *m)
{
    struct changes *c = self;
    (void)s;
    os_lock(c->lock);
    c->ticks++;
    memset(c->told_lines, 0, sizeof c->told_lines);
    os_unlock(c->lock);
    if (!c->real) /* it waits for us */
        changes_pass(c, m->frame.wall_ms);
}

static void changes_close(void *self)
{
    struct changes *c = self;
    recorder_logs_leave(c->r, c);
    os_lock(c->lock);
    c->ending = true;
    os_wake(c->lock);
    if (c->watch)
        os_watch_wake(c->watch);
    while (c->real && !c->ended)
        os_wait(c->lock, INT64_MAX);
    bool taken = c->ticks > c->written_ticks + 1 || !c->dirty;
    os_unlock(c->lock);
    if (c->looks && !taken) { /* its events were not: they are told by the next one */
        changes_kept_done(&c->kept);
        taken = changes_read(c);
    }
    if (c->looks && taken)
        changes_write(c, false);
    changes_free(c);
}

const struct recorder_part recorder_changes = {
    .name = "changes", .open = changes_open, .take = changes_take, .close = changes_close,
};
