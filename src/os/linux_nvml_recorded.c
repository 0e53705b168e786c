/* linux_nvml_recorded.c - plays back what the NVIDIA Management Library said on another machine. */
#include "os/linux_nvml_recorded.h"

#include "base/auto.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define RECORDED_MAX (1 << 18) /* bytes; 64 GPUs with 100 processes each are below */

struct nvml_recorded {
    char root[OS_PATH_MAX];
    char *text, *at;        /* the file as read last, and the line that comes next */
    int n;
    char gpu[NVML_GPUS][NVML_ADDRESS_MAX]; /* n that somebody got hold of */
};

/* The next line cut into at most three words; false at the end. */
static bool recorded_line(struct nvml_recorded *r, const char *word[static 3])
{
    char *end, *rest = NULL;
    if (!*r->at)
        return false;
    end = r->at + strcspn(r->at, "\n");
    char *line = r->at;
    r->at = *end ? end + 1 : end;
    *end = '\0';
    word[0] = strtok_r(line, " ", &rest);
    for (int i = 1; i < 3; i++)
        word[i] = word[i - 1] ? strtok_r(NULL, " ", &rest) : NULL;
    for (int i = 0; i < 3; i++)
        word[i] = word[i] ? word[i] : "";
    return true;
}

/* Reads the file anew. What its line "driver" says, or -ENOENT. */
static int recorded_load(struct nvml_recorded *r)
{
    static const struct { const char *word; int rc; } states[] = {
        { "not_loaded", -ENODEV }, { "denied", -EACCES }, { "other_release", -EPROTO }, { "broken", -EIO },
    };
    const char *word[3];
    int rc = os_read_text(r->root, "/.sonde/nvml", r->text, RECORDED_MAX);
    r->at = r->text;
    if (rc < 0) {
        r->text[0] = '\0';
        return -ENOENT;
    }
    if (strncmp(r->text, "driver ", 7) != 0)
        return 0;
    recorded_line(r, word);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(word[1], states[i].word) == 0)
            return states[i].rc;
    return 0;
}

static void recorded_wait(void)
{
    os_sleep_until(os_mono_ns() + 10000000);
}

/* The next GPU of the file: its address and the word behind it. */
static bool recorded_next(struct nvml_recorded *r, char address[static NVML_ADDRESS_MAX], const char **state)
{
    const char *word[3];
    while (recorded_line(r, word))
        if (strcmp(word[0], "gpu") == 0) {
            text_copy(address, NVML_ADDRESS_MAX, word[1]);
            *state = word[2];
            return true;
        }
    return false;
}

/* Moves to what the file says of a GPU, when it does not hang; -ENOENT where there is nothing. */
static int recorded_seek(struct nvml_recorded *r, const char *address)
{
    for (;;) {
        char found[NVML_ADDRESS_MAX];
        const char *state = "";
        int rc = recorded_load(r);
        bool there = false;
        while (rc == 0 && !there && recorded_next(r, found, &state))
            there = strcmp(found, address) == 0;
        if (rc < 0)
            return rc == -ENOENT ? -ESTALE : rc;
        if (!there)
            return -ENOENT;
        if (strcmp(state, "hang") != 0)
            return strcmp(state, "lost") == 0 ? -ENXIO : strcmp(state, "denied") == 0 ? -EACCES : 0;
        recorded_wait();
    }
}

int nvml_recorded_open(const char *root, struct nvml_recorded **out)
{
    struct nvml_recorded *r = mem_new(sizeof *r);
    r->text = mem_new(RECORDED_MAX);
    snprintf(r->root, sizeof r->root, "%s", root);
    int rc = recorded_load(r);
    if (rc < 0)
        nvml_recorded_close(r);
    else
        *out = r;
    return rc;
}

void nvml_recorded_close(struct nvml_recorded *r)
{
    if (r)
        mem_free(r->text);
    mem_free(r);
}

int nvml_recorded_count(struct nvml_recorded *r)
{
    char address[NVML_ADDRESS_MAX];
    const char *state;
    int n = 0, rc = recorded_load(r);
    while (rc == 0 && n < NVML_GPUS && recorded_next(r, address, &state))
        n++;
    return rc < 0 ? rc : n;
}

int nvml_recorded_device(struct nvml_recorded *r, int index)
{
    char address[NVML_ADDRESS_MAX];
    const char *state;
    int rc = recorded_load(r);
    for (int i = 0; rc == 0 && i <= index; i++)
        rc = recorded_next(r, address, &state) ? 0 : -ENOENT;
    return rc < 0 ? rc : nvml_recorded_device_at(r, address);
}

int nvml_recorded_device_at(struct nvml_recorded *r, const char *address)
{
    int rc = recorded_seek(r, address);
    if (rc < 0)
        return rc;
    for (int i = 0; i < r->n; i++)
        if (strcmp(r->gpu[i], address) == 0)
            return i;
    if (r->n == NVML_GPUS)
        return -ENOSPC;
    text_copy(r->gpu[r->n], NVML_ADDRESS_MAX, address);
    return r->n++;
}

