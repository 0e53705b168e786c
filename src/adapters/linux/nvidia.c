/*
 * nvidia.c - NVIDIA GPUs, through the driver's own library (os/nvml.h).
 *
 * A GPU that sleeps is not woken: /sys says so without touching it, and as long as all of them
 * sleep, not even the library is opened. One that may sleep is let go of while it has nothing to do,
 * because holding it may keep it awake: it is looked at for QUIET_S, left alone for REST_S, and so
 * on. The library holds all or none, so to let go of one is to open it again for the others.
 *
 * A GPU that is lost (fell off the bus, unplugged, must be reset) is unknown from then on, one event
 * says so, and the library is opened anew now and then, at longer and longer intervals: only a new
 * one sees what came back. No GPU was at hand: the tests use a made-up library (tests/fake/nvml.c).
 */
#include "adapters/linux/nvidia_card.h"
#include "base/mem.h"
#include "core/adapter.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NVIDIA 0x10de
#define NS_PER_S 1000000000

enum {
    LOOK_S = 10,                  /* between two looks for GPUs that came or went */
    SLOW_S = 10,                  /* between two readings of what is dear or hardly changes */
    QUIET_S = 10, REST_S = 20,    /* the driver switches off what was idle for some seconds */
    PAUSE_FIRST_S = 10, PAUSE_MOST_S = 3600, /* between two tries to get hold of a GPU */
    PROCS_MAX = 1024,             /* that hold memory of GPUs; of more the first */
};

/* A process, its memory on all GPUs, and what of it is on the one read last. */
struct held {
    int32_t pid;
    double bytes, here;
    const struct nvidia_card *on;
};

struct nvidia {
    const struct adapter_env *env;
    const char *library_root;
    struct nvml *nvml;          /* NULL while no GPU is held */
    int64_t now_ns, wall_ms;    /* of the last reading */
    int64_t looked_ns;
    int n;
    struct nvidia_card card[GPU_MAX];  /* all that ever were */
    int n_procs;
    struct held procs[PROCS_MAX]; /* by pid */
    struct nvml_process list[PROCS_MAX];
};

__attribute__((format(printf, 3, 4)))
static void nvidia_say(const struct nvidia *n, enum severity severity, const char *fmt, ...)
{
    struct event e = { .wall_ms = n->wall_ms, .end_ms = n->wall_ms, .kind = EVENT_ADAPTER,
                       .severity = severity, .source = "nvidia" };
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e.text, sizeof e.text, fmt, ap);
    va_end(ap);
    n->env->emit(n->env, &e);
}

/* ---- one GPU ---- */

/* Is a number given to another one? /sys may count anew when a GPU came or went. */
static bool nvidia_has_number(const struct nvidia *n, int number)
{
    for (int i = 0; i < n->n; i++)
        if (n->card[i].number == number)
            return true;
    return false;
}

static struct nvidia_card *nvidia_add(struct nvidia *n, const char *address, int number)
{
    if (n->n == GPU_MAX)
        return NULL;
    while (nvidia_has_number(n, number))
        number++;
    struct nvidia_card *c = &n->card[n->n++];
    nvidia_card_init(c, address, number);
    c->arrived = n->now_ns != 0;
    return c;
}

static struct nvidia_card *nvidia_find(struct nvidia *n, const char *address)
{
    for (int i = 0; i < n->n; i++)
        if (strcmp(n->card[i].address, address) == 0)
            return &n->card[i];
    return NULL;
}

