/*
 * linux_nvml.c - the NVIDIA Management Library by dlopen(3), with declarations of our own.
 *
 * After NVIDIA's nvml.h of CUDA 11.8 to 13 (public with go-nvml and nvidia-ml-py). No GPU was at
 * hand: tests/fake/nvml.c stands for the library, written after the same header.
 *
 * The library is as old or as new as the driver. So each question names the functions that answer
 * it, newest first, and what is not there or not supported leaves its reading unknown. A struct that
 * grew has a new function (_v2, _v3) or a version in its first field: its size, and its number in
 * the highest byte.
 */
#include "os/nvml.h"

#include "base/mem.h"
#include "os/linux_nvml_own.h"
#include "os/linux_nvml_recorded.h"
#include "os/os.h"

#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NVML_LIBRARY "libnvidia-ml.so.1"
#define NVML_PROCESSES 1024 /* of one kind on one GPU; beyond, only their number is known */
#define NVML_NO_VALUE 0xffffffffffffffffULL /* NVML_VALUE_NOT_AVAILABLE */

#define NVML_VERSION(type, number) ((unsigned)sizeof(type) | (unsigned)(number) << 24)

struct nvml_memory { unsigned long long total, free, used; };
struct nvml_memory_v2 { unsigned version; unsigned long long total, reserved, free, used; };
struct nvml_temperature { unsigned version, sensor; int celsius; };
struct nvml_fan { unsigned version, fan, rpm; };

struct nvml_pci { /* v1, v2 and v3 differ behind `device` only; this is room for all */
    char bus_id_legacy[16];
    unsigned domain, bus, device;
    char more[64];
};

struct nvml_field { /* nvmlFieldValue_t */
    unsigned id, scope;
    long long time_us, latency_us;
    unsigned type;
    int result;
    union { double d; int si; unsigned ui; unsigned long long ull; long long sll; } value;
};

/* The functions of the library by their shapes; all return an nvmlReturn_t. */
union nvml_function {
    void *found;
    int (*start)(void);
    int (*count)(unsigned *n);
    int (*by_index)(unsigned index, void **gpu);
    int (*by_address)(const char *address, void **gpu);
    int (*pci)(void *gpu, struct nvml_pci *out);
    int (*number)(void *gpu, unsigned *out);
    int (*large)(void *gpu, unsigned long long *out);
    int (*number_of)(void *gpu, unsigned what, unsigned *out);
    int (*engine)(void *gpu, unsigned *percent, unsigned *period_us);
    int (*ecc)(void *gpu, unsigned what, unsigned since, unsigned long long *out);
    int (*memory)(void *gpu, struct nvml_memory *out);
    int (*memory_v2)(void *gpu, struct nvml_memory_v2 *out);
    int (*temperature)(void *gpu, struct nvml_temperature *out);
    int (*fan)(void *gpu, struct nvml_fan *out);
    int (*fields)(void *gpu, int n, struct nvml_field *out);
    int (*processes)(void *gpu, unsigned *n, void *out);
};

enum nvml_shape {
    NUMBER, LARGE, NUMBER_OF, PAIR, ENGINE, ECC, MEMORY, MEMORY_V2, TEMPERATURE, FAN_SPEED, FIELD,
};

/* A question: which readings it answers, and who is asked. */
struct nvml_call {
    enum nvml_reading first; /* PAIR, MEMORY and MEMORY_V2 answer the next one as well */
    enum nvml_shape shape;
    unsigned what;           /* of NUMBER_OF, ECC, FIELD */
    const char *name[2];     /* the same function, newest name first */
};

