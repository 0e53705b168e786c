/*
 * nvml.c - stands for NVIDIA's library in tests, in two generations.
 *
 * Declared after NVIDIA's nvml.h and not after src/os/linux_nvml.c, so that a mistake there shows:
 * the structs and symbols of release 450 (FAKE_OLD) and of release 570, each without the names of
 * the other. What it answers stands in the file that FAKE_NVML names, in the format of .sonde/nvml
 * (src/core/replay.h), read again at each call; what it does not say is not supported. More lines:
 *
 *   driver epoch N   a change of N makes everything uninitialised until somebody initialises again
 *   settable yes     of that GPU: who calls is root; else nothing can be set
 *
 * Every call, and that it was loaded, is a line in the file that FAKE_NVML_LOG names.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum {
    NVML_SUCCESS = 0, NVML_ERROR_UNINITIALIZED = 1, NVML_ERROR_INVALID_ARGUMENT = 2, NVML_ERROR_NOT_SUPPORTED = 3,
    NVML_ERROR_NO_PERMISSION = 4, NVML_ERROR_NOT_FOUND = 6, NVML_ERROR_INSUFFICIENT_SIZE = 7,
    NVML_ERROR_DRIVER_NOT_LOADED = 9, NVML_ERROR_GPU_IS_LOST = 15, NVML_ERROR_LIB_RM_VERSION_MISMATCH = 18,
    NVML_ERROR_ARGUMENT_VERSION_MISMATCH = 25, NVML_ERROR_UNKNOWN = 999,
} nvmlReturn_t;

typedef struct nvmlDevice_st { char address[32]; } *nvmlDevice_t;
typedef struct { unsigned int gpu, memory; } nvmlUtilization_t;

typedef struct {
    unsigned int fieldId, scopeId;
    long long timestamp, latencyUsec;
    int valueType;
    nvmlReturn_t nvmlReturn;
    union { double dVal; int siVal; unsigned int uiVal; unsigned long ulVal; unsigned long long ullVal; } value;
} nvmlFieldValue_t;

#ifdef FAKE_OLD
typedef struct {
    char busId[16];
    unsigned int domain, bus, device, pciDeviceId, pciSubSystemId, reserved0, reserved1, reserved2, reserved3;
} nvmlPciInfo_t;
typedef struct { unsigned long long total, free, used; } nvmlMemory_t;
typedef struct { unsigned int pid; unsigned long long usedGpuMemory; } nvmlProcessInfo_t;
_Static_assert(sizeof(nvmlProcessInfo_t) == 16 && sizeof(nvmlPciInfo_t) == 52, "as in release 450");
#else
typedef struct {
    char busIdLegacy[16];
    unsigned int domain, bus, device, pciDeviceId, pciSubSystemId;
    char busId[32];
} nvmlPciInfo_t;
typedef struct { unsigned int version; unsigned long long total, reserved, free, used; } nvmlMemory_v2_t;
typedef struct {
    unsigned int pid;
    unsigned long long usedGpuMemory;
    unsigned int gpuInstanceId, computeInstanceId;
} nvmlProcessInfo_t;
typedef struct { unsigned int version; int sensorType; int temperature; } nvmlTemperature_t;
typedef struct { unsigned int version, fan, speed; } nvmlFanSpeedInfo_t;
_Static_assert(sizeof(nvmlProcessInfo_t) == 24 && sizeof(nvmlPciInfo_t) == 68 && sizeof(nvmlMemory_v2_t) == 40,
               "as in release 570");
#endif
_Static_assert(sizeof(nvmlFieldValue_t) == 40, "as in all releases");

#define API __attribute__((visibility("default"))) nvmlReturn_t
#define VERSION(type, n) ((unsigned int)sizeof(type) | (n) << 24)

enum { GPUS = 8 };

static struct nvmlDevice_st gpus[GPUS];
static int n_gpus, epoch = -1; /* epoch: as of the last initialisation, -1 for none */

static void fake_log(const char *what, const char *of)
{
    const char *path = getenv("FAKE_NVML_LOG");
    FILE *f = path ? fopen(path, "a") : NULL;
    if (!f)
        return;
    fprintf(f, "%s %s\n", what, of);
    fclose(f);
}

__attribute__((constructor)) static void fake_loaded(void)
{
    fake_log("loaded", "");
}

/* The script, in a buffer that lasts until the next call. */
static char *fake_script(void)
{
    static char text[16384];
    const char *path = getenv("FAKE_NVML");
    FILE *f = path ? fopen(path, "r") : NULL;
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    text[n] = '\0';
    return text;
}

