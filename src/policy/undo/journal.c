/*
 * journal.c - the file: opened, locked, read on, appended to, shortened.
 *
 * Whoever has the lock (flock(2), which goes with the process that held it) is alone in the file. Others may have put a
 * new file in its place meanwhile, shortened; so the name is looked up again each time.
 */
#include "policy/undo/journal_own.h"

#include "base/auto.h"
#include "base/crc32c.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "policy/tasks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 16384

struct deed *journal_find(struct journal *j, const char *id)
{
    for (size_t i = j->n; i-- > 0;)
        if (strcmp(j->deed[i].id, id) == 0)
            return &j->deed[i];
    return NULL;
}

size_t journal_count_open(const struct journal *j)
{
    size_t n = 0;
    for (size_t i = 0; i < j->n; i++)
        n += !j->deed[i].ended;
    return n;
}

bool journal_stands(const struct deed *d, const struct entry *e)
{
    return !d->ended && e->how <= HOW_FAILED;
}

bool journal_is_past(const struct journal *j, const struct deed *d)
{
    return *j->boot && *d->boot && strcmp(d->boot, j->boot) != 0;
}

const char *journal_standing(const struct entry *e)
{
    return e->has_now ? e->now : e->set;
}

/* ---- lines ---- */

static size_t journal_say(struct journal *j, struct json *line, const char *what, const char *id)
{
    size_t at = j->out.n;
    buf_puts(&j->out, "00000000 ");
    json_init(line, &j->out);
    json_object(line, NULL);
    json_string(line, "do", what);
    json_string(line, "id", id);
    return at;
}

static size_t journal_say_step(struct journal *j, struct json *line, const char *what, const char *id, size_t n)
{
    size_t at = journal_say(j, line, what, id);
    json_int(line, "n", (int64_t)n);
    return at;
}

static void journal_said(struct journal *j, struct json *line, size_t at)
{
    char sum[16];
    json_end(line);
    snprintf(sum, sizeof sum, "%08x", (unsigned)crc32c(0, j->out.p + at + 9, j->out.n - at - 9));
    memcpy(j->out.p + at, sum, 8);
    buf_putc(&j->out, '\n');
}

void journal_say_begin(struct journal *j, const struct deed *d)
{
    struct json line;
    size_t at = journal_say(j, &line, "begin", d->id);
    json_string(&line, "boot", d->boot);
    json_int(&line, "user", d->user);
    json_int(&line, "owner", d->owner);
    json_int(&line, "start", (int64_t)d->start);
    json_string(&line, "command", d->command);
    json_string(&line, "what", d->what);
    if (d->goal >= 0)
        json_string(&line, "goal", goal_name((enum goal)d->goal));
    if (d->until_ms)
        json_int(&line, "until", d->until_ms);
    json_int(&line, "time", d->begun_ms);
    journal_said(j, &line, at);
}

void journal_say_write(struct journal *j, const char *id, size_t n, const struct entry *e)
{
    struct json line;
    size_t at = journal_say_step(j, &line, "write", id, n);
    json_string(&line, "knob", e->knob);
    json_string(&line, "inst", e->inst);
    json_int(&line, "pid", e->pid);
    json_int(&line, "start", (int64_t)e->start);
    json_string(&line, "old", e->old);
    json_string(&line, "set", e->set);
    if (*e->pair)
        json_string(&line, "pair", e->pair);
    journal_said(j, &line, at);
}

void journal_say_now(struct journal *j, const char *id, size_t n, const char *now)
{
    struct json line;
    size_t at = journal_say_step(j, &line, "now", id, n);
    json_string(&line, "now", now);
    journal_said(j, &line, at);
}

void journal_say_refused(struct journal *j, const char *id, size_t n)
{
    struct json line;
    size_t at = journal_say_step(j, &line, "now", id, n);
    json_int(&line, "refused", 1);
    journal_said(j, &line, at);
}

void journal_say_ask(struct journal *j, const char *id, size_t n, const char *found)
{
    struct json line;
    size_t at = journal_say_step(j, &line, "ask", id, n);
    json_string(&line, "found", found);
    journal_said(j, &line, at);
}

