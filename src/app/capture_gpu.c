/*
 * capture_gpu.c - what NVIDIA's library says of its GPUs, as .sonde/nvml (core/replay.h).
 *
 * Numbers only: readings, and of processes their number and memory; the library's names of GPUs,
 * UUIDs and serial numbers are never asked for. A GPU that sleeps is left alone. A driver may be
 * stuck, so a thread asks, and the GPU that did not answer is recorded as one that hangs; then
 * nothing is asked any more. The library is kept open between the instants: to open it takes longer
 * than to ask.
 */
#include "app/capture.h"

#include "adapters/linux/gpu.h"
#include "base/auto.h"
#include "base/mem.h"
#include "os/nvml.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define NVIDIA 0x10de
#define GPUS_WAIT_NS 10000000000 /* to open the library takes a driver that was idle seconds */
#define GPUS_PROCESSES 512       /* of one kind on one GPU */

/* Shared with the thread that asks; the lock guards what is below it, and the last of the two to let
 * go frees it. The rest is the asker's while it runs. */
struct gpus_asked {
    char *root;
    struct nvml *nvml;
    struct nvml_process list[GPUS_PROCESSES];
    struct os_lock *lock;
    bool running, given_up;
    struct buf text;                /* of the GPUs that answered, in this instant */
    char asking[NVML_ADDRESS_MAX];  /* the GPU that did not yet; "" while the library is opened */
};

static void gpus_free(struct gpus_asked *a)
{
    nvml_close(a->nvml);
    os_lock_free(a->lock);
    buf_done(&a->text);
    mem_free(a->root);
    mem_free(a);
}

static void gpus_say(struct gpus_asked *a, const char *text)
{
    os_lock(a->lock);
    buf_puts(&a->text, text);
    os_unlock(a->lock);
}

static void gpus_put_readings(const double v[static NVML_READINGS], struct buf *out)
{
    for (int i = 0; i < NVML_READINGS; i++)
        if (!isnan(v[i]))
            buf_printf(out, "%s %.15g\n", nvml_reading_name(i), v[i]);
}

/* More than there is room for are not told. */
static void gpus_put_processes(struct gpus_asked *a, int gpu, enum nvml_use use, struct buf *out)
{
    int n = nvml_processes(a->nvml, gpu, use, a->list, GPUS_PROCESSES);
    if (n == 0)
        buf_printf(out, "%s none\n", nvml_use_name(use));
    for (int i = 0; i < n && n <= GPUS_PROCESSES; i++) {
        buf_printf(out, "%s %d", nvml_use_name(use), (int)a->list[i].pid);
        if (!isnan(a->list[i].bytes))
            buf_printf(out, " %.15g", a->list[i].bytes);
        buf_putc(out, '\n');
    }
}

/* gpu: as the library gave it, or why not. What asking it gave. */
static int gpus_ask_one(struct gpus_asked *a, const char *address, int gpu)
{
    double v[NVML_READINGS];
    auto_buf struct buf out = { 0 };
    int rc = gpu < 0 ? gpu : nvml_read(a->nvml, gpu, NVML_BIT(NVML_READINGS) - 1, v);
    if (rc == -ENOENT)
        return 0; /* another driver has it */
    buf_printf(&out, "gpu %s%s\n", address, rc == 0 ? "" : rc == -EACCES ? " denied" : " lost");
    if (rc == 0) {
        gpus_put_readings(v, &out);
        gpus_put_processes(a, gpu, NVML_COMPUTE, &out);
        gpus_put_processes(a, gpu, NVML_GRAPHICS, &out);
    }
    gpus_say(a, buf_text(&out));
    return rc;
}

static void gpus_begin_one(struct gpus_asked *a, const char *address)
{
    os_lock(a->lock);
    memcpy(a->asking, address, sizeof a->asking);
    os_unlock(a->lock);
}

static bool gpus_all_sleep(const char *root, char (*address)[GPU_ADDRESS_MAX], int n)
{
    for (int i = 0; i < n; i++)
        if (!gpu_is_asleep(root, address[i]))
            return false;
    return n > 0;
}

