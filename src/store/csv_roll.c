/* csv_roll.c - begins, fills, cuts, counts and compresses the files of a CSV log. */
#include "store/csv_roll.h"

#include "base/auto.h"
#include "base/text.h"
#include "os/disk.h"
#include "os/os.h"
#include "store/csv_zst.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS 86400000
#define TAIL (4u << 20) /* what may be torn: more than is written between two syncs, or a header */
#define COLUMNS_MAX (16u << 20)

struct csv_roll {
    struct csv_roll_options o;
    struct space *space;
    int fd;                     /* the open file; -1 = none */
    bool torn;                  /* it may hold more than `size`: a write failed half-way */
    int64_t size, begun_ms;
    struct csv_roll_name name;
    struct csv_roll_name *list; /* scratch: files of the stem, by day and index */
    size_t n, cap;
    char path[OS_PATH_MAX];
};

bool csv_roll_parse(const char *stem, const char *name, struct csv_roll_name *out)
{
    size_t n = strlen(stem);
    int day = 0, index = 0, used = 0;
    if (strncmp(name, stem, n) != 0 || name[n] != '_')
        return false;
    name += n + 1;
    if (sscanf(name, "%8d%n", &day, &used) != 1 || used != 8 || day < 10000000)
        return false;
    name += used;
    if (*name == '_' && (sscanf(name, "_%6d%n", &index, &used) != 1 || index < 1))
        return false;
    name += index ? used : 0;
    bool packed = !strcmp(name, ".csv.zst");
    if (!packed && strcmp(name, ".csv") != 0)
        return false;
    *out = (struct csv_roll_name){ .day = day, .index = index, .packed = packed };
    return true;
}

/* The path of a file in r->path. */
static const char *roll_path(struct csv_roll *r, const struct csv_roll_name *f, const char *ending)
{
    char index[16] = "";
    if (f->index)
        snprintf(index, sizeof index, "_%03d", f->index);
    snprintf(r->path, sizeof r->path, "%s/%s_%08d%s%s", r->o.dir, r->o.stem, f->day, index, ending);
    return r->path;
}

static int roll_day(int64_t wall_ms)
{
    char text[TEXT_TIME_MAX];
    return (int)strtol(text_stamp(wall_ms, text), NULL, 10);
}

static int by_time(const void *a, const void *b)
{
    const struct csv_roll_name *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return x->packed - y->packed;
}

static void roll_note(void *self, const char *name)
{
    struct csv_roll *r = self;
    struct csv_roll_name f;
    if (!csv_roll_parse(r->o.stem, name, &f))
        return;
    r->list = mem_grow(r->list, r->n, &r->cap, sizeof *r->list);
    r->list[r->n++] = f;
}

/* Fills r->list. */
static int roll_list(struct csv_roll *r)
{
    r->n = 0;
    int rc = os_list("", r->o.dir, roll_note, r);
    if (r->n)
        qsort(r->list, r->n, sizeof *r->list, by_time);
    return rc < 0 ? rc : 0;
}

static int roll_drop(struct csv_roll *r, const struct csv_roll_name *f)
{
    int rc = space_remove(r->space, roll_path(r, f, f->packed ? ".csv.zst" : ".csv"));
    return rc < 0 ? rc : space_remove(r->space, roll_path(r, f, ".columns.json"));
}

/* How much of a file is whole lines; -EBADMSG where it is none of ours. A loss of power may leave zeros
 * where data did not arrive. */
static int64_t roll_whole(int fd, int64_t size)
{
    int64_t from = size > TAIL ? size - TAIL : 0;
    auto_free char *tail = mem_new((size_t)(size - from) + 1);
    int64_t n = os_disk_read(fd, tail, (size_t)(size - from), from);
    if (n < 0)
        return n;
    const char *zero = memchr(tail, '\0', (size_t)n);
    if (zero)
        n = zero - tail;
    while (n > 0 && tail[n - 1] != '\n')
        n--;
    return n || from == 0 ? from + n : -EBADMSG;
}

/* Cuts the newest file where its last whole line ends; one without a line goes. */
static int roll_repair(struct csv_roll *r)
{
    int rc = roll_list(r);
    if (rc < 0 || r->n == 0 || r->list[r->n - 1].packed)
        return rc;
    const struct csv_roll_name *f = &r->list[r->n - 1];
    int fd = os_disk_open(roll_path(r, f, ".csv"), OS_DISK_WRITE);
    if (fd < 0)
        return fd;
    int64_t size = os_disk_size(fd), whole = size < 0 ? size : roll_whole(fd, size);
    if (whole >= 0 && whole < size) {
        rc = os_disk_cut(fd, whole);
        if (rc == 0)
            space_resize(r->space, size, whole);
    }
    os_close(fd);
    return rc == 0 && whole == 0 ? roll_drop(r, f) : rc;
}