void journal_say_old(struct journal *j, const char *id, size_t n, const char *old, const char *pair)
{
    struct json line;
    size_t at = journal_say_step(j, &line, "old", id, n);
    json_string(&line, "old", old);
    if (*pair)
        json_string(&line, "pair", pair);
    journal_said(j, &line, at);
}

void journal_say_undo(struct journal *j, const char *id, size_t n, enum undone_how how, const char *found)
{
    struct json line;
    size_t at = journal_say_step(j, &line, "undo", id, n);
    json_string(&line, "how", journal_how_name(how));
    json_string(&line, "found", found);
    journal_said(j, &line, at);
}

static void journal_say_tell(struct journal *j, const char *id, const char *text)
{
    struct json line;
    size_t at = journal_say(j, &line, "tell", id);
    json_string(&line, "text", text);
    journal_said(j, &line, at);
}

/* How many are open then stands at the end of the line, for journal_is_idle(). */
static void journal_say_ended(struct journal *j, const char *id, const char *why, int64_t time_ms, size_t open)
{
    struct json line;
    size_t at = journal_say(j, &line, "end", id);
    if (*why)
        json_string(&line, "why", why);
    json_int(&line, "time", time_ms);
    json_int(&line, "open", (int64_t)open);
    journal_said(j, &line, at);
}

void journal_say_end(struct journal *j, const char *id, const char *why)
{
    const struct deed *d = journal_find(j, id);
    journal_say_ended(j, id, why, os_wall_ms(), journal_count_open(j) - (d && !d->ended));
}

/* ---- the file ---- */

static void journal_close_file(struct journal *j)
{
    os_close(j->fd);
    j->fd = -1;
    journal_forget(j);
}

/* One that anybody could have written may not tell us what to write. */
static int journal_open_file(struct journal *j, int mode)
{
    int dir = os_disk_open(j->dir, OS_DISK_READ); /* follows no link: it would lead root into a folder of others */
    os_close(dir);
    if (dir < 0)
        return dir == -ELOOP ? -EPERM : dir;
    int fd = os_disk_open(j->path, (enum os_disk_mode)mode);
    if (fd >= 0 && mode == OS_DISK_CREATE)
        os_disk_give(fd, j->dir);
    int rc = fd < 0 ? fd : mode == OS_DISK_READ ? 0 : os_disk_whose(fd, j->dir);
    j->foreign = rc == 1;
    if (rc >= 0 && mode == OS_DISK_CREATE)
        rc = os_disk_sync_dir(j->dir);
    if (rc < 0) {
        os_close(fd);
        return rc;
    }
    j->fd = fd;
    return 0;
}

static int journal_open_or_make(struct journal *j)
{
    int rc = journal_open_file(j, OS_DISK_WRITE);
    if (rc == -ENOENT)
        rc = journal_open_file(j, OS_DISK_CREATE);
    return rc == -EEXIST ? journal_open_file(j, OS_DISK_WRITE) : rc;
}

/* Takes in what was put since. */
static int journal_load(struct journal *j)
{
    auto_free char *chunk = mem_new(CHUNK);
    if (os_disk_size(j->fd) > JOURNAL_HUGE)
        return -EFBIG;
    for (;;) {
        int64_t got = os_disk_read(j->fd, chunk, CHUNK, j->offset);
        if (got <= 0)
            return (int)got;
        size_t used = journal_feed(j, chunk, (size_t)got);
        j->offset += used ? (int64_t)used : got == CHUNK ? got : 0; /* a line that has no end is none */
        if (got < CHUNK)
            return 0;
    }
}

/* 1: what is open is the file of that name; 0: it is not; an error: there is none. */
static int journal_is_current(const struct journal *j)
{
    struct os_disk_identity named, open;
    int rc = os_disk_identify(j->path, &named);
    rc = rc < 0 ? rc : os_disk_identify_open(j->fd, &open);
    return rc < 0 ? rc : named.device == open.device && named.inode == open.inode;
}