/* Of two rows for one reading the first that answers counts. */
static const struct nvml_call calls[] = {
    { NVML_UTIL,            PAIR,        0, { "nvmlDeviceGetUtilizationRates" } },
    { NVML_ENCODER_UTIL,    ENGINE,      0, { "nvmlDeviceGetEncoderUtilization" } },
    { NVML_DECODER_UTIL,    ENGINE,      0, { "nvmlDeviceGetDecoderUtilization" } },
    { NVML_JPEG_UTIL,       ENGINE,      0, { "nvmlDeviceGetJpgUtilization" } },
    { NVML_OFA_UTIL,        ENGINE,      0, { "nvmlDeviceGetOfaUtilization" } },
    { NVML_VRAM_TOTAL,      MEMORY_V2,   0, { "nvmlDeviceGetMemoryInfo_v2" } }, /* "used" without what the driver reserves */
    { NVML_VRAM_TOTAL,      MEMORY,      0, { "nvmlDeviceGetMemoryInfo" } },
    { NVML_TEMP,            TEMPERATURE, 0, { "nvmlDeviceGetTemperatureV" } },
    { NVML_TEMP,            NUMBER_OF,   0, { "nvmlDeviceGetTemperature" } },          /* NVML_TEMPERATURE_GPU, the only sensor */
    { NVML_TEMP_MEMORY,     FIELD,      82, { "nvmlDeviceGetFieldValues" } },          /* NVML_FI_DEV_MEMORY_TEMP */
    { NVML_TEMP_LIMIT,      NUMBER_OF,   1, { "nvmlDeviceGetTemperatureThreshold" } }, /* ..._SLOWDOWN */
    { NVML_POWER,           NUMBER,      0, { "nvmlDeviceGetPowerUsage" } },
    { NVML_POWER_LIMIT,     NUMBER,      0, { "nvmlDeviceGetEnforcedPowerLimit" } },
    { NVML_ENERGY,          LARGE,       0, { "nvmlDeviceGetTotalEnergyConsumption" } },
    { NVML_CLOCK_CORE,      NUMBER_OF,   0, { "nvmlDeviceGetClockInfo" } },            /* NVML_CLOCK_GRAPHICS */
    { NVML_CLOCK_MEMORY,    NUMBER_OF,   2, { "nvmlDeviceGetClockInfo" } },            /* NVML_CLOCK_MEM */
    { NVML_CLOCK_VIDEO,     NUMBER_OF,   3, { "nvmlDeviceGetClockInfo" } },            /* NVML_CLOCK_VIDEO */
    { NVML_CLOCK_MAX,       NUMBER_OF,   0, { "nvmlDeviceGetMaxClockInfo" } },
    { NVML_FAN,             NUMBER,      0, { "nvmlDeviceGetFanSpeed" } },
    { NVML_FAN_SPEED,       FAN_SPEED,   0, { "nvmlDeviceGetFanSpeedRPM" } },
    { NVML_PSTATE,          NUMBER,      0, { "nvmlDeviceGetPerformanceState" } },
    { NVML_THROTTLE,        LARGE,       0, { "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons" } },
    { NVML_ECC_CORRECTED,   ECC,         0, { "nvmlDeviceGetTotalEccErrors" } },       /* NVML_MEMORY_ERROR_TYPE_CORRECTED */
    { NVML_ECC_UNCORRECTED, ECC,         1, { "nvmlDeviceGetTotalEccErrors" } },       /* ..._UNCORRECTED */
    { NVML_PCIE_GENERATION, NUMBER,      0, { "nvmlDeviceGetCurrPcieLinkGeneration" } },
    { NVML_PCIE_WIDTH,      NUMBER,      0, { "nvmlDeviceGetCurrPcieLinkWidth" } },
    { NVML_PCIE_REPLAYS,    NUMBER,      0, { "nvmlDeviceGetPcieReplayCounter" } },
    { NVML_PCIE_RECV,       NUMBER_OF,   1, { "nvmlDeviceGetPcieThroughput" } },       /* NVML_PCIE_UTIL_RX_BYTES: the GPU receives */
    { NVML_PCIE_SEND,       NUMBER_OF,   0, { "nvmlDeviceGetPcieThroughput" } },
};
enum { CALLS = sizeof calls / sizeof *calls };

/* nvml.h documents mW, mJ, MHz and KB/s. Divided, not multiplied by a fraction: 215300 mW are the
 * number that "215.3" is read as, so that a recording gives back the same. */