/* What a crash left half compressed. */
static void roll_sweep(void *self, const char *name)
{
    struct csv_roll *r = self;
    size_t n = strlen(name), stem = strlen(r->o.stem);
    if (strncmp(name, r->o.stem, stem) != 0 || name[stem] != '_' || n < 8 || strcmp(name + n - 8, ".zst.tmp") != 0)
        return;
    snprintf(r->path, sizeof r->path, "%s/%s", r->o.dir, name);
    space_remove(r->space, r->path);
}

int csv_roll_make_dir(const char *dir, struct space *space)
{
    auto_free char *part = mem_dup(dir);
    int64_t missing = 0;
    char *slash;
    while (*part && !os_exists("", part)) {
        missing++;
        if (!(slash = strrchr(part, '/')))
            break;
        *slash = '\0';
    }
    int rc = missing ? space_resize(space, -1, missing * SPACE_BLOCK) : 0;
    rc = rc < 0 ? rc : os_make_dir(dir);
    if (rc < 0 && rc != -EDQUOT && missing)
        space_resize(space, missing * SPACE_BLOCK, -1);
    return rc;
}

int csv_roll_open(const struct csv_roll_options *o, struct space *space, struct csv_roll **out)
{
    int rc = csv_roll_make_dir(o->dir, space);
    if (rc < 0)
        return rc;
    struct csv_roll *r = mem_new(sizeof *r);
    *r = (struct csv_roll){ .o = *o, .space = space, .fd = -1 };
    r->o.dir = mem_dup(o->dir);
    r->o.stem = mem_dup(o->stem);
    os_list("", r->o.dir, roll_sweep, r);
    rc = roll_repair(r);
    if (rc < 0)
        csv_roll_close(r);
    else
        *out = r;
    return rc;
}

void csv_roll_close(struct csv_roll *r)
{
    if (!r)
        return;
    os_close(r->fd);
    mem_free((char *)r->o.dir);
    mem_free((char *)r->o.stem);
    mem_free(r->list);
    mem_free(r);
}

static int roll_head(int fd, int64_t size, struct buf *head)
{
    size_t n = size < TAIL ? (size_t)size : TAIL;
    if (buf_reserve(head, n) < 0)
        return -ENOMEM;
    int64_t got = os_disk_read(fd, head->p + head->n, n, 0);
    const char *end = got > 0 ? memchr(head->p + head->n, '\n', (size_t)got) : NULL;
    if (!end)
        return got < 0 ? (int)got : -ENOENT;
    head->n = (size_t)(end - head->p);
    head->p[head->n] = '\0';
    return 0;
}

static int roll_read_columns(struct csv_roll *r, struct buf *columns)
{
    char *text;
    size_t n;
    int rc = os_read_file(roll_path(r, &r->name, ".columns.json"), COLUMNS_MAX, &text, &n);
    if (rc == 0) {
        buf_put(columns, text, n);
        mem_free(text);
    }
    return rc == -ENOENT ? 0 : rc;
}

int csv_roll_resume(struct csv_roll *r, int64_t wall_ms, struct buf *head, struct buf *columns, bool *open)
{
    int rc = roll_list(r);
    if (rc < 0 || r->n == 0 || r->list[r->n - 1].packed)
        return rc < 0 ? rc : -ENOENT;
    r->name = r->list[r->n - 1];
    int fd = os_disk_open(roll_path(r, &r->name, ".csv"), OS_DISK_WRITE);
    if (fd < 0)
        return fd;
    r->size = os_disk_size(fd);
    rc = r->size < 0 ? (int)r->size : roll_whole(fd, r->size) == r->size ? roll_head(fd, r->size, head) : -ENOENT;
    if (rc == 0)
        rc = roll_read_columns(r, columns);
    *open = rc == 0 && r->name.day == roll_day(wall_ms) && r->size < r->o.max_bytes;
    if (*open)
        r->fd = fd;
    else
        os_close(fd);
    r->begun_ms = wall_ms;
    return rc;
}

/* Ends the open file; makes room in the day's count; finds the name of the next. */
static int roll_next(struct csv_roll *r, int64_t wall_ms)
{
    os_close(r->fd);
    r->fd = -1;
    int rc = roll_list(r), day = roll_day(wall_ms), files = 0;
    r->name = (struct csv_roll_name){ .day = day };
    for (size_t i = 0; i < r->n; i++)
        if (r->list[i].day == day) {
            r->name.index = r->list[i].index + 1;
            files++;
        }
    for (size_t i = 0; i < r->n && files >= r->o.max_files && rc == 0; i++)
        if (r->list[i].day == day) {
            rc = roll_drop(r, &r->list[i]);
            files--;
        }
    return rc;
}

