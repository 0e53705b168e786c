/* hog.c - processes that do nothing but compute: the neighbours of a noisy machine. */
#include "load.h"
#include "os/os.h"

static void hog_work(void *self, int i)
{
    int64_t until = *(int64_t *)self;
    volatile double x = i;
    while (os_mono_ns() < until)
        for (int k = 0; k < 10000; k++)
            x = x * 0.999 + 1;
}

static int hog_run(const struct load_args *a, struct load_result *r)
{
    int64_t until = os_mono_ns() + (int64_t)(load_number(a, "seconds") * 1e9);
    int n = (int)load_number(a, "processes"), rc = load_processes(n, hog_work, &until);
    struct load_used used = load_used();
    load_put(r, "processes", n);
    load_put(r, "cpu_s", used.user_s + used.system_s);
    return rc;
}

static const struct load_option options[] = {
    { "processes", LOAD_NUMBER, 4, 1, 1000, "processes" },
    { "seconds", LOAD_NUMBER, 10, 0.01, 86400, "for how long" },
    { 0 },
};

const struct load load_hog = {
    .name = "hog", .doc = "processes that do nothing but compute", .options = options, .run = hog_run,
};
