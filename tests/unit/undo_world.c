/* undo_world.c - a made-up machine whose knobs are files; accidents of the process that sets them. */
#include "test.h"

#include "base/text.h"
#include "undo_world.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- accidents ---- */

static struct {
    long left;      /* changes until it dies; -1: it does not */
    bool dead;
    long changes;
    long room;      /* writes to the disk until it is full; -1: it has room */
    bool for_good;
} accident = { .left = -1, .room = -1 };

void world_lives(void)
{
    accident.left = accident.room = -1;
    accident.dead = false;
    accident.changes = 0;
}

void world_dies_after(long changes)
{
    world_lives();
    accident.left = changes;
}

bool world_is_dead(void)
{
    return accident.dead;
}

long world_changes(void)
{
    return accident.changes;
}

void world_fills_after(long writes, bool for_good)
{
    world_lives();
    accident.room = writes;
    accident.for_good = for_good;
}

/* 1: the change happens, 0: it is torn by the death of the process, -1: there is no process any more. */
static int world_change(void)
{
    if (accident.dead)
        return -1;
    accident.changes++;
    if (accident.left < 0 || accident.left-- > 0)
        return 1;
    accident.dead = true;
    return 0;
}

static bool world_is_full(void)
{
    if (accident.room < 0 || accident.dead)
        return false;
    if (accident.room > 0) {
        accident.room--;
        return false;
    }
    if (!accident.for_good)
        accident.room = -1;
    return true;
}

int __real_os_disk_write(int fd, const void *bytes, size_t n, int64_t at);
int __wrap_os_disk_write(int fd, const void *bytes, size_t n, int64_t at);
int __real_os_disk_sync(int fd);
int __wrap_os_disk_sync(int fd);
int __real_os_disk_cut(int fd, int64_t size);
int __wrap_os_disk_cut(int fd, int64_t size);
int __real_os_rename(const char *from, const char *to);
int __wrap_os_rename(const char *from, const char *to);

int __wrap_os_disk_write(int fd, const void *bytes, size_t n, int64_t at)
{
    int happens = world_change();
    if (happens < 0)
        return -EIO;
    if (happens && !world_is_full())
        return __real_os_disk_write(fd, bytes, n, at);
    __real_os_disk_write(fd, bytes, n * 2 / 3, at); /* what was there before it broke off */
    return happens ? -ENOSPC : -EIO;
}

int __wrap_os_disk_sync(int fd)
{
    return world_change() <= 0 ? -EIO : world_is_full() ? -EIO : __real_os_disk_sync(fd);
}

int __wrap_os_disk_cut(int fd, int64_t size)
{
    return world_change() <= 0 ? -EIO : __real_os_disk_cut(fd, size);
}

int __wrap_os_rename(const char *from, const char *to)
{
    return world_change() <= 0 ? -EIO : __real_os_rename(from, to);
}

/* ---- knobs ---- */

static void world_path(const struct knob *k, int32_t pid, char path[static 64])
{
    if (k->class == KNOB_PROCESS)
        snprintf(path, 64, "/tasks/%d", (int)pid);
    else
        snprintf(path, 64, "/knobs/%s", k->name);
}

static int world_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    char path[64];
    world_path(k, p->pid, path);
    int rc = os_read_text(p->root, path, value, KNOB_VALUE_MAX);
    return rc == -ENOENT ? k->class == KNOB_PROCESS ? -ESRCH : -ENODEV : rc;
}

static int world_put(const struct knob *k, const struct place *p, const char *value)
{
    char path[64];
    world_path(k, p->pid, path);
    int rc = os_write_text(p->root, path, value);
    return rc == -ENOENT ? k->class == KNOB_PROCESS ? -ESRCH : -ENODEV : rc;
}

/* What the kernel does. */
static int world_kernel(const struct knob *k, const struct place *p, const char *value)
{
    bool bytes = strcmp(k->name, "bytes") == 0;
    if (strcmp(k->name, "stubborn") == 0 || (bytes && strcmp(value, "0") == 0))
        return -EINVAL;
    if (strcmp(k->name, "deaf") == 0)
        return 0;
    int rc = world_put(k, p, strcmp(k->name, "clamp") == 0 && atoi(value) > 1000 ? "1000" : value);
    return rc == 0 && k->pair ? world_put(world_knob(k->pair), p, "0") : rc;
}

static int world_write(const struct knob *k, const struct place *p, const char *value)
{
    return world_change() <= 0 ? -EIO : world_kernel(k, p, value);
}

/* ---- holds ---- */

static struct {
    int self;
    char of[32][KNOB_VALUE_MAX]; /* by pid; "" none */
} holds;

void world_is(struct journal *j, int pid)
{
    assert_true(pid >= 0 && pid < 32);
    j->self = holds.self = pid;
}

static int hold_read(const struct knob *k, const struct place *p, char value[static KNOB_VALUE_MAX])
{
    (void)k, (void)p;
    text_copy(value, KNOB_VALUE_MAX, *holds.of[holds.self] ? holds.of[holds.self] : "none");
    return 0;
}

static int hold_write(const struct knob *k, const struct place *p, const char *value)
{
    (void)k, (void)p;
    text_copy(holds.of[holds.self], KNOB_VALUE_MAX, value);
    return 0;
}

#define FILE_OF_ONE .needs = "", .reverts = "", .caution = "", .doc = "", .read = world_read, .write = world_write