int nvml_recorded_address(struct nvml_recorded *r, int gpu, char out[static NVML_ADDRESS_MAX])
{
    memcpy(out, r->gpu[gpu], NVML_ADDRESS_MAX);
    return 0;
}

/* A GPU that was there and is not any more is lost. */
static int recorded_seek_held(struct nvml_recorded *r, int gpu)
{
    int rc = recorded_seek(r, r->gpu[gpu]);
    return rc == -ENOENT ? -ENXIO : rc;
}

static int recorded_reading(const char *name)
{
    for (int i = 0; i < NVML_READINGS; i++)
        if (strcmp(nvml_reading_name(i), name) == 0)
            return i;
    return -1;
}

/* Takes the wanted readings of the GPU whose lines come next. 1: one of them hangs. */
static int recorded_take(struct nvml_recorded *r, uint64_t wanted, double v[static NVML_READINGS])
{
    const char *word[3];
    int denied = 0, known = 0;
    while (recorded_line(r, word) && strcmp(word[0], "gpu") != 0) {
        int i = recorded_reading(word[0]);
        if (i < 0 || !(wanted & NVML_BIT(i)))
            continue;
        if (strcmp(word[1], "hang") == 0)
            return 1;
        denied += strcmp(word[1], "denied") == 0;
        known += text_double(word[1], &v[i]);
    }
    return denied && !known ? -EACCES : 0;
}

int nvml_recorded_read(struct nvml_recorded *r, int gpu, uint64_t wanted,
                       double v[static NVML_READINGS])
{
    for (;;) {
        int rc = recorded_seek_held(r, gpu);
        if (rc == 0)
            rc = recorded_take(r, wanted, v);
        if (rc <= 0)
            return rc;
        for (int i = 0; i < NVML_READINGS; i++)
            v[i] = NAN;
        recorded_wait();
    }
}

int nvml_recorded_processes(struct nvml_recorded *r, int gpu, enum nvml_use use,
                            struct nvml_process *out, int cap)
{
    const char *word[3];
    int n = 0, rc = recorded_seek_held(r, gpu);
    bool told = false;
    while (rc == 0 && recorded_line(r, word) && strcmp(word[0], "gpu") != 0) {
        const char *p = word[1];
        uint64_t pid;
        double bytes;
        if (strcmp(word[0], nvml_use_name(use)) != 0)
            continue;
        told = true; /* "compute none" says so, too */
        if (!text_u64(&p, &pid) || pid == 0 || pid > INT32_MAX)
            continue;
        if (n++ < cap)
            out[n - 1] = (struct nvml_process){ (int32_t)pid, text_double(word[2], &bytes) ? bytes : (double)NAN };
    }
    return rc < 0 ? rc : told ? n : -EOPNOTSUPP;
}

/* ---- settings ---- */

int nvml_recorded_get(struct nvml_recorded *r, int gpu, const char *name, double *out)
{
    const char *word[3];
    int rc = recorded_seek_held(r, gpu);
    *out = NAN;
    while (rc == 0 && recorded_line(r, word) && strcmp(word[0], "gpu") != 0)
        if (strcmp(word[0], name) == 0)
            return strcmp(word[1], "denied") == 0 ? -EACCES : text_double(word[1], out) ? 0 : -EOPNOTSUPP;
    return rc;
}

/* The file anew, with that line behind the one of the GPU and no other of its name there. */
static void recorded_rewrite(struct nvml_recorded *r, const char *address, const char *name, double value,
                             struct buf *out)
{
    bool here = false;
    size_t n = strlen(name);
    for (char *line = r->text, *end; *line; line = end + (*end == '\n')) {
        end = line + strcspn(line, "\n");
        bool gpu = strncmp(line, "gpu ", 4) == 0;
        if (gpu)
            here = strncmp(line + 4, address, strlen(address)) == 0;
        if (here && strncmp(line, name, n) == 0 && line[n] == ' ')
            continue;
        buf_put(out, line, (size_t)(end - line));
        buf_putc(out, '\n');
        if (gpu && here) {
            buf_printf(out, "%s ", name);
            buf_double(out, value);
            buf_putc(out, '\n');
        }
    }
}

int nvml_recorded_put(struct nvml_recorded *r, int gpu, const char *name, double value)
{
    auto_buf struct buf b = { 0 };
    double before;
    int rc = nvml_recorded_get(r, gpu, name, &before);
    if (rc == 0)
        rc = recorded_load(r);
    if (rc < 0)
        return rc;
    recorded_rewrite(r, r->gpu[gpu], name, value, &b);
    return os_write_text(r->root, "/.sonde/nvml", buf_text(&b));
}