static int fake_epoch(void)
{
    int now = 0;
    const char *line = strstr(fake_script(), "driver epoch ");
    return line && sscanf(line, "driver epoch %d", &now) == 1 ? now : 0;
}

/* What stands behind a word at the start of a line, or NULL; up to the next GPU. */
static const char *fake_line(const char *from, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = from; p; p = strchr(p, '\n')) {
        p += *p == '\n';
        if (strncmp(p, word, n) == 0 && p[n] == ' ')
            return p + n + 1;
        if (p != from && strncmp(p, "gpu ", 4) == 0)
            return NULL;
    }
    return NULL;
}

/* Where a GPU begins in the script, or NULL. */
static const char *fake_gpu(const char *address)
{
    char line[48];
    snprintf(line, sizeof line, "gpu %s", address);
    for (const char *p = fake_script(); (p = strstr(p, line)); p++) {
        char end = p[strlen(line)];
        if (end == '\n' || end == ' ' || !end)
            return p;
    }
    return NULL;
}

/* May a GPU be asked at all? */
static nvmlReturn_t fake_state(nvmlDevice_t d, const char **at)
{
    if (epoch < 0 || epoch != fake_epoch())
        return NVML_ERROR_UNINITIALIZED;
    for (;; usleep(5000)) {
        char state[16] = "";
        *at = fake_gpu(d->address);
        if (!*at)
            return NVML_ERROR_GPU_IS_LOST;
        sscanf(*at, "gpu %*[^ \n]%*[ ]%15[a-z]", state);
        if (strcmp(state, "lost") == 0)
            return NVML_ERROR_GPU_IS_LOST;
        if (strcmp(state, "denied") == 0)
            return NVML_ERROR_NO_PERMISSION;
        if (strcmp(state, "hang") != 0)
            return NVML_SUCCESS;
    }
}

/* A reading of the script, in its units. */
static nvmlReturn_t fake_value(nvmlDevice_t d, const char *function, const char *name, double *out)
{
    fake_log(function, d->address);
    for (;; usleep(5000)) {
        const char *at;
        nvmlReturn_t rc = fake_state(d, &at);
        if (rc != NVML_SUCCESS)
            return rc;
        const char *value = fake_line(at, name);
        if (!value)
            return NVML_ERROR_NOT_SUPPORTED;
        if (strncmp(value, "denied", 6) == 0)
            return NVML_ERROR_NO_PERMISSION;
        if (strncmp(value, "hang", 4) != 0)
            return sscanf(value, "%lf", out) == 1 ? NVML_SUCCESS : NVML_ERROR_UNKNOWN;
    }
}

static nvmlReturn_t fake_number(nvmlDevice_t d, const char *function, const char *name, double times,
                                unsigned int *out)
{
    double v = 0;
    nvmlReturn_t rc = fake_value(d, function, name, &v);
    if (rc == NVML_SUCCESS)
        *out = (unsigned int)llround(v * times);
    return rc;
}

static nvmlReturn_t fake_large(nvmlDevice_t d, const char *function, const char *name, double times,
                               unsigned long long *out)
{
    double v = 0;
    nvmlReturn_t rc = fake_value(d, function, name, &v);
    if (rc == NVML_SUCCESS)
        *out = (unsigned long long)llround(v * times);
    return rc;
}

static nvmlReturn_t fake_init(void)
{
    static const struct { const char *word; nvmlReturn_t rc; } states[] = {
        { "driver not_loaded", NVML_ERROR_DRIVER_NOT_LOADED }, { "driver denied", NVML_ERROR_NO_PERMISSION },
        { "driver other_release", NVML_ERROR_LIB_RM_VERSION_MISMATCH }, { "driver broken", NVML_ERROR_UNKNOWN },
    };
    fake_log("nvmlInit", "");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strstr(fake_script(), states[i].word))
            return states[i].rc;
    epoch = fake_epoch();
    n_gpus = 0;
    for (const char *p = fake_script(); (p = strstr(p, "gpu ")) && n_gpus < GPUS; p++)
        sscanf(p, "gpu %31[^ \n]", gpus[n_gpus++].address);
    return NVML_SUCCESS;
}

static nvmlReturn_t fake_handle(int i, nvmlDevice_t *out)
{
    const char *at;
    if (i < 0 || i >= n_gpus)
        return NVML_ERROR_NOT_FOUND;
    *out = &gpus[i];
    return fake_state(*out, &at);
}