static int journal_rewrite(struct journal *j);

/* Somebody removed it: what we know of it is put again, as what is open must not be lost. */
static int journal_hold_again(struct journal *j)
{
    int rc = journal_load(j);
    return rc < 0 ? rc : journal_rewrite(j);
}

int journal_hold(struct journal *j)
{
    for (int tries = 0; tries < 100; tries++) {
        int rc = j->fd < 0 ? journal_open_or_make(j) : 0;
        rc = rc < 0 ? rc : os_disk_hold(j->fd, JOURNAL_WAIT_MS);
        if (rc < 0)
            return rc;
        rc = journal_is_current(j);
        if (rc == 1)
            rc = journal_load(j);
        else if (rc == -ENOENT)
            rc = journal_hold_again(j);
        else if (rc == 0) {
            int fd = os_disk_open(j->path, OS_DISK_WRITE);
            if (fd < 0) { /* what took its place is no journal: what we know is all there is */
                journal_let_go(j);
                return fd;
            }
            os_close(fd);
            journal_close_file(j);
            continue;
        }
        if (rc < 0)
            journal_let_go(j);
        return rc;
    }
    return -EBUSY;
}

void journal_let_go(struct journal *j)
{
    if (j->fd >= 0)
        os_disk_let_go(j->fd);
}

int journal_put(struct journal *j, bool synced)
{
    auto_buf struct buf lines = { 0 };
    int64_t size = os_disk_size(j->fd);
    int rc = size < 0 ? (int)size : 0;
    if (size > j->offset)
        buf_putc(&lines, '\n'); /* behind what a crash has torn */
    buf_put(&lines, j->late.p, j->late.n);
    buf_put(&lines, j->out.p, j->out.n);
    rc = rc < 0 ? rc : os_disk_write(j->fd, lines.p, lines.n, size);
    rc = rc == 0 && synced ? os_disk_sync(j->fd) : rc;
    if (rc < 0 && size >= 0)
        os_disk_cut(j->fd, size);
    if (rc == 0) {
        j->offset = size + (int64_t)lines.n;
        journal_feed(j, lines.p, lines.n);
        buf_clear(&j->late);
    } else if (!synced) {
        journal_feed(j, j->out.p, j->out.n);
        buf_put(&j->late, j->out.p, j->out.n);
    }
    buf_clear(&j->out);
    return rc;
}

/* ---- shortening ---- */

static int journal_by_seq(const void *a, const void *b)
{
    uint64_t x = (*(struct entry *const *)a)->seq, y = (*(struct entry *const *)b)->seq;
    return (x > y) - (x < y);
}

static void journal_say_entry(struct journal *j, const struct deed *d, const struct entry *e)
{
    size_t n = (size_t)(e - d->entry);
    journal_say_write(j, d->id, n, e);
    if (e->how == HOW_REFUSED)
        journal_say_refused(j, d->id, n);
    else if (e->has_now)
        journal_say_now(j, d->id, n, e->now);
    for (int i = e->asks; i-- > 0;)
        journal_say_ask(j, d->id, n, e->ask[i]);
    if (e->how != HOW_STANDS && e->how != HOW_REFUSED)
        journal_say_undo(j, d->id, n, e->how, "");
}

/* Steps in the order in which they were made, which decides what stands on what. */
static void journal_say_entries(struct journal *j)
{
    size_t n = 0, k = 0;
    for (size_t i = 0; i < j->n; i++)
        n += j->deed[i].n;
    auto_free const struct entry **order = mem_new((n + 1) * sizeof *order);
    for (size_t i = 0; i < j->n; i++)
        for (size_t e = 0; e < j->deed[i].n; e++)
            order[k++] = &j->deed[i].entry[e];
    qsort(order, n, sizeof *order, journal_by_seq);
    for (k = 0; k < n; k++)
        for (size_t i = 0; i < j->n; i++) {
            const struct deed *d = &j->deed[i];
            if (order[k] >= d->entry && order[k] < d->entry + d->n)
                journal_say_entry(j, d, order[k]);
        }
}

