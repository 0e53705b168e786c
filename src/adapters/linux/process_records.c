/* process_records.c - from binary records to rows of the process table. */
#include "adapters/linux/process_records.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Of include/linux/sched.h: fixed since Linux 4.14 for the bits that are used here. */
#define TASK_REPORT 0x7fu     /* running (0), S 1, D 2, T 4, t 8, X 0x10, Z 0x20, P 0x40 */
#define TASK_IDLE 0x402u      /* waits like D and is not to be counted as load */
#define TASK_LOCK_WAIT 0x1000u
#define TASK_FROZEN 0x8000u

/* As task_state_index() and task_index_to_char() there give it to /proc. */
static char records_state(uint32_t state, uint32_t exit_state)
{
    uint32_t shown = (state | exit_state) & TASK_REPORT;
    if ((state & TASK_IDLE) == TASK_IDLE)
        return 'I';
    if (state & (TASK_LOCK_WAIT | TASK_FROZEN))
        return 'D';
    return "RSDTtXZP"[shown ? 32 - __builtin_clz(shown) : 0];
}

bool records_process(const struct tasks_process *r, const struct records_units *u, struct proc *out)
{
    if (r->t.pid <= 0 || r->t.pid != r->t.tgid || r->ppid < 0)
        return false;
    char name[sizeof r->comm + 1] = "";
    memcpy(name, r->comm, sizeof r->comm);
    *out = (struct proc){
        .pid = r->t.pid,
        .ppid = r->ppid,
        .state = records_state(r->state, r->exit_state),
        .start_s = (double)(r->start_ns / u->tick_ns) / (1e9 / (double)u->tick_ns),
        .cpu_s = (double)r->t.cpu_ns * 1e-9,
        .children_cpu_s = (double)r->children_ns * 1e-9,
        .rss_bytes = r->rss_pages > 0 ? (double)r->rss_pages * u->page_bytes : 0,
        .read_bytes = r->has_io ? (double)r->t.read_bytes : NAN,
        .write_bytes = r->has_io ? (double)r->t.write_bytes : NAN,
        .threads = (double)r->threads,
        .gpu_bytes = NAN,
    };
    text_copy(out->name, sizeof out->name, name);
    return true;
}

static bool records_row(const char *at, const struct records_units *u, struct proctab *now)
{
    struct tasks_process r;
    struct proc p;
    memcpy(&r, at, sizeof r);
    if (!records_process(&r, u, &p) || (now->n && now->p[now->n - 1].pid >= p.pid))
        return false;
    *proctab_add(now) = p;
    return true;
}

long records_parse(const char *bytes, size_t n, const struct records_units *u, struct proctab *now,
                   struct records_threads *threads)
{
    size_t at = 0;
    struct tasks_thread t;
    while (n - at >= sizeof t) {
        memcpy(&t, bytes + at, sizeof t);
        if (t.pid <= 0 || t.tgid <= 0)
            return -EINVAL;
        if (t.pid != t.tgid) {
            threads->t = mem_grow(threads->t, threads->n, &threads->cap, sizeof *threads->t);
            threads->t[threads->n++] = t;
            at += sizeof t;
            continue;
        }
        if (n - at < sizeof(struct tasks_process))
            break;
        if (!records_row(bytes + at, u, now))
            return -EINVAL;
        at += sizeof(struct tasks_process);
    }
    return (long)at;
}

void records_add_threads(struct proctab *now, struct records_threads *threads)
{
    struct proc *p = NULL;
    for (size_t i = 0; i < threads->n; i++) {
        const struct tasks_thread *t = &threads->t[i];
        if (!p || p->pid != t->tgid) /* those of one process mostly stand together */
            p = (struct proc *)proctab_at(now, t->tgid);
        if (!p)
            continue; /* of a process that began while we read */
        p->cpu_s += (double)t->cpu_ns * 1e-9;
        p->read_bytes += (double)t->read_bytes;
        p->write_bytes += (double)t->write_bytes;
    }
    threads->n = 0;
}

#define RING_HEADER 8u
#define RING_BUSY (1u << 31)
#define RING_DISCARDED (1u << 30)

long records_take(const char *data, size_t size, uint64_t *consumer, uint64_t producer, void *out, size_t cap)
{
    uint64_t there = producer - *consumer;
    size_t mask = size - 1;
    if (there == 0)
        return -EAGAIN;
    if (there > size || there < RING_HEADER || *consumer % RING_HEADER)
        return -EINVAL;
    const uint32_t *header = (const uint32_t *)(const void *)(data + (*consumer & mask));
    uint32_t word = __atomic_load_n(header, __ATOMIC_ACQUIRE);
    if (word & RING_BUSY)
        return -EAGAIN;
    size_t n = word & ~(RING_BUSY | RING_DISCARDED), whole = (RING_HEADER + n + 7) & ~(size_t)7;
    if (whole > there)
        return -EINVAL;
    size_t from = (*consumer + RING_HEADER) & mask;
    bool wanted = !(word & RING_DISCARDED) && n <= cap;
    if (wanted) {
        size_t first = n < size - from ? n : size - from;
        memcpy(out, data + from, first);
        memcpy((char *)out + first, data, n - first);
    }
    *consumer += whole;
    return wanted ? (long)n : 0;
}
