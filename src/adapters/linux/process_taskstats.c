/*
 * process_taskstats.c - all processes by asking the kernel who has run (Documentation/accounting/taskstats.rst,
 * taskstats-struct.rst), and reading the text of /proc of those only.
 *
 * One message to a netlink socket asks about 32 processes, and one system call takes the answers: exact
 * CPU times at half the price of as many files. The rest of what a table needs is not told (memory,
 * state, children), but does not change for who does not run, memory excepted.
 *
 * Every end of a thread is told to whoever asks for it. Only that of the last one counts here; since
 * Linux 5.18 (version 12 of the structure) it is marked as such.
 */
#include "adapters/linux/process_text.h"
#include "adapters/linux/process_walk.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <linux/acct.h>
#include <linux/capability.h>
#include <linux/genetlink.h>
#include <linux/taskstats.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 32
#define ANSWER 1024              /* two structures of 400 bytes at most, and their headers */
#define ENDS_QUEUE (1 << 20)     /* bytes: 500 ends between two readings, as the kernel counts them */
#define LAST_THREAD 0x20         /* AGROUP of linux/acct.h, new in Linux 5.18 */

/* What is read of the structure: it only grows at its end, but for what is asked of its size. */
#define STATS_LEAST (offsetof(struct taskstats, cpu_run_virtual_total) + sizeof(uint64_t))

struct asker {
    int ask_fd, ends_fd;         /* one socket for each: answers and news must not mix */
    uint16_t family;
    struct text *text;
    struct walk_ends *ends;      /* of the present reading */
    double short_lived, lost;
    double read_s;               /* when it read last, seconds after boot */
    char answers[BATCH][ANSWER] __attribute__((aligned(8)));
};

struct request {
    struct nlmsghdr h;
    struct genlmsghdr g;
    struct nlattr a;
    char value[64];
};

static size_t asker_request(struct request *r, uint16_t family, uint8_t command, uint16_t attribute,
                            const void *value, size_t n)
{
    size_t bytes = offsetof(struct request, value) + NLA_ALIGN(n);
    *r = (struct request){
        .h = { .nlmsg_len = (uint32_t)bytes, .nlmsg_type = family, .nlmsg_flags = NLM_F_REQUEST },
        .g = { .cmd = command, .version = 1 },
        .a = { .nla_len = (uint16_t)(NLA_HDRLEN + n), .nla_type = attribute },
    };
    memcpy(r->value, value, n);
    return bytes;
}

/* The attribute of a type among n bytes of them; NULL for none. */
static const struct nlattr *asker_attribute(const char *at, size_t n, uint16_t type)
{
    while (n >= sizeof(struct nlattr)) {
        const struct nlattr *a = (const void *)at;
        size_t step = NLA_ALIGN(a->nla_len);
        if (a->nla_len < sizeof *a || a->nla_len > n)
            return NULL;
        if ((a->nla_type & NLA_TYPE_MASK) == type)
            return a;
        if (step >= n)
            return NULL;
        at += step;
        n -= step;
    }
    return NULL;
}

static const struct nlattr *asker_inside(const struct nlattr *a, uint16_t type)
{
    return a ? asker_attribute((const char *)a + NLA_HDRLEN, a->nla_len - NLA_HDRLEN, type) : NULL;
}

/* The attributes of an answer of n bytes; *left of them. NULL for an error message and for no message. */
static const char *asker_body(const char *answer, size_t n, size_t *left)
{
    const struct nlmsghdr *h = (const void *)answer;
    const size_t head = NLMSG_HDRLEN + GENL_HDRLEN;
    if (n < head || h->nlmsg_len < head || h->nlmsg_len > n || h->nlmsg_type == NLMSG_ERROR)
        return NULL;
    *left = h->nlmsg_len - head;
    return answer + head;
}

/* Number and structure of an aggregate (of a thread or a process), zero behind what this kernel has. */
static bool asker_stats(const struct nlattr *aggregate, uint16_t number, int32_t *pid, struct taskstats *out)
{
    const struct nlattr *p = asker_inside(aggregate, number), *s = asker_inside(aggregate, TASKSTATS_TYPE_STATS);
    if (!p || p->nla_len < NLA_HDRLEN + sizeof *pid || !s || s->nla_len < NLA_HDRLEN + STATS_LEAST)
        return false;
    size_t n = s->nla_len - NLA_HDRLEN;
    memcpy(pid, (const char *)p + NLA_HDRLEN, sizeof *pid);
    memset(out, 0, sizeof *out);
    memcpy(out, (const char *)s + NLA_HDRLEN, n < sizeof *out ? n : sizeof *out);
    return true;
}

