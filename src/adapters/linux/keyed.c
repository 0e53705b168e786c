/*
 * keyed.c - numbers of the kernel's files by their names.
 *
 * Whatever the layout, a file is taken as a row of items, each a number with a name and perhaps
 * that of its line. Layouts differ in how the next item is found, and in nothing else.
 */
#include "adapters/linux/keyed.h"

#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct item {
    const char *head;   /* the first word of its line */
    const char *name;   /* NULL: it is known by its place */
    const char *number;
    int place;          /* in the line */
};

/* The next word of a line, *p moved behind it; NULL at the end. */
static const char *keyed_word(const char **p)
{
    const char *word = *p;
    while (*word == ' ' || *word == '\t')
        word++;
    const char *end = word;
    while (*end && *end != ' ' && *end != '\t')
        end++;
    *p = end;
    return end > word ? word : NULL;
}

/* Does `text` begin with `word`, which ends at a blank or goes on in any way behind an asterisk? */
static bool keyed_same(const char *text, const char *word)
{
    while (*word && *word != ' ' && *word == *text)
        word++, text++;
    if (*word == '*')
        return true;
    if (*word && *word != ' ')
        return false;
    if (*text == ':')
        text++;
    return *text == '\0' || *text == ' ' || *text == '\t';
}

static bool keyed_next_line(struct keyed *k, struct item *it)
{
    const char *line = lines_next(&k->file);
    if (line && strncmp(line, "Node ", 5) == 0) { /* of one node of several */
        keyed_word(&line);
        keyed_word(&line);
        line += strspn(line, " ");
    }
    it->head = it->number = line;
    return line != NULL;
}

static bool keyed_next_pair(struct keyed *k, struct item *it)
{
    for (;;) {
        if (k->line.head && (it->name = keyed_word(&k->line.numbers)) && (it->number = keyed_word(&k->line.numbers))) {
            it->head = k->line.head;
            return true;
        }
        if (!(k->line.numbers = lines_next(&k->file)))
            return false;
        k->line.head = keyed_word(&k->line.numbers);
    }
}

static bool keyed_next_of_list(struct keyed *k, struct item *it)
{
    for (;;) {
        if (k->line.head && (it->number = keyed_word(&k->line.numbers))) {
            it->head = k->line.head;
            it->place = k->line.at++;
            return true;
        }
        if (!(k->line.numbers = lines_next(&k->file)))
            return false;
        k->line.head = keyed_word(&k->line.numbers);
        k->line.at = 0;
    }
}

static bool keyed_next_column(struct keyed *k, struct item *it)
{
    for (;;) {
        if (k->line.head && (it->name = keyed_word(&k->line.names)) && (it->number = keyed_word(&k->line.numbers))) {
            it->head = k->line.head;
            return true;
        }
        if (!(k->line.names = lines_next(&k->file)) || !(k->line.numbers = lines_next(&k->file)))
            return false;
        k->line.head = keyed_word(&k->line.names);
        keyed_word(&k->line.numbers);
    }
}

/* The first column is no core's: how many entries there are, the same in every line. */
static bool keyed_next_of_core(struct keyed *k, struct item *it)
{
    if (!k->line.head && !(k->line.head = lines_next(&k->file)))
        return false;
    for (;;) {
        if (k->line.numbers && (it->head = keyed_word(&k->line.names)) && (it->number = keyed_word(&k->line.numbers)))
            return true;
        if (!(k->line.numbers = lines_next(&k->file)))
            return false;
        k->line.names = k->line.head;
        if (k->line.at++ > 0) {
            keyed_word(&k->line.names);
            keyed_word(&k->line.numbers);
        }
    }
}

static bool keyed_next(struct keyed *k, struct item *it)
{
    it->name = NULL;
    switch (k->layout) {
    case KEYED_LINES:   return keyed_next_line(k, it);
    case KEYED_PAIRS:   return keyed_next_pair(k, it);
    case KEYED_LISTS:   return keyed_next_of_list(k, it);
    case KEYED_COLUMNS: return keyed_next_column(k, it);
    case KEYED_CORES:   return keyed_next_of_core(k, it);
    case KEYED_FILES:   break;
    }
    return false;
}

static bool keyed_matches(const struct keyed *k, const struct item *it, const char *key)
{
    if (!keyed_same(it->head, key))
        return false;
    const char *rest = strchr(key, ' ');
    if (k->layout == KEYED_LISTS)
        return it->place == (rest ? atoi(rest) : 0);
    return !it->name || (rest && keyed_same(it->name, rest + 1));
}

static void keyed_add(const struct keyed *k, const struct item *it, double *value)
{
    const char *p = it->number;
    uint64_t v;
    if (k->layout == KEYED_LINES)
        keyed_word(&p);
    if (k->layout == KEYED_CORES) {
        char *end;
        v = strtoull(p, &end, 16);
        if (end == p)
            return;
    } else if (!text_u64(&p, &v)) {
        return;
    }
    *value = isnan(*value) ? (double)v : *value + (double)v;
}