static void journal_say_all(struct journal *j)
{
    size_t open = journal_count_open(j);
    buf_clear(&j->out);
    for (size_t i = 0; i < j->n; i++) {
        journal_say_begin(j, &j->deed[i]);
        if (*j->deed[i].effect)
            journal_say_tell(j, j->deed[i].id, j->deed[i].effect);
    }
    journal_say_entries(j);
    for (size_t i = 0; i < j->n; i++)
        if (j->deed[i].ended)
            journal_say_ended(j, j->deed[i].id, j->deed[i].why, j->deed[i].ended_ms, open);
}

/* What is to be put, in a new file that takes the place of this one; the lock goes over to it. */
static int journal_replace(struct journal *j)
{
    char path[OS_PATH_MAX];
    snprintf(path, sizeof path, "%s/journal.new", j->dir);
    os_disk_remove(path); /* of one that was killed in the middle */
    int fd = os_disk_open(path, OS_DISK_CREATE);
    if (fd >= 0)
        os_disk_give(fd, j->dir);
    int rc = fd < 0 ? fd : os_disk_hold(fd, 0);
    rc = rc < 0 ? rc : os_disk_write(fd, buf_text(&j->out), j->out.n, 0);
    rc = rc < 0 ? rc : os_disk_sync(fd);
    rc = rc < 0 ? rc : os_rename(path, j->path);
    if (rc < 0) {
        os_close(fd);
        os_disk_remove(path);
        return rc;
    }
    os_disk_sync_dir(j->dir);
    os_close(j->fd);
    j->fd = fd;
    j->offset = j->shortest = (int64_t)j->out.n;
    return 0;
}

/* All that is known, but of what is over no more than makes half of a big file. */
static int journal_rewrite(struct journal *j)
{
    size_t past = JOURNAL_PAST;
    do {
        journal_prune(j, past);
        journal_say_all(j);
        past /= 2;
    } while (past && j->out.n > JOURNAL_BIG / 2);
    int rc = journal_replace(j);
    buf_clear(&j->out);
    return rc;
}

/* What is open is kept whole, so there may be little to gain. */
void journal_shorten(struct journal *j)
{
    if (j->offset > JOURNAL_BIG && j->offset > 2 * j->shortest)
        journal_rewrite(j);
}

/* ---- opened and closed ---- */

static void journal_boot(const char *root, char out[static 40])
{
    *out = '\0';
    if (os_read_text(root, "/proc/sys/kernel/random/boot_id", out, 40) > 0)
        out[strcspn(out, "\n")] = '\0';
}

static struct journal *journal_new(const char *data_dir, const char *root)
{
    struct journal *j = mem_new(sizeof *j);
    j->fd = -1;
    j->find = knob_find;
    j->root = mem_dup(root);
    journal_boot(root, j->boot);
    snprintf(j->dir, sizeof j->dir, "%s/policy", data_dir);
    snprintf(j->path, sizeof j->path, "%s/journal", j->dir);
    return j;
}

static int journal_opened(struct journal *j, int rc, struct journal **out)
{
    if (rc < 0)
        journal_close(j);
    else
        *out = j;
    return rc;
}

/* Made by root in the directory of a service, it is the service's. */
static int journal_make_dir(const struct journal *j, const char *data_dir)
{
    int rc = os_make_dir(j->dir);
    int fd = rc < 0 ? rc : os_disk_open(j->dir, OS_DISK_READ);
    if (fd >= 0)
        os_disk_give(fd, data_dir);
    os_close(fd);
    return rc < 0 ? rc : os_disk_sync_dir(data_dir);
}

int journal_open(const char *data_dir, const char *root, struct journal **out)
{
    struct journal *j = journal_new(data_dir, root);
    int rc = os_exists("", j->dir) ? 0 : journal_make_dir(j, data_dir);
    return journal_opened(j, rc < 0 ? rc : journal_open_or_make(j), out);
}

int journal_open_read(const char *data_dir, const char *root, struct journal **out)
{
    struct journal *j = journal_new(data_dir, root);
    j->reads = true;
    return journal_opened(j, journal_open_file(j, OS_DISK_READ), out);
}