static int asker_socket(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
    struct sockaddr_nl to_kernel = { .nl_family = AF_NETLINK };
    if (fd >= 0 && connect(fd, (void *)&to_kernel, sizeof to_kernel) == 0)
        return fd;
    int rc = -errno;
    os_close(fd);
    return rc;
}

/* The number under which taskstats is reached, or an error. */
static int asker_family(int fd)
{
    struct request r;
    char answer[ANSWER] __attribute__((aligned(8)));
    size_t left, n = asker_request(&r, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME,
                                   TASKSTATS_GENL_NAME, sizeof TASKSTATS_GENL_NAME);
    if (send(fd, &r, n, 0) < 0)
        return -errno;
    ssize_t got = recv(fd, answer, sizeof answer, 0);
    const char *body = got > 0 ? asker_body(answer, (size_t)got, &left) : NULL;
    const struct nlattr *id = body ? asker_attribute(body, left, CTRL_ATTR_FAMILY_ID) : NULL;
    uint16_t family;
    if (!id || id->nla_len < NLA_HDRLEN + sizeof family)
        return -ENOTSUP;
    memcpy(&family, (const char *)id + NLA_HDRLEN, sizeof family);
    return family;
}

/* From now on every end is told on a socket of its own. */
static int asker_listen(struct asker *s)
{
    char cpus[sizeof((struct request *)0)->value];
    struct request r;
    int n = os_read_text("", "/sys/devices/system/cpu/possible", cpus, sizeof cpus);
    if (n <= 0)
        return n < 0 ? n : -ENODATA;
    cpus[strcspn(cpus, "\n")] = '\0';
    s->ends_fd = asker_socket();
    if (s->ends_fd < 0)
        return s->ends_fd;
    int queue = ENDS_QUEUE;
    setsockopt(s->ends_fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof queue);
    size_t bytes = asker_request(&r, s->family, TASKSTATS_CMD_GET, TASKSTATS_CMD_ATTR_REGISTER_CPUMASK, cpus,
                                 strlen(cpus) + 1);
    return send(s->ends_fd, &r, bytes, 0) < 0 ? -errno : 0;
}

static void asker_ended(void *self, const char *answer, size_t n)
{
    struct asker *s = self;
    size_t left;
    int32_t pid, tgid;
    struct taskstats thread, all;
    const char *body = asker_body(answer, n, &left);
    if (!body || !asker_stats(asker_attribute(body, left, TASKSTATS_TYPE_AGGR_PID), TASKSTATS_TYPE_PID, &pid, &thread))
        return;
    double age_s = (double)thread.ac_etime * 1e-6;
    s->short_lived += age_s < (double)os_boot_ns() * 1e-9 - s->read_s; /* asleep or not: a tick is short */
    bool several = asker_stats(asker_attribute(body, left, TASKSTATS_TYPE_AGGR_TGID), TASKSTATS_TYPE_TGID, &tgid, &all);
    if (!several && !(thread.ac_flag & LAST_THREAD))
        return;
    struct proc *p = proctab_add(&s->ends->gone);
    char name[sizeof thread.ac_comm + 1] = "";
    memcpy(name, thread.ac_comm, sizeof thread.ac_comm);
    text_copy(p->name, sizeof p->name, name);
    p->pid = several ? tgid : pid;
    p->ppid = (int32_t)thread.ac_ppid;
    p->state = 'X';
    p->start_s = NAN; /* told in whole seconds of the wall clock */
    p->cpu_s = (double)(several ? all : thread).cpu_run_virtual_total * 1e-9;
    p->read_bytes = several ? NAN : (double)thread.read_bytes;
    p->write_bytes = several ? NAN : (double)thread.write_bytes;
}

/* Takes up to `want` messages; how many, or an error. */
static int asker_take(struct asker *s, int fd, int want, int flags,
                      void (*each)(void *self, const char *answer, size_t n), void *self)
{
    struct iovec room[BATCH];
    struct mmsghdr m[BATCH];
    for (int i = 0; i < want; i++) {
        room[i] = (struct iovec){ s->answers[i], ANSWER };
        m[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &room[i], .msg_iovlen = 1 } };
    }
    int got = recvmmsg(fd, m, (unsigned)want, flags, NULL);
    if (got < 0)
        return -errno;
    for (int i = 0; i < got; i++)
        each(self, s->answers[i], m[i].msg_len);
    return got;
}

static void asker_ends(struct asker *s)
{
    int rc;
    while ((rc = asker_take(s, s->ends_fd, BATCH, MSG_DONTWAIT, asker_ended, s)) > 0 || rc == -ENOBUFS)
        s->lost += rc == -ENOBUFS; /* the kernel says that some are, not how many */
}