static nvmlReturn_t fake_by_address(const char *id, nvmlDevice_t *out)
{
    unsigned int want[3], has[3];
    fake_log("nvmlDeviceGetHandleByPciBusId", id);
    if (strlen(id) != 16 || sscanf(id, "%x:%x:%x.0", &want[0], &want[1], &want[2]) != 3)
        return NVML_ERROR_INVALID_ARGUMENT;
    for (int i = 0; i < n_gpus; i++)
        if (sscanf(gpus[i].address, "%x:%x:%x", &has[0], &has[1], &has[2]) == 3 && !memcmp(want, has, sizeof has))
            return fake_handle(i, out);
    return NVML_ERROR_NOT_FOUND;
}

static nvmlReturn_t fake_pci(nvmlDevice_t d, nvmlPciInfo_t *out)
{
    memset(out, 0xa5, sizeof *out);
    return sscanf(d->address, "%x:%x:%x", &out->domain, &out->bus, &out->device) == 3 ? NVML_SUCCESS
                                                                                      : NVML_ERROR_UNKNOWN;
}

static nvmlReturn_t fake_processes(nvmlDevice_t d, const char *use, unsigned int *n, nvmlProcessInfo_t *out)
{
    const char *at;
    fake_log(use, d->address);
    nvmlReturn_t rc = fake_state(d, &at);
    unsigned int count = 0;
    if (rc != NVML_SUCCESS)
        return rc;
    if (!(at = fake_line(at, use)))
        return NVML_ERROR_NOT_SUPPORTED;
    for (; at; at = fake_line(at, use)) {
        nvmlProcessInfo_t p;
        memset(&p, 0xff, sizeof p); /* no memory known, no instance */
        if (sscanf(at, "%u %llu", &p.pid, &p.usedGpuMemory) < 1)
            continue;
        if (count < *n)
            out[count] = p;
        count++;
    }
    bool fits = count <= *n;
    *n = count;
    return fits ? NVML_SUCCESS : NVML_ERROR_INSUFFICIENT_SIZE;
}

/* ---- what both generations have ---- */

API nvmlShutdown(void);
API nvmlShutdown(void)
{
    fake_log("nvmlShutdown", "");
    epoch = -1;
    return NVML_SUCCESS;
}

API nvmlDeviceGetUtilizationRates(nvmlDevice_t d, nvmlUtilization_t *out);
API nvmlDeviceGetUtilizationRates(nvmlDevice_t d, nvmlUtilization_t *out)
{
    nvmlReturn_t rc = fake_number(d, __func__, "util", 1, &out->gpu);
    return rc != NVML_SUCCESS ? rc : fake_number(d, __func__, "memory.util", 1, &out->memory);
}

#define ENGINE(function, name) \
    API function(nvmlDevice_t d, unsigned int *out, unsigned int *period); \
    API function(nvmlDevice_t d, unsigned int *out, unsigned int *period) \
    { *period = 167000; return fake_number(d, __func__, name, 1, out); }
#define NUMBER(function, name, times) \
    API function(nvmlDevice_t d, unsigned int *out); \
    API function(nvmlDevice_t d, unsigned int *out) { return fake_number(d, __func__, name, times, out); }
#define LARGE(function, name, times) \
    API function(nvmlDevice_t d, unsigned long long *out); \
    API function(nvmlDevice_t d, unsigned long long *out) { return fake_large(d, __func__, name, times, out); }
#define CHOICE(function, times, ...) /* by the number that comes before the answer */ \
    API function(nvmlDevice_t d, int what, unsigned int *out); \
    API function(nvmlDevice_t d, int what, unsigned int *out) \
    { \
        static const char *const name[] = { __VA_ARGS__ }; \
        if (what < 0 || what >= (int)(sizeof name / sizeof *name)) \
            return NVML_ERROR_INVALID_ARGUMENT; \
        return fake_number(d, __func__, name[what], times, out); \
    }

