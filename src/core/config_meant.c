/*
 * config_meant.c - what a wrong name in a configuration was meant to be.
 *
 * Looks in this order: the same name in another section, a near spelling in the same section, a
 * near spelling anywhere.
 */
#include "core/config_value.h"

#include "base/auto.h"
#include "base/check.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 64 };

/* The first key with this name as one of its parts; *parent = length of what stands before. */
static const char *meant_part(const char *name, int *parent)
{
    size_t n_keys, n = strlen(name);
    const struct config_key *keys = config_keys(&n_keys);
    for (size_t i = 0; n && i < n_keys; i++)
        for (const char *dot = strchr(keys[i].name, '.'); dot; dot = strchr(dot + 1, '.'))
            if (strncmp(dot + 1, name, n) == 0 && (dot[1 + n] == '.' || !dot[1 + n])) {
                *parent = (int)(dot - keys[i].name);
                return keys[i].name;
            }
    return NULL;
}

/* Puts the nearest spelling among what stands directly in a section; false when there is none. */
static bool meant_sibling(const char *section, const char *wrong, struct buf *out)
{
    size_t n_keys, n = strlen(section), skip = n ? n + 1 : 0, count = 0;
    const struct config_key *keys = config_keys(&n_keys);
    auto_free char (*room)[NAME_SIZE] = mem_new(n_keys * sizeof *room);
    auto_free const char **name = mem_new(n_keys * sizeof *name);
    for (size_t i = 0; i < n_keys; i++) {
        const char *full = keys[i].name;
        if (n && (strncmp(full, section, n) != 0 || full[n] != '.'))
            continue;
        snprintf(room[count], NAME_SIZE, "%.*s", (int)strcspn(full + skip, "."), full + skip);
        name[count] = room[count];
        count++;
    }
    const char *nearest = text_nearest(wrong, name, count, sizeof *name);
    if (nearest)
        buf_printf(out, "; did you mean %s?", nearest);
    return nearest;
}

/* Puts the whole name of the key anywhere that is spelled most like it; false when none is. */
static bool meant_elsewhere(const char *wrong, struct buf *out)
{
    size_t n_keys;
    const struct config_key *keys = config_keys(&n_keys);
    auto_free const char **name = mem_new(n_keys * sizeof *name);
    for (size_t i = 0; i < n_keys; i++)
        name[i] = strrchr(keys[i].name, '.') + 1;
    const char *nearest = text_nearest(wrong, name, n_keys, sizeof *name);
    for (size_t i = 0; nearest && i < n_keys; i++)
        if (name[i] == nearest)
            buf_printf(out, "; did you mean %s?", keys[i].name);
    return nearest;
}

void config_put_unknown(const char *section, const char *name, struct buf *out)
{
    int parent = 0;
    const char *key = meant_part(name, &parent);
    if (!key)
        buf_puts(out, "unknown key ");
    check_put_quoted(out, name);
    if (key)
        buf_printf(out, " belongs to the section %.*s", parent, key);
    else if (!meant_sibling(section, name, out) && !meant_elsewhere(name, out))
        buf_puts(out, "; `sonde help config` lists all");
}