void journal_close(struct journal *j)
{
    if (!j)
        return;
    journal_close_file(j);
    mem_free(j->deed);
    mem_free((char *)j->root);
    buf_done(&j->out);
    buf_done(&j->late);
    mem_free(j);
}

/* Does a line say that it ends a transaction and no other is open? */
static bool journal_says_idle(const char *line, size_t n)
{
    static const char ending[] = ",\"open\":0}";
    size_t k = sizeof ending - 1;
    char sum[16];
    if (n < 9 + k || memcmp(line + n - k, ending, k) != 0)
        return false;
    snprintf(sum, sizeof sum, "%08x ", (unsigned)crc32c(0, line + 9, n - 9));
    return memcmp(line, sum, 9) == 0;
}

bool journal_is_idle(const char *data_dir)
{
    char path[OS_PATH_MAX], text[512];
    if (snprintf(path, sizeof path, "%s/policy/journal", data_dir) >= (int)sizeof path)
        return true;
    int fd = os_disk_open(path, OS_DISK_READ);
    int64_t size = fd < 0 ? 0 : os_disk_size(fd), from = size > (int64_t)sizeof text ? size - (int64_t)sizeof text : 0;
    int64_t n = size > 0 ? os_disk_read(fd, text, sizeof text, from) : size;
    os_close(fd);
    if (n <= 1 || text[n - 1] != '\n')
        return n == 0; /* torn: to be looked at */
    const char *line = memrchr(text, '\n', (size_t)n - 1);
    line = line ? line + 1 : text;
    return journal_says_idle(line, (size_t)(text + n - 1 - line));
}

/* ---- shown ---- */

static void journal_show(struct journal *j, const struct deed *d,
                         void (*each)(void *self, const struct journal_transaction *t), void *self)
{
    auto_free struct journal_step *step = mem_new((d->n + 1) * sizeof *step);
    for (size_t i = 0; i < d->n; i++) {
        const struct entry *e = &d->entry[i];
        step[i] = (struct journal_step){ .knob = e->knob, .inst = e->inst, .old = e->old, .set = e->set, .now = e->now,
                                         .pid = e->pid, .start = e->start, .undone = journal_how_name(e->how) };
    }
    each(self, &(struct journal_transaction){
        .id = d->id, .command = d->command, .what = d->what, .effect = d->effect, .goal = d->goal, .owner = d->owner,
        .begun_ms = d->begun_ms, .until_ms = d->until_ms, .ended_ms = d->ended_ms,
        .owner_lives = task_lives(j->root, d->owner, d->start),
        .this_boot = !journal_is_past(j, d), .step = step, .n = d->n });
}

/* Of one that is only read, what was put since; its lines are whole, whoever is putting one. */
static int journal_look(struct journal *j)
{
    int rc = j->fd < 0 ? 0 : journal_is_current(j);
    if (rc == 0) {
        journal_close_file(j);
        rc = journal_open_file(j, j->reads ? OS_DISK_READ : OS_DISK_WRITE);
    }
    return rc == -ENOENT ? 0 : rc < 0 ? rc : journal_load(j);
}

int journal_each(struct journal *j, bool ended, void (*each)(void *self, const struct journal_transaction *t),
                 void *self)
{
    int rc = journal_look(j), n = 0;
    for (size_t i = 0; rc >= 0 && i < j->n; i++)
        if (ended || !j->deed[i].ended) {
            journal_show(j, &j->deed[i], each, self);
            n++;
        }
    return rc < 0 ? rc : n;
}

int journal_tell(struct journal *j, const char *id, const char *text)
{
    char effect[JOURNAL_EFFECT_MAX];
    text_copy(effect, sizeof effect, text);
    int rc = journal_hold(j);
    if (rc < 0)
        return rc;
    if (journal_find(j, id)) {
        journal_say_tell(j, id, effect);
        rc = journal_put(j, false);
    } else {
        rc = -ENOENT;
    }
    journal_let_go(j);
    return rc < 0 ? rc : 0;
}