ENGINE(nvmlDeviceGetEncoderUtilization, "encoder.util")
ENGINE(nvmlDeviceGetDecoderUtilization, "decoder.util")
NUMBER(nvmlDeviceGetPowerManagementLimit, "cap", 1000)
NUMBER(nvmlDeviceGetPowerManagementDefaultLimit, "cap.usual", 1000)
NUMBER(nvmlDeviceGetPersistenceMode, "persistence", 1)
NUMBER(nvmlDeviceGetComputeMode, "compute.mode", 1)
NUMBER(nvmlDeviceGetPowerUsage, "power", 1000)
NUMBER(nvmlDeviceGetEnforcedPowerLimit, "power.limit", 1000)
LARGE(nvmlDeviceGetTotalEnergyConsumption, "energy", 1000)
NUMBER(nvmlDeviceGetFanSpeed, "fan", 1)
NUMBER(nvmlDeviceGetPerformanceState, "pstate", 1)
NUMBER(nvmlDeviceGetCurrPcieLinkGeneration, "pcie.generation", 1)
NUMBER(nvmlDeviceGetCurrPcieLinkWidth, "pcie.width", 1)
NUMBER(nvmlDeviceGetPcieReplayCounter, "pcie.replays", 1)
CHOICE(nvmlDeviceGetClockInfo, 1e-6, "clock.core", "clock.sm", "clock.memory", "clock.video")
CHOICE(nvmlDeviceGetMaxClockInfo, 1e-6, "clock.max", "clock.sm.max", "clock.memory.max", "clock.video.max")
CHOICE(nvmlDeviceGetTemperatureThreshold, 1, "temp.shutdown", "temp.limit", "temp.memory.max", "temp.max")
CHOICE(nvmlDeviceGetPcieThroughput, 1e-3, "pcie.send", "pcie.recv")

API nvmlDeviceGetPowerManagementLimitConstraints(nvmlDevice_t d, unsigned int *least, unsigned int *most);
API nvmlDeviceGetPowerManagementLimitConstraints(nvmlDevice_t d, unsigned int *least, unsigned int *most)
{
    nvmlReturn_t rc = fake_number(d, __func__, "cap.least", 1000, least);
    return rc != NVML_SUCCESS ? rc : fake_number(d, __func__, "cap.most", 1000, most);
}

/* What is set is a line of the log; the script says what is read afterwards. */
static nvmlReturn_t fake_set(nvmlDevice_t d, const char *function, unsigned int a, unsigned int b)
{
    char line[96];
    const char *at;
    snprintf(line, sizeof line, "%s %u %u", function, a, b);
    fake_log(line, d->address);
    nvmlReturn_t rc = fake_state(d, &at);
    return rc == NVML_SUCCESS && fake_line(at, "settable") == NULL ? NVML_ERROR_NO_PERMISSION : rc;
}

#define SET(function) \
    API function(nvmlDevice_t d, unsigned int v); \
    API function(nvmlDevice_t d, unsigned int v) { return fake_set(d, __func__, v, 0); }
SET(nvmlDeviceSetPowerManagementLimit)
SET(nvmlDeviceSetPersistenceMode)
SET(nvmlDeviceSetComputeMode)

API nvmlDeviceSetGpuLockedClocks(nvmlDevice_t d, unsigned int least, unsigned int most);
API nvmlDeviceSetGpuLockedClocks(nvmlDevice_t d, unsigned int least, unsigned int most)
{
    return fake_set(d, __func__, least, most);
}

API nvmlDeviceResetGpuLockedClocks(nvmlDevice_t d);
API nvmlDeviceResetGpuLockedClocks(nvmlDevice_t d)
{
    return fake_set(d, __func__, 0, 0);
}

API nvmlDeviceGetTotalEccErrors(nvmlDevice_t d, int type, int since, unsigned long long *out);
API nvmlDeviceGetTotalEccErrors(nvmlDevice_t d, int type, int since, unsigned long long *out)
{
    if (since != 0) /* NVML_VOLATILE_ECC */
        return NVML_ERROR_NOT_SUPPORTED;
    return fake_large(d, __func__, type == 0 ? "ecc.corrected" : "ecc.uncorrected", 1, out);
}

API nvmlDeviceGetFieldValues(nvmlDevice_t d, int n, nvmlFieldValue_t *out);
API nvmlDeviceGetFieldValues(nvmlDevice_t d, int n, nvmlFieldValue_t *out)
{
    for (int i = 0; i < n; i++) {
        out[i].valueType = 1; /* NVML_VALUE_TYPE_UNSIGNED_INT */
        out[i].value.ullVal = 0xa5a5a5a500000000ULL; /* only its half is set */
        out[i].nvmlReturn = out[i].fieldId == 82 ? fake_number(d, __func__, "temp.memory", 1, &out[i].value.uiVal)
                                                 : NVML_ERROR_NOT_SUPPORTED;
    }
    return NVML_SUCCESS;
}

/* ---- by generation ---- */

#ifdef FAKE_OLD
#define NAME(old, new) old
#else
#define NAME(old, new) new
#endif

API NAME(nvmlInit, nvmlInit_v2)(void);
API NAME(nvmlInit, nvmlInit_v2)(void)
{
    return fake_init();
}