static const struct { const char *name; double times, by; } readings[NVML_READINGS] = {
    [NVML_UTIL]            = { "util", 1, 1 },
    [NVML_MEMORY_UTIL]     = { "memory.util", 1, 1 },
    [NVML_ENCODER_UTIL]    = { "encoder.util", 1, 1 },
    [NVML_DECODER_UTIL]    = { "decoder.util", 1, 1 },
    [NVML_JPEG_UTIL]       = { "jpeg.util", 1, 1 },
    [NVML_OFA_UTIL]        = { "ofa.util", 1, 1 },
    [NVML_VRAM_TOTAL]      = { "vram.total", 1, 1 },
    [NVML_VRAM_USED]       = { "vram.used", 1, 1 },
    [NVML_TEMP]            = { "temp", 1, 1 },
    [NVML_TEMP_MEMORY]     = { "temp.memory", 1, 1 },
    [NVML_TEMP_LIMIT]      = { "temp.limit", 1, 1 },
    [NVML_POWER]           = { "power", 1, 1000 },
    [NVML_POWER_LIMIT]     = { "power.limit", 1, 1000 },
    [NVML_ENERGY]          = { "energy", 1, 1000 },
    [NVML_CLOCK_CORE]      = { "clock.core", 1e6, 1 },
    [NVML_CLOCK_MEMORY]    = { "clock.memory", 1e6, 1 },
    [NVML_CLOCK_VIDEO]     = { "clock.video", 1e6, 1 },
    [NVML_CLOCK_MAX]       = { "clock.max", 1e6, 1 },
    [NVML_FAN]             = { "fan", 1, 1 },
    [NVML_FAN_SPEED]       = { "fan.speed", 1, 1 },
    [NVML_PSTATE]          = { "pstate", 1, 1 },
    [NVML_THROTTLE]        = { "throttle", 1, 1 },
    [NVML_ECC_CORRECTED]   = { "ecc.corrected", 1, 1 },
    [NVML_ECC_UNCORRECTED] = { "ecc.uncorrected", 1, 1 },
    [NVML_PCIE_GENERATION] = { "pcie.generation", 1, 1 },
    [NVML_PCIE_WIDTH]      = { "pcie.width", 1, 1 },
    [NVML_PCIE_REPLAYS]    = { "pcie.replays", 1, 1 },
    [NVML_PCIE_RECV]       = { "pcie.recv", 1000, 1 },
    [NVML_PCIE_SEND]       = { "pcie.send", 1000, 1 },
};

/* The processes by release, newest first. Version 3 of the driver's release 530 alone wrote 32 bytes
 * for each: the room is for that, and what is then misread has the pid 0. */
static const struct { const char *name[NVML_USES]; size_t size; } lists[] = {
    { { "nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3" }, 24 },
    { { "nvmlDeviceGetComputeRunningProcesses_v2", "nvmlDeviceGetGraphicsRunningProcesses_v2" }, 24 },
    { { "nvmlDeviceGetComputeRunningProcesses",    "nvmlDeviceGetGraphicsRunningProcesses" },    16 },
};
enum { LISTS = sizeof lists / sizeof *lists, PROCESS_ROOM = 32 };

struct nvml {
    struct nvml_recorded *recorded; /* then nothing else */
    void *library;
    union nvml_function stop, count, by_index, by_address, pci, call[CALLS], processes[NVML_USES];
    size_t process_size[NVML_USES];
    unsigned char *room;            /* NVML_PROCESSES of PROCESS_ROOM bytes */
    int n;
    void *gpu[NVML_GPUS];           /* n handles */
};

const char *nvml_reading_name(enum nvml_reading r)
{
    return readings[r].name;
}

const char *nvml_use_name(enum nvml_use u)
{
    static const char *const name[NVML_USES] = { "compute", "graphics" };
    return name[u];
}