static bool keyed_wants_another(const struct keyed *k, int i)
{
    return k->layout == KEYED_CORES || !keyed_has(k, i) || strchr(k->key[i], '*');
}

static void keyed_rewind(struct keyed *k, double *value)
{
    for (int i = 0; i < k->n; i++)
        value[i] = NAN;
    memset(&k->line, 0, sizeof k->line);
    lines_read(&k->file);
}

/* Looks up every key, and takes its number on the way. */
static void keyed_learn(struct keyed *k, double *value)
{
    struct item it;
    k->n_want = 0;
    for (int number = 0; keyed_next(k, &it); number++)
        for (int i = 0; i < k->n; i++) {
            if (!keyed_matches(k, &it, k->key[i]) || k->n_want == k->room || !keyed_wants_another(k, i))
                continue;
            k->want[k->n_want++] = (struct keyed_want){ number, i };
            keyed_add(k, &it, &value[i]);
        }
    if (k->n_want > k->most)
        k->most = k->n_want;
}

/* Takes the numbers from where the keys were. False when one is not there. */
static bool keyed_pick(struct keyed *k, double *value)
{
    struct item it = { 0 };
    int number = -1;
    for (int w = 0; w < k->n_want; w++) {
        for (; number < k->want[w].item; number++)
            if (!keyed_next(k, &it))
                return false;
        int i = k->want[w].key;
        if (!keyed_matches(k, &it, k->key[i]))
            return false;
        keyed_add(k, &it, &value[i]);
    }
    return true;
}

/* A key names a file and a place in it; files of several numbers are opened once for each. */
static void keyed_open_files(struct keyed *k, const char *root, const char *path)
{
    k->fd = mem_new((size_t)k->n * sizeof *k->fd);
    for (int i = 0; i < k->n; i++) {
        char file[256];
        snprintf(file, sizeof file, "%s/%.*s", path, (int)strcspn(k->key[i], " "), k->key[i]);
        k->fd[i] = os_open_read(root, file);
        if (k->fd[i] >= 0)
            k->want[k->n_want++].key = i;
    }
}

static void keyed_read_files(const struct keyed *k, double *value)
{
    for (int i = 0; i < k->n; i++) {
        char text[256];
        const char *place = strchr(k->key[i], ' '), *p = text;
        uint64_t v;
        value[i] = NAN;
        if (k->fd[i] < 0 || os_pread_text(k->fd[i], text, sizeof text) < 0)
            continue;
        for (int skip = place ? atoi(place) : 0; skip > 0; skip--)
            keyed_word(&p);
        if (text_u64(&p, &v))
            value[i] = (double)v;
    }
}

int keyed_open(struct keyed *k, const char *root, const char *path, const char *const *key, int n)
{
    return keyed_open_as(k, KEYED_LINES, root, path, key, n);
}

static int keyed_lines(const char *text)
{
    int n = 0;
    while ((text = strchr(text, '\n')))
        n++, text++;
    return n;
}

/* Makes room for every key and for what an asterisk or many cores bring, so that a reading needs none. */
static int keyed_look_up(struct keyed *k, const char *root, const char *path)
{
    enum { MORE = 64 };
    int rc = lines_open(&k->file, root, path);
    if (rc < 0)
        return rc;
    rc = lines_read_all(&k->file);
    k->room = k->layout == KEYED_CORES ? k->n * (keyed_lines(k->file.text) + 1) : k->n + MORE;
    k->want = mem_new((size_t)k->room * sizeof *k->want);
    double *value = mem_new((size_t)k->n * sizeof *value);
    keyed_learn(k, value);
    mem_free(value);
    return rc;
}

int keyed_open_as(struct keyed *k, enum keyed_layout layout, const char *root, const char *path,
                  const char *const *key, int n)
{
    int rc = 0;
    *k = (struct keyed){ .layout = layout, .file = { .fd = -1 }, .key = key, .n = n };
    if (layout == KEYED_FILES) {
        k->want = mem_new((size_t)n * sizeof *k->want);
        keyed_open_files(k, root, path);
        rc = k->n_want ? 0 : -ENOENT;
    } else {
        rc = keyed_look_up(k, root, path);
    }
    if (k->n_want)
        return 0;
    keyed_close(k);
    return rc < 0 ? rc : -ENODATA;
}

void keyed_close(struct keyed *k)
{
    if (!k->want)
        return;
    for (int i = 0; k->fd && i < k->n; i++)
        os_close(k->fd[i]);
    lines_close(&k->file);
    mem_free(k->fd);
    mem_free(k->want);
    k->fd = NULL;
    k->want = NULL;
}

void keyed_read(struct keyed *k, double *value)
{
    if (k->layout == KEYED_FILES) {
        keyed_read_files(k, value);
        return;
    }
    keyed_rewind(k, value);
    if (k->n_want == k->most && keyed_pick(k, value))
        return;
    keyed_rewind(k, value);
    keyed_learn(k, value);
}

bool keyed_has(const struct keyed *k, int i)
{
    for (int w = 0; w < k->n_want; w++)
        if (k->want[w].key == i)
            return true;
    return false;
}