static const struct knob knobs[] = {
    { FILE_OF_ONE, .name = "a", .class = KNOB_SYSTEM, .type = KNOB_TEXT },
    { FILE_OF_ONE, .name = "b", .class = KNOB_SYSTEM, .type = KNOB_TEXT },
    { FILE_OF_ONE, .name = "c", .class = KNOB_SYSTEM, .type = KNOB_TEXT },
    { FILE_OF_ONE, .name = "clamp", .class = KNOB_SYSTEM, .type = KNOB_WHOLE, .min = 0, .max = 1e6 },
    { FILE_OF_ONE, .name = "bytes", .class = KNOB_SYSTEM, .type = KNOB_WHOLE, .min = 1, .max = 1e6, .pair = "ratio" },
    { FILE_OF_ONE, .name = "ratio", .class = KNOB_SYSTEM, .type = KNOB_WHOLE, .min = 1, .max = 100, .pair = "bytes" },
    { FILE_OF_ONE, .name = "stubborn", .class = KNOB_SYSTEM, .type = KNOB_TEXT },
    { FILE_OF_ONE, .name = "deaf", .class = KNOB_SYSTEM, .type = KNOB_TEXT },
    { .name = "hold", .class = KNOB_SYSTEM, .held = true, .type = KNOB_TEXT, .needs = "", .reverts = "", .caution = "",
      .doc = "", .read = hold_read, .write = hold_write },
    { FILE_OF_ONE, .name = "task", .class = KNOB_PROCESS, .type = KNOB_TEXT },
};

static const struct { const char *knob, *value; } first[] = {
    { "a", "60" }, { "b", "60" }, { "c", "60" }, { "clamp", "60" }, { "ratio", "20" }, { "bytes", "0" },
    { "stubborn", "60" }, { "deaf", "60" },
};

const struct knob *world_knob(const char *name)
{
    for (size_t i = 0; i < sizeof knobs / sizeof *knobs; i++)
        if (strcmp(knobs[i].name, name) == 0)
            return &knobs[i];
    return NULL;
}

/* ---- the machine ---- */

static void world_file(struct world *w, const char *path, const char *text)
{
    assert_int_equal(os_tree_write(w->root, path + 1, text, strlen(text)), 0);
}

void world_boot(struct world *w, int number)
{
    char id[64];
    snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d\n", number);
    world_file(w, "/proc/sys/kernel/random/boot_id", id);
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        struct place p = { .root = w->root };
        char path[64];
        snprintf(path, sizeof path, "/knobs/%s", first[i].knob);
        if (world_put(world_knob(first[i].knob), &p, first[i].value) < 0)
            world_file(w, path, first[i].value);
    }
}

void world_init(struct world *w)
{
    world_lives();
    memset(&holds, 0, sizeof holds);
    assert_int_equal(os_make_temp_dir(false, w->root, sizeof w->root), 0);
    snprintf(w->dir, sizeof w->dir, "%s/data", w->root);
    assert_int_equal(mkdir(w->dir, 0700), 0);
    world_boot(w, 1);
}

void world_done(struct world *w)
{
    world_lives();
    assert_int_equal(os_remove_dir(w->root), 0);
}

void world_task(struct world *w, int pid, int parent, int start)
{
    char path[64], text[256], value[KNOB_VALUE_MAX] = "0";
    struct place p = { .root = w->root, .pid = parent };
    world_read(world_knob("task"), &p, value);
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    snprintf(text, sizeof text, "%d (a (b) c) S %d %d %d 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0\n", pid, parent,
             pid, pid, start);
    world_file(w, path, text);
    snprintf(path, sizeof path, "/tasks/%d", pid);
    world_file(w, path, value);
}

void world_ends(struct world *w, int pid)
{
    char path[64];
    snprintf(path, sizeof path, "proc/%d", pid);
    os_tree_delete(w->root, path, true);
    snprintf(path, sizeof path, "tasks/%d", pid);
    os_tree_delete(w->root, path, true);
}

void world_set(struct world *w, const char *knob, int pid, const char *value)
{
    struct place p = { .root = w->root, .pid = pid };
    assert_true(world_kernel(world_knob(knob), &p, value) >= 0);
}

const char *world_get(struct world *w, const char *knob, int pid)
{
    static char value[2][KNOB_VALUE_MAX];
    static int turn;
    struct place p = { .root = w->root, .pid = pid };
    turn = !turn;
    const struct knob *k = world_knob(knob);
    return k->read(k, &p, value[turn]) < 0 ? "" : value[turn];
}

/* ---- a process of ours ---- */

struct journal *world_open(struct world *w)
{
    struct journal *j;
    assert_int_equal(journal_open(w->dir, w->root, &j), 0);
    j->find = world_knob;
    return j;
}

struct journal *world_of_two(struct world *w)
{
    world_init(w);
    world_task(w, 10, 1, 500);
    world_task(w, 11, 1, 500);
    return world_open(w);
}

struct transaction *world_begin(struct journal *j, int owner, int goal, const char *command)
{
    struct transaction *t;
    struct transaction_about a = { .command = command, .what = "work", .goal = goal, .owner = owner };
    assert_int_equal(transaction_begin(j, &a, &t), 0);
    return t;
}

int world_apply(struct transaction *t, const char *knob, int pid, const char *value, struct step *out)
{
    struct step s = { .knob = world_knob(knob), .place.pid = pid };
    text_copy(s.value, sizeof s.value, value);
    int rc = transaction_apply(t, &s);
    if (out)
        *out = s;
    return rc;
}