static int roll_columns(struct csv_roll *r, const struct buf *columns)
{
    const char *path = roll_path(r, &r->name, ".columns.json");
    int rc = space_remove(r->space, path); /* of a file that was to be, when there was no room for it */
    if (rc == 0)
        rc = space_resize(r->space, -1, (int64_t)columns->n);
    if (rc < 0)
        return rc;
    rc = os_write_file(path, columns->p, columns->n);
    if (rc < 0)
        space_resize(r->space, (int64_t)columns->n, -1);
    return rc;
}

int csv_roll_begin(struct csv_roll *r, int64_t wall_ms, const struct buf *columns)
{
    int rc = roll_next(r, wall_ms);
    if (rc == 0)
        rc = roll_columns(r, columns);
    if (rc < 0)
        return rc;
    r->fd = os_disk_open(roll_path(r, &r->name, ".csv"), OS_DISK_CREATE);
    if (r->fd < 0)
        return r->fd;
    r->size = 0;
    r->torn = false;
    r->begun_ms = wall_ms;
    os_disk_sync_dir(r->o.dir); /* were it lost, so would be rows that were not promised yet */
    return 0;
}

bool csv_roll_due(const struct csv_roll *r, int64_t wall_ms, size_t n)
{
    return r->fd < 0 || roll_day(wall_ms) != r->name.day || r->size + (int64_t)n > r->o.max_bytes;
}

int csv_roll_append(struct csv_roll *r, const struct buf *lines)
{
    int rc = r->torn ? os_disk_cut(r->fd, r->size) : 0;
    int64_t after = r->size + (int64_t)lines->n;
    if (rc == 0)
        rc = space_resize(r->space, r->size, after);
    if (rc < 0)
        return rc;
    r->torn = false;
    rc = os_disk_write(r->fd, lines->p, lines->n, r->size);
    if (rc == 0) {
        r->size = after;
        return 0;
    }
    r->torn = os_disk_cut(r->fd, r->size) < 0;
    if (!r->torn)
        space_resize(r->space, after, r->size);
    return rc;
}

int csv_roll_sync(struct csv_roll *r)
{
    return r->fd < 0 ? 0 : os_disk_sync(r->fd);
}

int64_t csv_roll_size(const struct csv_roll *r)
{
    return r->fd < 0 ? -1 : r->size;
}

int csv_roll_index(const struct csv_roll *r)
{
    return r->name.index;
}

int64_t csv_roll_begun_ms(const struct csv_roll *r)
{
    return r->begun_ms;
}

/* Milliseconds since 1970 at which a day is over, from its digits. */
static int64_t roll_day_end(int day)
{
    char text[32];
    int64_t ms = 0;
    snprintf(text, sizeof text, "%04d-%02d-%02d 00:00:00", day / 10000, day / 100 % 100, day % 100);
    return text_parse_time(text, &ms) ? ms + DAY_MS : INT64_MAX;
}

static bool roll_is_packed(const struct csv_roll *r, size_t i)
{
    return i + 1 < r->n && r->list[i + 1].packed && r->list[i + 1].day == r->list[i].day &&
           r->list[i + 1].index == r->list[i].index;
}

static int roll_pack(struct csv_roll *r, const struct csv_roll_name *f)
{
    auto_free char *from = mem_dup(roll_path(r, f, ".csv"));
    auto_free char *to = mem_dup(roll_path(r, f, ".csv.zst"));
    int rc = csv_zst_pack(from, to, r->space);
    if (rc == 0)
        rc = os_disk_sync_dir(r->o.dir);
    return rc < 0 ? rc : space_remove(r->space, from);
}

int csv_roll_tidy(struct csv_roll *r, int64_t wall_ms)
{
    if (r->o.compress_days < 0)
        return 0;
    int rc = roll_list(r);
    for (size_t i = 0; i < r->n && rc == 0; i++) {
        const struct csv_roll_name *f = &r->list[i];
        bool newest = i + 1 == r->n, current = f->day == r->name.day && f->index == r->name.index;
        if (f->packed)
            continue;
        if (roll_is_packed(r, i)) /* a crash came between the two steps */
            return space_remove(r->space, roll_path(r, f, ".csv"));
        if ((r->fd >= 0 && current) || (newest && f->day == roll_day(wall_ms)))
            continue;
        double old_ms = (double)(wall_ms - roll_day_end(f->day));
        if (r->o.compress_days == 0 || old_ms >= (r->o.compress_days - 1) * DAY_MS)
            return roll_pack(r, f);
    }
    return rc;
}

/* By names, which are by time; what is open stays. */
int csv_roll_expire(struct csv_roll *r, double keep_days, int64_t now_ms)
{
    int rc = keep_days > 0 ? roll_list(r) : 0;
    for (size_t i = 0; keep_days > 0 && i < r->n && rc == 0; i++) {
        const struct csv_roll_name *f = &r->list[i];
        if ((double)now_ms - (double)roll_day_end(f->day) < keep_days * DAY_MS)
            break;
        if (r->fd < 0 || f->day != r->name.day || f->index != r->name.index)
            rc = roll_drop(r, f);
    }
    return rc;
}