API NAME(nvmlDeviceGetCount, nvmlDeviceGetCount_v2)(unsigned int *out);
API NAME(nvmlDeviceGetCount, nvmlDeviceGetCount_v2)(unsigned int *out)
{
    *out = (unsigned int)n_gpus;
    return NVML_SUCCESS;
}

API NAME(nvmlDeviceGetHandleByIndex, nvmlDeviceGetHandleByIndex_v2)(unsigned int i, nvmlDevice_t *out);
API NAME(nvmlDeviceGetHandleByIndex, nvmlDeviceGetHandleByIndex_v2)(unsigned int i, nvmlDevice_t *out)
{
    fake_log("nvmlDeviceGetHandleByIndex", i < GPUS ? gpus[i].address : "");
    return fake_handle((int)i, out);
}

API NAME(nvmlDeviceGetHandleByPciBusId, nvmlDeviceGetHandleByPciBusId_v2)(const char *id, nvmlDevice_t *out);
API NAME(nvmlDeviceGetHandleByPciBusId, nvmlDeviceGetHandleByPciBusId_v2)(const char *id, nvmlDevice_t *out)
{
    return fake_by_address(id, out);
}

API NAME(nvmlDeviceGetPciInfo, nvmlDeviceGetPciInfo_v3)(nvmlDevice_t d, nvmlPciInfo_t *out);
API NAME(nvmlDeviceGetPciInfo, nvmlDeviceGetPciInfo_v3)(nvmlDevice_t d, nvmlPciInfo_t *out)
{
    return fake_pci(d, out);
}

#define PROCESSES(function, use) \
    API function(nvmlDevice_t d, unsigned int *n, nvmlProcessInfo_t *out); \
    API function(nvmlDevice_t d, unsigned int *n, nvmlProcessInfo_t *out) { return fake_processes(d, use, n, out); }

PROCESSES(NAME(nvmlDeviceGetComputeRunningProcesses, nvmlDeviceGetComputeRunningProcesses_v3), "compute")
PROCESSES(NAME(nvmlDeviceGetGraphicsRunningProcesses, nvmlDeviceGetGraphicsRunningProcesses_v3), "graphics")

#ifdef FAKE_OLD
LARGE(nvmlDeviceGetCurrentClocksThrottleReasons, "throttle", 1)
CHOICE(nvmlDeviceGetTemperature, 1, "temp")

API nvmlDeviceGetMemoryInfo(nvmlDevice_t d, nvmlMemory_t *out);
API nvmlDeviceGetMemoryInfo(nvmlDevice_t d, nvmlMemory_t *out)
{
    nvmlReturn_t rc = fake_large(d, __func__, "vram.total", 1, &out->total);
    return rc != NVML_SUCCESS ? rc : fake_large(d, __func__, "vram.used", 1, &out->used);
}
#else
LARGE(nvmlDeviceGetCurrentClocksEventReasons, "throttle", 1)
ENGINE(nvmlDeviceGetJpgUtilization, "jpeg.util")
ENGINE(nvmlDeviceGetOfaUtilization, "ofa.util")

API nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t d, nvmlMemory_v2_t *out);
API nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t d, nvmlMemory_v2_t *out)
{
    if (out->version != VERSION(nvmlMemory_v2_t, 2))
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    out->reserved = out->free = 1;
    nvmlReturn_t rc = fake_large(d, __func__, "vram.total", 1, &out->total);
    return rc != NVML_SUCCESS ? rc : fake_large(d, __func__, "vram.used", 1, &out->used);
}

API nvmlDeviceGetTemperatureV(nvmlDevice_t d, nvmlTemperature_t *out);
API nvmlDeviceGetTemperatureV(nvmlDevice_t d, nvmlTemperature_t *out)
{
    unsigned int celsius = 0;
    if (out->version != VERSION(nvmlTemperature_t, 1) || out->sensorType != 0)
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    nvmlReturn_t rc = fake_number(d, __func__, "temp", 1, &celsius);
    out->temperature = (int)celsius;
    return rc;
}

API nvmlDeviceGetFanSpeedRPM(nvmlDevice_t d, nvmlFanSpeedInfo_t *out);
API nvmlDeviceGetFanSpeedRPM(nvmlDevice_t d, nvmlFanSpeedInfo_t *out)
{
    if (out->version != VERSION(nvmlFanSpeedInfo_t, 1) || out->fan != 0)
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    return fake_number(d, __func__, "fan.speed", 1, &out->speed);
}
#endif
