/*
 * fuzz_knob.c - a value of a knob as a person or a journal has it ("KNOB@INSTANCE=VALUE"), lists of processors, and the
 * files by which control groups are found, as another machine may have recorded them.
 */
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"
#include "policy/cpus.h"
#include "policy/hierarchy.h"
#include "policy/knob.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char root[OS_PATH_MAX]; /* an empty machine: nothing of this one is asked or set */

static void remove_root(void)
{
    os_remove_dir(root);
}

static void try_value(const struct knob *k, const struct place *p, const char *value)
{
    char out[KNOB_VALUE_MAX], again[KNOB_VALUE_MAX], why[KNOB_WHY] = "";
    if (k->class == KNOB_SYSTEM || k->class == KNOB_GROUP) /* the machine is empty, whatever the name of the device */
        assert(k->read(k, p, out) < 0);
    if (knob_check(k, p, value, out, why) < 0) {
        assert(*why && text_is_plain(k->name));
        return;
    }
    assert(*out && strlen(out) < KNOB_VALUE_MAX);
    assert(knob_check(k, p, out, again, why) == 0 && strcmp(out, again) == 0); /* canonical */
}

static void try_word(char *text)
{
    struct place p = { .root = root };
    char *value = strchr(text, '=');
    if (!value)
        return;
    *value++ = '\0';
    char *inst = strchr(text, '@');
    if (inst) {
        *inst++ = '\0';
        snprintf(p.inst, sizeof p.inst, "%s", inst);
    }
    const struct knob *k = knob_find(text);
    if (k)
        try_value(k, &p, value);
    for (size_t i = 0; !k && knob_at(i); i++) /* any other word stands for all of them */
        try_value(knob_at(i), &p, value);
}

static void try_cpus(const char *text)
{
    struct cpus c, again;
    char out[8192];
    if (cpus_parse(text, &c) < 0)
        return;
    assert(cpus_put(&c, out, sizeof out) == 0);
    assert(cpus_parse(out, &again) == 0 && memcmp(&c, &again, sizeof c) == 0);
}

/* The text as both files, of one root for each. */
static void try_hierarchy(const uint8_t *data, size_t n)
{
    struct hierarchy h;
    char group[HIERARCHY_PATH], path[OS_PATH_MAX];
    static const char *const controllers[] = { "cpu", "memory", "io" };
    if (os_tree_write(root, "proc/self/mountinfo", data, n) < 0 || os_tree_write(root, "proc/self/cgroup", data, n) < 0)
        return;
    for (size_t i = 0; i < 3; i++) {
        if (hierarchy_find(root, controllers[i], &h) < 0)
            continue;
        assert((h.version == 1 || h.version == 2) && *h.own == '/');
        if (hierarchy_of_task(&h, 0, group) == 0)
            assert(strlen(group) < HIERARCHY_PATH);
        if (hierarchy_path(&h, h.own, "cpu.max", path, sizeof path) == 0)
            assert(!strstr(path + strlen(h.mount), "/../"));
    }
    os_tree_remove(root, "proc");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    if (!*root) {
        assert(os_make_temp_dir(false, root, sizeof root) == 0);
        atexit(remove_root);
    }
    char *text = mem_new(n + 1);
    memcpy(text, data, n);
    try_cpus(text);
    try_hierarchy(data, n);
    try_word(text);
    mem_free(text);
    return 0;
}
