/* fs_probe.c - one mount, asked by a thread that may hang. */
#include "adapters/linux/fs_probe.h"

#include "base/mem.h"

enum { PAUSE_FIRST_S = 60, PAUSE_MOST_S = 3600 };

#define NS_PER_S 1000000000

/* What the thread and its owner share; whoever lets go of it last frees it.
 * The lock guards everything below it. */
struct question {
    char *root, *mount;
    int64_t asked_ns; /* real time, whatever clock the machine under observation has */
    struct os_lock *lock;
    int holders;
    bool answered;
    int64_t took_ns;
    int rc;
    struct os_fs fs;
};

struct fs_probe {
    char *root, *mount;
    struct question *out;  /* asked and not yet looked at */
    int64_t asked_ns;      /* on the clock of the readings */
    int64_t retry_ns;
    int pause_s;           /* 0 = it answers */
    bool slow;             /* its answers are not worth waiting for */
    bool known;            /* fs holds an answer that was not given out before this reading */
    struct os_fs fs;
};

struct fs_probe *fs_probe_new(const char *root, const char *mount)
{
    struct fs_probe *p = mem_new(sizeof *p);
    p->root = mem_dup(root);
    p->mount = mem_dup(mount);
    return p;
}

static void fs_probe_let_go(struct question *q)
{
    os_lock(q->lock);
    bool last = --q->holders == 0;
    os_unlock(q->lock);
    if (!last)
        return;
    os_lock_free(q->lock);
    mem_free(q->root);
    mem_free(q->mount);
    mem_free(q);
}

void fs_probe_free(struct fs_probe *p)
{
    if (!p)
        return;
    if (p->out)
        fs_probe_let_go(p->out);
    mem_free(p->root);
    mem_free(p->mount);
    mem_free(p);
}

static void fs_probe_run(void *arg)
{
    struct question *q = arg;
    struct os_fs fs = { 0 };
    int rc = os_fs_space(q->root, q->mount, &fs);
    os_lock(q->lock);
    q->rc = rc;
    q->fs = fs;
    q->took_ns = os_mono_ns() - q->asked_ns;
    q->answered = true;
    os_unlock(q->lock);
    fs_probe_let_go(q);
}

static void fs_probe_start(struct fs_probe *p, int64_t mono_ns)
{
    struct question *q = mem_new(sizeof *q);
    q->root = mem_dup(p->root);
    q->mount = mem_dup(p->mount);
    q->asked_ns = os_mono_ns();
    q->lock = os_lock_new();
    q->holders = 2;
    p->asked_ns = mono_ns;
    p->out = q;
    if (os_thread(fs_probe_run, q) == 0)
        return;
    q->holders = 1; /* no thread to be had: the next reading tries again */
    fs_probe_let_go(q);
    p->out = NULL;
}

/* Takes the answer if it is there. Returns the seconds that it took, or a negative number. */
static double fs_probe_collect(struct fs_probe *p)
{
    struct question *q = p->out;
    if (!q)
        return -1;
    os_lock(q->lock);
    bool answered = q->answered;
    os_unlock(q->lock);
    if (!answered)
        return -1;
    p->out = NULL;
    p->known = q->rc == 0; /* without the lock: its thread is done with it */
    p->fs = q->fs;
    double took_s = (double)q->took_ns / NS_PER_S;
    fs_probe_let_go(q);
    return took_s;
}

static void fs_probe_leave_alone(struct fs_probe *p)
{
    p->pause_s = p->pause_s == 0                 ? PAUSE_FIRST_S
                 : p->pause_s * 2 < PAUSE_MOST_S ? p->pause_s * 2
                                                 : PAUSE_MOST_S;
    p->retry_ns = p->asked_ns + (int64_t)p->pause_s * NS_PER_S;
    p->slow = true;
}

enum fs_probe_news fs_probe_ask(struct fs_probe *p, int64_t mono_ns)
{
    enum fs_probe_news news = FS_PROBE_SAME;
    bool judged = p->retry_ns > p->asked_ns; /* the last question was found to be late before this */
    double took_s = fs_probe_collect(p);
    bool late = took_s > FS_PROBE_DEADLINE_S ||
                (p->out && mono_ns - p->asked_ns >= (int64_t)FS_PROBE_DEADLINE_S * NS_PER_S);
    if (took_s < 0 || judged || late)
        p->known = false;
    if (late && !judged) {
        news = p->pause_s ? FS_PROBE_SAME : FS_PROBE_SILENT;
        fs_probe_leave_alone(p);
    } else if (took_s >= 0 && !judged) {
        news = p->pause_s ? FS_PROBE_BACK : FS_PROBE_SAME;
        p->pause_s = 0;
        p->slow = took_s > FS_PROBE_NEAR_S;
    }
    if (!p->out && mono_ns >= p->retry_ns)
        fs_probe_start(p, mono_ns);
    return news;
}

bool fs_probe_is_near(struct fs_probe *p)
{
    return p->out && !p->slow && fs_probe_collect(p) < 0;
}

void fs_probe_give_up(struct fs_probe *p)
{
    p->slow = p->slow || p->out;
}

bool fs_probe_answer(const struct fs_probe *p, struct os_fs *out)
{
    if (p->known)
        *out = p->fs;
    return p->known;
}

int fs_probe_pause_s(const struct fs_probe *p)
{
    return p->pause_s;
}
