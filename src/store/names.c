/* names.c - makes, reads and lists the names of segments and journals. */
#include "store/names.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX "session_"
enum { STAMP = 15 }; /* characters of "20261126_021311" */

/* ".12" at *p; false where there is none. */
static bool names_number(const char **p, int64_t max, int64_t *out)
{
    char *end;
    if (**p != '.' || (*p)[1] < '0' || (*p)[1] > '9' || ((*p)[1] == '0' && (*p)[2] >= '0' && (*p)[2] <= '9'))
        return false;
    errno = 0;
    long long v = strtoll(*p + 1, &end, 10);
    *p = end;
    *out = v;
    return errno == 0 && v <= max;
}

/* Characters of "20261126_021311" or "20261126_021311_2" at the beginning; 0 where neither stands there. */
static size_t names_stem(const char *file)
{
    static const char digits[] = "0123456789";
    if (strspn(file, digits) != 8 || file[8] != '_' || strspn(file + 9, digits) != 6)
        return 0;
    if (file[STAMP] != '_')
        return STAMP;
    size_t n = strspn(file + STAMP + 1, digits);
    return n < 1 || n > 6 || file[STAMP + 1] == '0' ? 0 : STAMP + 1 + n;
}

bool names_parse(const char *file, struct names *out)
{
    size_t stem = names_stem(file);
    const char *p = file + stem;
    int64_t part;
    if (!stem || !names_number(&p, 1000000, &part))
        return false;
    snprintf(out->session, sizeof out->session, PREFIX "%.*s", (int)stem, file);
    out->part = (int)part;
    out->block = -1;
    if (strcmp(p, ".seg") == 0)
        return true;
    return names_number(&p, UINT32_MAX, &out->block) && strcmp(p, ".jnl") == 0;
}

void names_file(const struct names *n, char out[static NAMES_MAX])
{
    const char *stem = n->session + strlen(PREFIX);
    if (n->block < 0)
        snprintf(out, NAMES_MAX, "%s.%d.seg", stem, n->part);
    else
        snprintf(out, NAMES_MAX, "%s.%d.%lld.jnl", stem, n->part, (long long)n->block);
}

int names_path(const char *dir, const struct names *n, char out[static OS_PATH_MAX])
{
    char file[NAMES_MAX];
    names_file(n, file);
    int length = snprintf(out, OS_PATH_MAX, "%s/%s/%s", dir, n->block < 0 ? "segments" : "journal", file);
    return length < OS_PATH_MAX ? 0 : -ENAMETOOLONG;
}

int names_lock_path(const char *dir, char out[static OS_PATH_MAX])
{
    return snprintf(out, OS_PATH_MAX, "%s/lock", dir) < OS_PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Which one of those that began in the same second: 1 without a number. */
static long names_session_number(const char *session)
{
    const char *p = session + sizeof PREFIX - 1 + STAMP;
    return *p ? strtol(p + 1, NULL, 10) : 1;
}

/* "20261126_021311" comes before "20261126_021311_2", and that before "..._10". */
static int names_order_sessions(const char *a, const char *b)
{
    int order = strncmp(a, b, sizeof PREFIX - 1 + STAMP);
    if (order)
        return order;
    long m = names_session_number(a), n = names_session_number(b);
    return (m > n) - (m < n);
}

int names_order(const void *a, const void *b)
{
    const struct names *x = a, *y = b;
    int order = names_order_sessions(x->session, y->session);
    if (!order)
        order = (x->part > y->part) - (x->part < y->part);
    return order ? order : (x->block > y->block) - (x->block < y->block);
}

struct names_found {
    struct names *list;
    size_t n, cap;
    bool journals;
};

static void names_find(void *self, const char *file)
{
    struct names_found *f = self;
    struct names n;
    if (!names_parse(file, &n) || (n.block >= 0) != f->journals)
        return;
    f->list = mem_grow(f->list, f->n, &f->cap, sizeof *f->list);
    f->list[f->n++] = n;
}

int names_list(const char *dir, bool journals, struct names **out)
{
    struct names_found f = { .journals = journals };
    char path[OS_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", dir, journals ? "journal" : "segments") >= OS_PATH_MAX)
        return -ENAMETOOLONG;
    int rc = os_list("", path, names_find, &f);
    if (rc < 0) {
        mem_free(f.list);
        return rc;
    }
    if (f.n)
        qsort(f.list, f.n, sizeof *f.list, names_order);
    *out = f.list;
    return (int)f.n;
}

int names_of_session(const char *dir, const char *session, struct names **out)
{
    struct names *list[2] = { NULL, NULL }, *all;
    int n[2], used = 0;
    for (int journals = 0; journals < 2; journals++) {
        n[journals] = names_list(dir, journals, &list[journals]);
        n[journals] = n[journals] == -ENOENT ? 0 : n[journals]; /* who imports has no journals */
    }
    int rc = n[0] < 0 ? n[0] : n[1] < 0 ? n[1] : 0;
    all = mem_new((size_t)(rc < 0 ? 1 : n[0] + n[1] + 1) * sizeof *all);
    for (int k = 0; k < 2 && rc == 0; k++)
        for (int i = 0; i < n[k]; i++)
            if (strcmp(list[k][i].session, session) == 0)
                all[used++] = list[k][i];
    mem_free(list[0]);
    mem_free(list[1]);
    if (rc < 0)
        mem_free(all);
    else
        *out = all;
    return rc < 0 ? rc : used;
}

int names_new_session(const char *dir, int64_t start_ms, char out[static NAMES_SESSION_MAX])
{
    char stamp[TEXT_TIME_MAX];
    long number = 0;
    size_t length = (size_t)snprintf(out, NAMES_SESSION_MAX, PREFIX "%.*s", STAMP, text_stamp(start_ms, stamp));
    for (int journals = 0; journals < 2; journals++) {
        struct names *list = NULL;
        int n = names_list(dir, journals, &list);
        for (int i = 0; i < n; i++)
            if (strncmp(list[i].session, out, length) == 0 && names_session_number(list[i].session) > number)
                number = names_session_number(list[i].session);
        mem_free(list);
        if (n < 0 && n != -ENOENT)
            return n;
    }
    if (number)
        snprintf(out + length, NAMES_SESSION_MAX - length, "_%ld", number + 1);
    return 0;
}
