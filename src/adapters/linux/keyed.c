/* keyed.c - files of "key value" lines, read by line number. */
#include "adapters/linux/keyed.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Behind the key and its colon, or NULL when the line has another key. */
static const char *keyed_after(const char *line, const char *key)
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) != 0)
        return NULL;
    line += n;
    if (*line == ':')
        line++;
    return *line == ' ' || *line == '\t' ? line : NULL;
}

static int keyed_which(const struct keyed *k, const char *line)
{
    for (int i = 0; i < k->n; i++)
        if (keyed_after(line, k->key[i]))
            return i;
    return -1;
}

static void keyed_set(const char *after, double *value)
{
    uint64_t v;
    if (text_u64(&after, &v))
        *value = (double)v;
}

/* Looks up every key, and takes its number on the way. */
static void keyed_learn(struct keyed *k, double *value)
{
    char *line;
    k->n_want = 0;
    for (int number = 0; (line = lines_next(&k->file)); number++) {
        int i = keyed_which(k, line);
        if (i < 0 || keyed_has(k, i))
            continue;
        k->want[k->n_want].line = number;
        k->want[k->n_want++].key = i;
        keyed_set(keyed_after(line, k->key[i]), &value[i]);
    }
    if (k->n_want > k->most)
        k->most = k->n_want;
}

/* Takes the numbers from where the keys were. False when one is not there. */
static bool keyed_pick(struct keyed *k, double *value)
{
    const char *line = NULL;
    int number = -1;
    for (int w = 0; w < k->n_want; w++) {
        int i = k->want[w].key;
        for (; number < k->want[w].line; number++)
            if (!(line = lines_next(&k->file)))
                return false;
        const char *after = keyed_after(line, k->key[i]);
        if (!after)
            return false;
        keyed_set(after, &value[i]);
    }
    return true;
}

static void keyed_forget(const struct keyed *k, double *value)
{
    for (int i = 0; i < k->n; i++)
        value[i] = NAN;
}

int keyed_open(struct keyed *k, const char *root, const char *path, const char *const *key, int n)
{
    *k = (struct keyed){ .key = key, .n = n };
    int rc = lines_open(&k->file, root, path);
    if (rc < 0)
        return rc;
    k->want = mem_new((size_t)n * sizeof *k->want);
    double *value = mem_new((size_t)n * sizeof *value);
    rc = lines_read_all(&k->file);
    keyed_learn(k, value);
    mem_free(value);
    if (k->n_want)
        return 0;
    keyed_close(k);
    return rc < 0 ? rc : -ENODATA;
}

void keyed_close(struct keyed *k)
{
    lines_close(&k->file);
    mem_free(k->want);
    k->want = NULL;
}

void keyed_read(struct keyed *k, double *value)
{
    keyed_forget(k, value);
    lines_read(&k->file);
    if (k->n_want == k->most && keyed_pick(k, value))
        return;
    keyed_forget(k, value);
    lines_read(&k->file);
    keyed_learn(k, value);
}

bool keyed_has(const struct keyed *k, int i)
{
    for (int w = 0; w < k->n_want; w++)
        if (k->want[w].key == i)
            return true;
    return false;
}