static int gpus_open(struct gpus_asked *a)
{
    int rc = a->nvml ? 0 : nvml_open(a->root, &a->nvml);
    if (rc == 0)
        gpus_say(a, "driver loaded\n");
    else if (rc != -ENOENT && rc != -ENOSYS)
        gpus_say(a, rc == -ENODEV ? "driver not_loaded\n" : rc == -EACCES ? "driver denied\n" :
                 rc == -EPROTO ? "driver other_release\n" : "driver broken\n");
    return rc;
}

/* Where /sys has none, all of the library. */
static void gpus_ask_library(struct gpus_asked *a)
{
    int count = nvml_count(a->nvml);
    for (int i = 0; i < count; i++) {
        char address[NVML_ADDRESS_MAX] = "";
        int gpu = nvml_device(a->nvml, i);
        if (gpu < 0 || nvml_address(a->nvml, gpu, address) < 0)
            continue;
        gpus_begin_one(a, address);
        gpus_ask_one(a, address, gpu);
    }
}

/* All GPUs that are awake. Only a library that is opened anew finds one that was lost. */
static void gpus_ask_all(struct gpus_asked *a)
{
    char address[GPU_MAX][GPU_ADDRESS_MAX];
    int number[GPU_MAX], n = gpu_list(a->root, NVIDIA, address, number);
    bool lost = false;
    if (gpus_all_sleep(a->root, address, n) || gpus_open(a) < 0)
        return;
    for (int i = 0; i < n; i++) {
        if (gpu_is_asleep(a->root, address[i]))
            continue;
        gpus_begin_one(a, address[i]);
        lost = gpus_ask_one(a, address[i], nvml_device_at(a->nvml, address[i])) < 0 || lost;
    }
    if (n == 0)
        gpus_ask_library(a);
    if (lost) {
        nvml_close(a->nvml);
        a->nvml = NULL;
    }
}

static void gpus_run(void *p)
{
    struct gpus_asked *a = p;
    gpus_ask_all(a);
    os_lock(a->lock);
    a->running = false;
    bool given_up = a->given_up;
    os_unlock(a->lock);
    if (given_up)
        gpus_free(a);
}

/* Is there an answer? Without one, when it is time, all becomes the thread's. */
static bool gpus_answered(struct gpus *g, bool last, struct buf *out)
{
    struct gpus_asked *a = g->asked;
    os_lock(a->lock);
    bool answered = !a->running;
    a->given_up = last && !answered;
    if (answered || last)
        buf_puts(out, buf_text(&a->text));
    if (a->given_up && *a->asking)
        buf_printf(out, "gpu %s hang\n", a->asking);
    else if (a->given_up)
        buf_puts(out, "driver broken\n");
    os_unlock(a->lock);
    return answered;
}

void gpus_put(struct gpus *g, const char *root, struct buf *out)
{
    if (g->hung) {
        buf_puts(out, buf_text(&g->last));
        return;
    }
    if (!g->asked) {
        g->asked = mem_new(sizeof *g->asked);
        *g->asked = (struct gpus_asked){ .root = mem_dup(root), .lock = os_lock_new() };
    }
    buf_clear(&g->asked->text);
    g->asked->asking[0] = '\0';
    g->asked->running = true;
    if (os_thread(gpus_run, g->asked) < 0) {
        g->asked->running = false;
        return;
    }
    int64_t end = os_mono_ns() + (g->wait_ns ? g->wait_ns : GPUS_WAIT_NS);
    bool answered = false, last = false;
    while (!answered && !last) {
        last = os_mono_ns() >= end;
        answered = gpus_answered(g, last, out);
        if (!answered && !last)
            os_sleep_until(os_mono_ns() + 500000);
    }
    if (answered)
        return;
    g->asked = NULL;
    g->hung = true;
    buf_puts(&g->last, buf_text(out));
}

void gpus_done(struct gpus *g)
{
    if (g->asked)
        gpus_free(g->asked);
    buf_done(&g->last);
    *g = (struct gpus){ 0 };
}