/* Where a pid is or belongs among the processes. */
static int nvidia_place(const struct nvidia *n, int32_t pid)
{
    int low = 0, high = n->n_procs;
    while (low < high) {
        int middle = (low + high) / 2;
        if (n->procs[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* One that computes and draws stands in both lists with the same memory; on several GPUs, it adds
 * up. */
static void nvidia_hold(struct nvidia *n, const struct nvidia_card *c, const struct nvml_process *p)
{
    int at = nvidia_place(n, p->pid);
    struct held *h = &n->procs[at];
    if (isnan(p->bytes))
        return;
    if (at == n->n_procs || h->pid != p->pid) {
        if (n->n_procs == PROCS_MAX)
            return;
        memmove(h + 1, h, (size_t)(n->n_procs++ - at) * sizeof *h);
        *h = (struct held){ .pid = p->pid };
    }
    double before = h->on == c ? h->here : 0;
    h->on = c;
    h->here = p->bytes > before ? p->bytes : before;
    h->bytes += h->here - before;
}

static void nvidia_read_processes(struct nvidia *n, struct nvidia_card *c)
{
    static const enum gpu_metric metric[NVML_USES] = {
        [NVML_COMPUTE] = GPU_PROCESSES_COMPUTE, [NVML_GRAPHICS] = GPU_PROCESSES_GRAPHICS };
    for (int use = 0; use < NVML_USES; use++) {
        int count = nvml_processes(n->nvml, c->gpu, use, n->list, PROCS_MAX);
        c->value[metric[use]] = count < 0 ? (double)NAN : count;
        for (int i = 0; i < count && count <= PROCS_MAX; i++)
            nvidia_hold(n, c, &n->list[i]);
    }
}

/* Asks it, and for its processes. */
static int nvidia_read(struct nvidia *n, struct nvidia_card *c, uint64_t wanted)
{
    int rc = nvidia_card_read(c, n->nvml, wanted);
    if (rc < 0)
        return rc;
    if (wanted & NVIDIA_SLOW)
        c->slow_ns = n->now_ns;
    if (!(c->reading[NVML_UTIL] <= 0))
        c->busy_ns = n->now_ns;
    nvidia_read_processes(n, c);
    return 0;
}

/* It cannot be asked: says so when it could before, and tries again later. */
static void nvidia_lose(struct nvidia *n, struct nvidia_card *c, int rc)
{
    c->gpu = -1;
    c->error = rc;
    nvidia_card_forget(c);
    c->pause_s = c->pause_s ? 2 * c->pause_s : PAUSE_FIRST_S;
    if (c->pause_s > PAUSE_MOST_S)
        c->pause_s = PAUSE_MOST_S;
    c->retry_ns = n->now_ns + (int64_t)c->pause_s * NS_PER_S;
    if (!c->known || c->lost)
        return;
    c->lost = true;
    const char *what = !c->present || rc == -ENOENT ? "is gone" :
        rc == -ENXIO ? "is lost: its driver cannot reach it any more" :
        rc == -EACCES ? "may not be asked any more" : "is not answered for by its driver any more";
    nvidia_say(n, SEVERITY_WARNING, "GPU %d (%s) %s; looked for again from time to time",
               c->number, c->address, what);
}

static void nvidia_found(const struct nvidia *n, struct nvidia_card *c)
{
    if (c->lost)
        nvidia_say(n, SEVERITY_NOTICE, "GPU %d (%s) is back", c->number, c->address);
    else if (!c->known && c->arrived)
        nvidia_say(n, SEVERITY_NOTICE, "GPU %d (%s) came", c->number, c->address);
    c->known = true;
    c->lost = false;
    c->pause_s = 0;
}

static bool nvidia_wants(const struct nvidia *n, const struct nvidia_card *c)
{
    return c->present && !c->asleep && n->now_ns >= c->rest_ns;
}

/* ---- all of them ---- */

/* Lets go of all GPUs; those that are wanted are got hold of again. */
static void nvidia_let_go(struct nvidia *n)
{
    nvml_close(n->nvml);
    n->nvml = NULL;
    for (int i = 0; i < n->n; i++)
        n->card[i].gpu = -1;
}

/* Opens the library anew, with all GPUs that are wanted. What opening it gave. */
static int nvidia_attach(struct nvidia *n, struct schema *s)
{
    nvidia_let_go(n);
    n->n_procs = 0;
    int rc = nvml_open(n->library_root, &n->nvml);
    for (int i = 0; i < n->n; i++) {
        struct nvidia_card *c = &n->card[i];
        if (!nvidia_wants(n, c))
            continue;
        int one = rc < 0 ? rc : nvml_device_at(n->nvml, c->address);
        c->gpu = one < 0 ? -1 : one;
        c->busy_ns = n->now_ns; /* looked at for a while */
        if (one >= 0)
            one = nvidia_read(n, c, NVIDIA_ALL);
        if (one < 0) {
            nvidia_lose(n, c, one);
            continue;
        }
        nvidia_card_add_metrics(c, s);
        nvidia_found(n, c);
    }
    return rc;
}

/* What /sys has now. A GPU that came is tried at once. */
static void nvidia_look(struct nvidia *n, struct schema *s)
{
    char address[GPU_MAX][GPU_ADDRESS_MAX];
    int number[GPU_MAX], count = gpu_list(n->env->root, NVIDIA, address, number);
    bool there[GPU_MAX] = { false };
    n->looked_ns = n->now_ns;
    for (int i = 0; i < count; i++) {
        struct nvidia_card *c = nvidia_find(n, address[i]);
        if (!c)
            c = nvidia_add(n, address[i], number[i]);
        if (!c)
            break;
        if (!c->present)
            c->retry_ns = c->rest_ns = c->pause_s = 0;
        c->present = c->in_sys = there[c - n->card] = true;
        c->asleep = gpu_is_asleep(n->env->root, c->address);
        if (c->slot[GPU_ASLEEP] < 0)
            c->slot[GPU_ASLEEP] = gpu_add(s, GPU_ASLEEP, c->number);
    }
    for (int i = 0; i < n->n; i++)
        if (n->card[i].in_sys && !there[i] && n->card[i].present) {
            n->card[i].present = false;
            nvidia_lose(n, &n->card[i], -ENOENT);
        }
}

/* Where /sys has none the library may know some all the same: in a container, below Windows. */
static int nvidia_list(struct nvidia *n)
{
    struct nvml *nvml;
    char address[NVML_ADDRESS_MAX];
    int rc = nvml_open(n->library_root, &nvml);
    if (rc < 0)
        return rc;
    int count = nvml_count(nvml);
    for (int i = 0; i < count; i++) {
        int gpu = nvml_device(nvml, i);
        if (gpu < 0 || nvml_address(nvml, gpu, address) < 0)
            continue;
        int number = gpu_number(n->env->root, address);
        struct nvidia_card *c = nvidia_add(n, address, number < 0 ? i : number);
        if (c)
            c->present = true;
    }
    nvml_close(nvml);
    return count < 0 ? count : n->n ? 0 : -ENODEV;
}

/* Says why there is nothing to read, and how to get it. */
static int nvidia_refuse(const struct adapter_env *env, bool has_gpu, int rc)
{
    static const struct { int rc; bool with, without; int give; const char *reason; } reasons[] = {
        { -ENOENT, true,  false, -ENODEV, "an NVIDIA GPU is here, but not the library of its driver, libnvidia-ml.so.1: install "
                                          "NVIDIA's driver (Debian: nvidia-driver, Ubuntu: ubuntu-drivers install)" },
        { -ENOENT, false, true,  -ENODEV, "there is no NVIDIA GPU" },
        { -ENODEV, true,  false, -ENODEV, "NVIDIA's driver is installed but not loaded: modprobe nvidia, and see dmesg if that fails" },
        { -ENODEV, false, true,  -ENODEV, "there is no NVIDIA GPU, though the library of its driver is installed" },
        { -ENXIO,  true,  true,  -ENODEV, "NVIDIA's driver does not have the GPU: another driver has it (lspci -k says which), "
                                          "or it is lost" },
        { -EPROTO, true,  true,  -EIO,    "NVIDIA's driver was updated and the old one is still loaded: restart the machine" },
        { -EACCES, true,  true,  -EACCES, "not permitted to open /dev/nvidiactl or the GPU: join the group that owns it; in a "
                                          "container, hand the GPU over (docker run --gpus all)" },
    };
    rc = rc == -ENOSYS ? -ENOENT : rc;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].rc == rc && (has_gpu ? reasons[i].with : reasons[i].without)) {
            env->explain(env, reasons[i].reason);
            return reasons[i].give;
        }
    env->explain(env, "the library of NVIDIA's driver does not answer as it should: see dmesg for NVRM");
    return -EIO;
}

static void nvidia_close(void *self)
{
    struct nvidia *n = self;
    if (!n)
        return;
    nvml_close(n->nvml);
    mem_free(n);
}

/* Is there a GPU that was read, or that sleeps? Else why not the last. */
static int nvidia_fares(const struct nvidia *n)
{
    const struct nvidia_card *silent = NULL;
    bool any = false;
    for (int i = 0; i < n->n; i++) {
        any = any || n->card[i].gpu >= 0 || n->card[i].asleep;
        if (n->card[i].gpu < 0 && !n->card[i].asleep)
            silent = &n->card[i];
    }
    if (!any)
        return silent && silent->error == -EACCES ? -EACCES : -ENXIO;
    if (silent) {
        char reason[128];
        snprintf(reason, sizeof reason, "GPU %d (%s) %s", silent->number, silent->address,
                 silent->error == -EACCES ? "may not be asked" : "is not with NVIDIA's driver, or lost");
        n->env->explain(n->env, reason);
    }
    return 0;
}

static int nvidia_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct nvidia *n = mem_new(sizeof *n);
    n->env = env;
    n->library_root = env->of ? env->of : env->root; /* tests have a library beside a made-up /sys */
    nvidia_look(n, s);
    bool has_gpu = n->n > 0, all_asleep = has_gpu;
    int rc = has_gpu ? 0 : nvidia_list(n);
    for (int i = 0; i < n->n; i++)
        all_asleep = all_asleep && n->card[i].asleep;
    if (rc == 0 && !all_asleep)
        rc = nvidia_attach(n, s);
    if (rc == 0)
        rc = nvidia_fares(n);
    if (rc < 0) {
        nvidia_close(n);
        return nvidia_refuse(env, has_gpu, rc);
    }
    *self = n;
    return 0;
}

/* The GPU whose turn it is to be asked for what is dear: the one that waits longest. */
static const struct nvidia_card *nvidia_slow_turn(const struct nvidia *n)
{
    const struct nvidia_card *turn = NULL;
    for (int i = 0; i < n->n; i++) {
        const struct nvidia_card *c = &n->card[i];
        if (c->gpu >= 0 && n->now_ns - c->slow_ns >= (int64_t)SLOW_S * NS_PER_S &&
            (!turn || c->slow_ns < turn->slow_ns))
            turn = c;
    }
    return turn;
}

/* open() has no clock: what it noted counts from the first reading. */
static void nvidia_start(struct nvidia *n, int64_t now_ns)
{
    n->looked_ns = now_ns;
    for (int i = 0; i < n->n; i++) {
        n->card[i].busy_ns = n->card[i].slow_ns = now_ns;
        n->card[i].retry_ns += now_ns;
    }
}

static void nvidia_sample(void *self, struct frame *f)
{
    struct nvidia *n = self;
    if (n->now_ns == 0)
        nvidia_start(n, f->mono_ns);
    n->now_ns = f->mono_ns;
    n->wall_ms = f->wall_ms;
    n->n_procs = 0;
    const struct nvidia_card *slow = nvidia_slow_turn(n);
    for (int i = 0; i < n->n; i++) {
        struct nvidia_card *c = &n->card[i];
        c->asleep = c->in_sys && gpu_is_asleep(n->env->root, c->address);
        if (c->asleep) {
            nvidia_card_forget(c);
            c->rest_ns = 0; /* read at once when it wakes */
        } else if (c->gpu >= 0 && nvidia_wants(n, c)) {
            int rc = nvidia_read(n, c, c == slow ? NVIDIA_ALL : NVIDIA_ALL & ~NVIDIA_SLOW);
            if (rc == -ESTALE)
                c->gpu = -1; /* got hold of again at once */
            else if (rc < 0)
                nvidia_lose(n, c, rc);
        }
        c->value[GPU_ASLEEP] = c->in_sys && c->present ? c->asleep : (double)NAN;
        nvidia_card_set(c, f);
    }
}

/* Idle for so long that it could be switched off, would it be left alone? */
static bool nvidia_may_rest(const struct nvidia *n, const struct nvidia_card *c)
{
    return c->gpu >= 0 && !c->asleep && n->now_ns - c->busy_ns >= (int64_t)QUIET_S * NS_PER_S &&
           c->in_sys && gpu_may_sleep(n->env->root, c->address);
}

/* Its last values stand meanwhile, but for counters: their growth is nobody's second. */
static void nvidia_rest(const struct nvidia *n, struct nvidia_card *c)
{
    nvidia_card_forget_counters(c);
    c->rest_ns = n->now_ns + (int64_t)REST_S * NS_PER_S;
}

/* One that fell asleep while it was held is not kept awake by that: closing might wake it. */
static int nvidia_rescan(void *self, struct schema *s)
{
    struct nvidia *n = self;
    bool let_go = false, keep = false, get = false;
    if (n->now_ns - n->looked_ns >= (int64_t)LOOK_S * NS_PER_S)
        nvidia_look(n, s);
    for (int i = 0; i < n->n; i++) {
        struct nvidia_card *c = &n->card[i];
        nvidia_card_add_metrics(c, s);
        if (nvidia_may_rest(n, c))
            nvidia_rest(n, c);
        let_go = let_go || (c->gpu >= 0 && n->now_ns < c->rest_ns);
        keep = keep || (c->gpu >= 0 && nvidia_wants(n, c));
        get = get || (c->gpu < 0 && nvidia_wants(n, c) && n->now_ns >= c->retry_ns);
    }
    if (get || (let_go && keep))
        nvidia_attach(n, s);
    else if (let_go)
        nvidia_let_go(n);
    return 0;
}

static void nvidia_procs(void *self, struct proctab *t)
{
    const struct nvidia *n = self;
    for (int i = 0; i < n->n_procs; i++) {
        struct proc *p = proctab_add(t);
        p->pid = n->procs[i].pid;
        p->gpu_bytes = n->procs[i].bytes;
    }
}

const struct adapter adapter_nvidia = {
    .name = "nvidia", .doc = "NVIDIA graphics processors",
    .provides = "gpu.*",
    .apart = true, /* a stuck driver holds its questions for ever */
    .open = nvidia_open, .sample = nvidia_sample, .rescan = nvidia_rescan, .procs = nvidia_procs,
    .close = nvidia_close,
};
