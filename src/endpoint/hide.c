/*
 * hide.c - one walk over a text: at each beginning of a word it is looked whether something to be hidden stands there.
 * Rather too much is hidden than too little: a process that is called "memory" takes that word out of sentences.
 */
#include "endpoint/hide.h"

#include "base/auto.h"
#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PID " (pid "
#define HIDE_SHORT 3 /* a shorter name would be met in the middle of sentences ("s", "B") */
#define HIDE_ID_DIGITS 12

static const char *const words[HIDE_KINDS] = { "process", "group", "label", "path", "id" };

void hide_done(struct hide *h)
{
    for (size_t i = 0; i < h->n; i++)
        mem_free(h->p[i].name);
    mem_free(h->p);
    *h = (struct hide){ 0 };
}

/* ---- what is known ---- */

static int hide_order(const char *a, size_t n, const struct hidden *b)
{
    size_t m = strlen(b->name);
    return n != m ? (n < m ? 1 : -1) : strncasecmp(a, b->name, n);
}

/* Where a name stands, or would stand; *there: it does. */
static size_t hide_find(const struct hide *h, const char *name, size_t n, bool *there)
{
    size_t low = 0, high = h->n;
    *there = false;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = hide_order(name, n, &h->p[mid]);
        if (order == 0) {
            *there = true;
            return mid;
        }
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static struct hidden *hide_add(struct hide *h, enum hide_kind kind, const char *name, size_t n)
{
    bool there;
    size_t at = hide_find(h, name, n, &there);
    if (there)
        return &h->p[at];
    h->p = mem_grow(h->p, h->n, &h->cap, sizeof *h->p);
    memmove(h->p + at + 1, h->p + at, (h->n++ - at) * sizeof *h->p);
    h->p[at] = (struct hidden){ .name = mem_new(n + 1), .kind = kind };
    memcpy(h->p[at].name, name, n);
    h->p[at].name[n] = '\0';
    return &h->p[at];
}

void hide_name(struct hide *h, enum hide_kind kind, const char *name)
{
    char plain[HIDE_NAME_MAX];
    if (!name || !*name || h->stays[kind])
        return;
    text_copy(plain, sizeof plain, name);
    hide_add(h, kind, plain, strlen(plain));
}

/* "..., by NAME (pid 812)": whatever the names are that are known. */
void hide_learn(struct hide *h, const char *text)
{
    static const char *const before[] = { "by ", "ended ", "process ", ", ", "; ", "and ", ": ", "(" };
    for (const char *p = text; !h->stays[HIDE_PROCESS] && (p = strstr(p, PID)); p += strlen(PID)) {
        const char *from = p - text > 16 ? p - 16 : text;
        for (const char *q = from; q < p; q++)
            for (size_t i = 0; i < sizeof before / sizeof *before; i++)
                if (strncmp(q, before[i], strlen(before[i])) == 0 && q + strlen(before[i]) < p)
                    from = q + strlen(before[i]);
        hide_add(h, HIDE_PROCESS, from, (size_t)(p - from));
    }
}

/* ---- what is met ---- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || (c & 0x80);
}

/* Does a word go on there? A point within it does, one at the end of a sentence does not. */
static bool goes_on(const char *p)
{
    return is_word(*p) || ((*p == '.' || *p == '/') && is_word(p[1]));
}

static bool name_fits(const struct hidden *x, const char *p)
{
    size_t n = strlen(x->name);
    bool plain = n < HIDE_SHORT;
    for (size_t i = 0; i < n && !plain; i++)
        plain = isalpha((unsigned char)x->name[i]);
    if (strncasecmp(x->name, p, n) != 0)
        return false;
    if (n < HIDE_SHORT || !plain)
        return strncmp(p + n, " (", 2) == 0 || p[n] == '}';
    return !goes_on(p + n);
}

/* The length of a run until a blank or what closes a clause. */
static size_t run_length(const char *p)
{
    size_t n = strcspn(p, " \t\n,;\"'(){}[]<>|");
    while (n && strchr(".:?!", p[n - 1]))
        n--;
    return n;
}

/* A path, but not "/" alone, which every machine has. */
static size_t path_length(const char *p)
{
    size_t n = *p == '/' ? run_length(p) : 0;
    return n > 1 ? n : 0;
}

/* Of the service manager, and control groups by their path. */
static size_t group_length(const char *p)
{
    static const char *const ends[] = { ".service", ".scope", ".slice", ".mount", ".socket", ".timer", ".swap" };
    size_t n = run_length(p);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (const char *q = p; (q = strstr(q, ends[i])) && q < p + n; q++)
            if (q > p && !isalnum((unsigned char)q[strlen(ends[i])]))
                return n;
    return 0;
}

/* Serial numbers, digests, addresses of network cards. */
static size_t id_length(const char *p)
{
    size_t n = 0, run = 0, longest = 0;
    bool digit = false;
    for (; is_word(p[n]) || (p[n] == ':' && isxdigit((unsigned char)p[n + 1]) && n >= 2); n++) {
        run = isxdigit((unsigned char)p[n]) || (p[n] == ':' && run) ? run + 1 : 0;
        digit = digit || isdigit((unsigned char)p[n]);
        longest = run > longest ? run : longest;
    }
    return digit && longest >= HIDE_ID_DIGITS ? n : 0;
}

static size_t hide_put_as(struct hide *h, struct hidden *x, size_t n, struct buf *out)
{
    if (!x->number)
        x->number = ++h->numbers[x->kind];
    buf_printf(out, "%s %d", words[x->kind], x->number);
    return n;
}

/* What stands at p, and begins a word; the bytes that were put in other words, 0 for none. */
static size_t hide_one(struct hide *h, const char *p, struct buf *out)
{
    for (size_t i = 0; i < h->n; i++)
        if (name_fits(&h->p[i], p))
            return hide_put_as(h, &h->p[i], strlen(h->p[i].name), out);
    size_t n;
    enum hide_kind kind = (n = path_length(p)) ? HIDE_PATH : (n = group_length(p)) ? HIDE_GROUP : HIDE_ID;
    n = n ? n : id_length(p);
    if (!n || h->stays[kind])
        return 0;
    return hide_put_as(h, hide_add(h, kind, p, n < HIDE_NAME_MAX ? n : HIDE_NAME_MAX), n, out);
}

void hide_put(struct hide *h, const char *from, struct buf *out)
{
    auto_free char *text = mem_new(strlen(from) + 1);
    text_copy(text, strlen(from) + 1, from); /* as the names are */
    hide_learn(h, text);
    for (const char *p = text; *p; ) {
        bool begins = p == text || !(is_word(p[-1]) || (p[-1] == '.' && p > text + 1 && is_word(p[-2])));
        size_t n = begins && *p != ' ' ? hide_one(h, p, out) : 0;
        if (!n)
            buf_putc(out, *p);
        p += n ? n : 1;
    }
}