/* An errno value for an nvmlReturn_t. */
int nvml_error(int result)
{
    switch (result) {
    case 0:  return 0;
    case 1:  return -ESTALE;     /* UNINITIALIZED */
    case 2:  return -EINVAL;     /* INVALID_ARGUMENT */
    case 3:                      /* NOT_SUPPORTED */
    case 13:                     /* FUNCTION_NOT_FOUND */
    case 25:                     /* ARGUMENT_VERSION_MISMATCH */
    case 26: return -EOPNOTSUPP; /* DEPRECATED */
    case 4:                      /* NO_PERMISSION */
    case 17: return -EACCES;     /* OPERATING_SYSTEM: a control group forbids the device */
    case 6:  return -ENOENT;     /* NOT_FOUND */
    case 7:  return -ENOBUFS;    /* INSUFFICIENT_SIZE */
    case 9:  return -ENODEV;     /* DRIVER_NOT_LOADED */
    case 15:                     /* GPU_IS_LOST */
    case 16: return -ENXIO;      /* RESET_REQUIRED */
    case 18: return -EPROTO;     /* LIB_RM_VERSION_MISMATCH */
    default: return -EIO;
    }
}

/* The first of n names that the library has. */
static union nvml_function nvml_find(const struct nvml *n, const char *const *name, size_t count)
{
    union nvml_function f = { NULL };
    for (size_t i = 0; i < count && name[i] && !f.found; i++)
        f.found = dlsym(n->library, name[i]);
    return f;
}

#define NVML_FIND(n, ...) nvml_find(n, (const char *const[]){ __VA_ARGS__ }, \
                                    sizeof (const char *const[]){ __VA_ARGS__ } / sizeof(char *))

static void nvml_find_processes(struct nvml *n, enum nvml_use use)
{
    for (int i = 0; i < LISTS && !n->processes[use].found; i++) {
        n->processes[use] = nvml_find(n, &lists[i].name[use], 1);
        n->process_size[use] = lists[i].size;
    }
}

static void nvml_find_all(struct nvml *n)
{
    n->stop = NVML_FIND(n, "nvmlShutdown");
    n->count = NVML_FIND(n, "nvmlDeviceGetCount_v2", "nvmlDeviceGetCount");
    n->by_index = NVML_FIND(n, "nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex");
    n->by_address = NVML_FIND(n, "nvmlDeviceGetHandleByPciBusId_v2", "nvmlDeviceGetHandleByPciBusId");
    n->pci = NVML_FIND(n, "nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2", "nvmlDeviceGetPciInfo");
    for (int i = 0; i < CALLS; i++)
        n->call[i] = nvml_find(n, calls[i].name, 2);
    nvml_find_processes(n, NVML_COMPUTE);
    nvml_find_processes(n, NVML_GRAPHICS);
}

