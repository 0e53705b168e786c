/* fake_nvml.c - NVIDIA's library in tests. */
#include "test.h"

#include "fake_nvml.h"

#include <unistd.h>

void fake_nvml_use(struct machine *m, const char *generation)
{
    char path[512];
    snprintf(path, sizeof path, "%s/fake-nvml-%s.so", getenv("SONDE_FAKE"), generation);
    setenv("SONDE_NVML_LIBRARY", path, 1);
    snprintf(path, sizeof path, "%s/fake/script", m->root);
    setenv("FAKE_NVML", path, 1);
    snprintf(path, sizeof path, "%s/fake/log", m->root);
    setenv("FAKE_NVML_LOG", path, 1);
    machine_write(m, "/fake/log", "");
    machine_write(m, "/fake/script", "");
}

/* A new file in place of the old one: a reader on another thread sees one or the other. */
__attribute__((format(printf, 3, 0)))
static void replace(struct machine *m, const char *path, const char *fmt, va_list args)
{
    char text[16384], fresh[64], from[512], to[512];
    int n = vsnprintf(text, sizeof text, fmt, args);
    assert_true(n >= 0 && (size_t)n < sizeof text);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    machine_write(m, fresh, text);
    snprintf(from, sizeof from, "%s%s", m->root, fresh);
    snprintf(to, sizeof to, "%s%s", m->root, path);
    assert_int_equal(rename(from, to), 0);
}

void fake_nvml_says(struct machine *m, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    replace(m, "/fake/script", fmt, args);
    va_end(args);
}

void fake_nvml_recorded(struct machine *m, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    replace(m, "/.sonde/nvml", fmt, args);
    va_end(args);
}

int fake_nvml_calls(struct machine *m, const char *function, const char *gpu)
{
    char path[512], line[256];
    int n = 0;
    snprintf(path, sizeof path, "%s/fake/log", m->root);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        n += strstr(line, function) && strstr(line, gpu);
    fclose(f);
    assert_int_equal(truncate(path, 0), 0);
    return n;
}