/* What the present batch is about. */
struct question {
    const int32_t *pid;
    uint64_t *cpu_ns;
    int n;
};

static void question_answered(void *self, const char *answer, size_t n)
{
    const struct question *q = self;
    size_t left;
    int32_t pid;
    struct taskstats st;
    const char *body = asker_body(answer, n, &left);
    if (!body || !asker_stats(asker_attribute(body, left, TASKSTATS_TYPE_AGGR_TGID), TASKSTATS_TYPE_TGID, &pid, &st))
        return; /* it has died meanwhile */
    for (int i = 0; i < q->n; i++)
        if (q->pid[i] == pid)
            q->cpu_ns[i] = st.cpu_run_virtual_total;
}

static void asker_ask(void *self, const int32_t *pid, size_t n, uint64_t *cpu_ns)
{
    struct asker *s = self;
    const size_t bytes = offsetof(struct request, value) + NLA_ALIGN(sizeof *pid);
    char all[BATCH * sizeof(struct request)], stale[4096];
    while (recv(s->ask_fd, stale, sizeof stale, MSG_DONTWAIT) > 0) /* answers to a question that was given up */
        ;
    for (size_t i = 0; i < n; i += BATCH) {
        struct question q = { pid + i, cpu_ns + i, n - i < BATCH ? (int)(n - i) : BATCH };
        for (int k = 0; k < q.n; k++) {
            struct request r;
            asker_request(&r, s->family, TASKSTATS_CMD_GET, TASKSTATS_CMD_ATTR_TGID, &q.pid[k], sizeof *pid);
            memcpy(all + (size_t)k * bytes, &r, bytes);
        }
        if (send(s->ask_fd, all, (size_t)q.n * bytes, 0) < 0)
            return;
        for (int got = 0, rc; got < q.n; got += rc) /* the kernel has answered before send() returned */
            if ((rc = asker_take(s, s->ask_fd, q.n - got, MSG_DONTWAIT, question_answered, &q)) <= 0)
                return;
    }
}

static int asker_read(void *self, struct proctab *now, struct walk_ends *ends)
{
    struct asker *s = self;
    s->ends = ends;
    int rc = text_read(s->text, now, asker_ask, s);
    asker_ends(s); /* after the walk: who ends in between is in one of the two or in both */
    s->read_s = (double)os_boot_ns() * 1e-9;
    ends->short_lived = s->short_lived;
    ends->lost = s->lost;
    return rc;
}

static void asker_close(void *self)
{
    struct asker *s = self;
    if (!s)
        return;
    text_close(s->text);
    os_close(s->ask_fd);
    os_close(s->ends_fd);
    mem_free(s);
}

/* Does this kernel say what we need? Our own CPU time is above 0. */
static int asker_try(struct asker *s, const char *root)
{
    s->ask_fd = asker_socket();
    int rc = s->ask_fd < 0 ? s->ask_fd : asker_family(s->ask_fd);
    if (rc < 0)
        return rc;
    s->family = (uint16_t)rc;
    int32_t own = getpid();
    uint64_t cpu_ns = 0;
    asker_ask(s, &own, 1, &cpu_ns);
    if (cpu_ns == 0)
        return -ENOTSUP;
    s->read_s = (double)os_boot_ns() * 1e-9;
    rc = asker_listen(s);
    return rc < 0 ? rc : text_open(root, &s->text);
}

static int asker_open(const char *root, void **self, char why[static WALK_WHY])
{
    *why = '\0';
    if (*root)
        return -ENODEV; /* a recorded machine has files only */
    if (!walk_in_initial_namespace("") || !walk_may(CAP_NET_ADMIN)) {
        snprintf(why, WALK_WHY, "taskstats needs root or CAP_NET_ADMIN, and not to be in a container");
        return -EPERM;
    }
    struct asker *s = mem_new(sizeof *s);
    s->ask_fd = s->ends_fd = -1;
    int rc = asker_try(s, root);
    if (rc == 0) {
        *self = s;
        return 0;
    }
    asker_close(s);
    snprintf(why, WALK_WHY, "%s", rc == -ENOTSUP ? "this kernel has no taskstats (CONFIG_TASK_DELAY_ACCT)"
                                                 : "taskstats does not answer");
    return rc;
}

const struct walk walk_taskstats = {
    .name = "taskstats", .doc = "taskstats and the text of /proc", .tells_ends = true,
    .open = asker_open, .read = asker_read, .close = asker_close,
};