/* Init of version 2 leaves the GPUs alone until somebody asks for one; version 1 wakes them all. */
static int nvml_start(struct nvml *n)
{
    const char *name = secure_getenv("SONDE_NVML_LIBRARY");
    n->library = dlopen(name && *name ? name : NVML_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
    if (!n->library)
        return -ENOENT;
    union nvml_function start = NVML_FIND(n, "nvmlInit_v2", "nvmlInit");
    nvml_find_all(n);
    if (!start.found || !n->stop.found || !n->count.found || !n->by_index.found)
        return -ENOSYS;
    int rc = nvml_error(start.start());
    if (rc < 0)
        n->stop.found = NULL;
    return rc;
}

void *nvml_symbol(const struct nvml *n, const char *name)
{
    return dlsym(n->library, name);
}

void *nvml_handle(const struct nvml *n, int gpu)
{
    return n->gpu[gpu];
}

struct nvml_recorded *nvml_recording(const struct nvml *n)
{
    return n->recorded;
}

int nvml_open(const char *root, struct nvml **out)
{
    struct nvml *n = mem_new(sizeof *n);
    int rc = *root ? nvml_recorded_open(root, &n->recorded) : nvml_start(n);
    if (rc < 0) {
        nvml_close(n);
        return rc;
    }
    n->room = mem_new((size_t)NVML_PROCESSES * PROCESS_ROOM);
    *out = n;
    return 0;
}

void nvml_close(struct nvml *n)
{
    if (!n)
        return;
    nvml_recorded_close(n->recorded);
    if (n->stop.found)
        n->stop.start();
    if (n->library)
        dlclose(n->library);
    mem_free(n->room);
    mem_free(n);
}

int nvml_count(struct nvml *n)
{
    if (n->recorded)
        return nvml_recorded_count(n->recorded);
    unsigned count = 0;
    int rc = nvml_error(n->count.count(&count));
    return rc < 0 ? rc : count < NVML_GPUS ? (int)count : NVML_GPUS;
}

static int nvml_hold(struct nvml *n, int result, void *gpu)
{
    int rc = nvml_error(result);
    if (rc < 0)
        return rc;
    for (int i = 0; i < n->n; i++)
        if (n->gpu[i] == gpu)
            return i;
    if (n->n == NVML_GPUS)
        return -ENOSPC;
    n->gpu[n->n] = gpu;
    return n->n++;
}

int nvml_device(struct nvml *n, int index)
{
    if (n->recorded)
        return nvml_recorded_device(n->recorded, index);
    void *gpu = NULL;
    int result = n->by_index.by_index((unsigned)index, &gpu);
    return nvml_hold(n, result, gpu);
}

int nvml_device_at(struct nvml *n, const char *address)
{
    if (n->recorded)
        return nvml_recorded_device_at(n->recorded, address);
    unsigned domain, bus, device;
    char id[NVML_ADDRESS_MAX];
    void *gpu = NULL;
    if (!n->by_address.found)
        return -EOPNOTSUPP;
    if (sscanf(address, "%x:%x:%x", &domain, &bus, &device) != 3)
        return -EINVAL;
    snprintf(id, sizeof id, "%08X:%02X:%02X.0", domain, bus, device); /* NVML_DEVICE_PCI_BUS_ID_FMT */
    int result = n->by_address.by_address(id, &gpu);
    return nvml_hold(n, result, gpu);
}

int nvml_address(struct nvml *n, int gpu, char out[static NVML_ADDRESS_MAX])
{
    if (n->recorded)
        return nvml_recorded_address(n->recorded, gpu, out);
    struct nvml_pci pci = { .domain = 0 };
    if (!n->pci.found)
        return -EOPNOTSUPP;
    int rc = nvml_error(n->pci.pci(n->gpu[gpu], &pci));
    if (rc == 0)
        snprintf(out, NVML_ADDRESS_MAX, "%04x:%02x:%02x.0", pci.domain, pci.bus, pci.device);
    return rc;
}

/* A field says itself how it is written (nvmlValueType_t). */
static int nvml_field(const struct nvml_field *f, double *out)
{
    switch (f->type) {
    case 0:  *out = f->value.d; break;
    case 1:  *out = f->value.ui; break;
    case 2:                     /* unsigned long: 64 bits, as everything long on Linux with such a GPU */
    case 3:  *out = (double)f->value.ull; break;
    case 4:  *out = (double)f->value.sll; break;
    case 5:  *out = f->value.si; break;
    default: return -EOPNOTSUPP;
    }
    return nvml_error(f->result);
}

/* Asks one question; answers in raw[0] and, of two, raw[1], in the library's units. */
static int nvml_ask(const struct nvml_call *c, union nvml_function f, void *gpu, double raw[static 2])
{
    unsigned number[2] = { 0 };
    unsigned long long large = 0;
    int result;
    switch (c->shape) {
    case NUMBER:    result = f.number(gpu, number); break;
    case PAIR:      result = f.number(gpu, number); break; /* of a struct of two numbers */
    case NUMBER_OF: result = f.number_of(gpu, c->what, number); break;
    case ENGINE:    result = f.engine(gpu, &number[0], &number[1]); break;
    case LARGE:
    case ECC:
        result = c->shape == LARGE ? f.large(gpu, &large) : f.ecc(gpu, c->what, 0, &large); /* 0: volatile */
        raw[0] = (double)large;
        return nvml_error(result);
    case MEMORY: {
        struct nvml_memory m = { 0 };
        result = f.memory(gpu, &m);
        raw[0] = (double)m.total;
        raw[1] = (double)m.used;
        return nvml_error(result);
    }
    case MEMORY_V2: {
        struct nvml_memory_v2 m = { .version = NVML_VERSION(m, 2) };
        result = f.memory_v2(gpu, &m);
        raw[0] = (double)m.total;
        raw[1] = (double)m.used;
        return nvml_error(result);
    }
    case TEMPERATURE: {
        struct nvml_temperature t = { .version = NVML_VERSION(t, 1) };
        result = f.temperature(gpu, &t);
        raw[0] = t.celsius;
        return nvml_error(result);
    }
    case FAN_SPEED: {
        struct nvml_fan fan = { .version = NVML_VERSION(fan, 1) };
        result = f.fan(gpu, &fan);
        raw[0] = fan.rpm;
        return nvml_error(result);
    }
    default: {
        struct nvml_field field = { .id = c->what };
        result = f.fields(gpu, 1, &field);
        return result ? nvml_error(result) : nvml_field(&field, raw);
    }
    }
    raw[0] = number[0];
    raw[1] = number[1];
    return nvml_error(result);
}

static bool nvml_has_two(enum nvml_shape s)
{
    return s == PAIR || s == MEMORY || s == MEMORY_V2;
}

static void nvml_forget(double v[static NVML_READINGS])
{
    for (int i = 0; i < NVML_READINGS; i++)
        v[i] = NAN;
}

int nvml_read(struct nvml *n, int gpu, uint64_t wanted, double v[static NVML_READINGS])
{
    int denied = 0, known = 0;
    nvml_forget(v);
    if (n->recorded)
        return nvml_recorded_read(n->recorded, gpu, wanted, v);
    for (int i = 0; i < CALLS; i++) {
        const struct nvml_call *c = &calls[i];
        int two = nvml_has_two(c->shape);
        uint64_t answers = NVML_BIT(c->first) * (two ? 3 : 1);
        double raw[2] = { 0 };
        if (!n->call[i].found || !(wanted & answers) || !isnan(v[c->first]))
            continue;
        int rc = nvml_ask(c, n->call[i], n->gpu[gpu], raw);
        if (rc == -ENXIO || rc == -ESTALE) {
            nvml_forget(v);
            return rc;
        }
        denied += rc == -EACCES;
        known += rc == 0;
        for (int k = 0; rc == 0 && k <= two; k++)
            v[c->first + k] = raw[k] * readings[c->first + k].times / readings[c->first + k].by;
    }
    if (v[NVML_PSTATE] > 15) /* NVML_PSTATE_UNKNOWN is 32 */
        v[NVML_PSTATE] = NAN;
    return denied && !known ? -EACCES : 0;
}

/* One entry of a list, which begins the same in all versions: the pid, and bytes at offset 8. */
static struct nvml_process nvml_process(const unsigned char *entry)
{
    unsigned pid;
    unsigned long long bytes;
    memcpy(&pid, entry, sizeof pid);
    memcpy(&bytes, entry + 8, sizeof bytes);
    return (struct nvml_process){ .pid = (int32_t)pid,
                                  .bytes = bytes == NVML_NO_VALUE ? (double)NAN : (double)bytes };
}

int nvml_processes(struct nvml *n, int gpu, enum nvml_use use, struct nvml_process *out, int cap)
{
    if (n->recorded)
        return nvml_recorded_processes(n->recorded, gpu, use, out, cap);
    if (!n->processes[use].found)
        return -EOPNOTSUPP;
    unsigned count = NVML_PROCESSES;
    int rc = nvml_error(n->processes[use].processes(n->gpu[gpu], &count, n->room));
    if (rc == -ENOBUFS && count > (unsigned)cap && count < INT32_MAX)
        return (int)count;
    if (rc < 0)
        return rc;
    int real = 0;
    for (unsigned i = 0; i < count && i < NVML_PROCESSES; i++) {
        struct nvml_process p = nvml_process(n->room + i * n->process_size[use]);
        if (p.pid > 0 && real++ < cap)
            out[real - 1] = p;
    }
    return real;
}
