/* words.c - cuts a question, and corrects what is nearly a word of the lexicon. */
#include "ask/words.h"

#include "base/mem.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What is part of a word; of what is not ASCII only letters come, as bytes of UTF-8. */
static bool words_char(unsigned char c)
{
    return isalnum(c) || c >= 0x80 || strchr("_.:/{}-%'&@", c);
}

static void words_add(struct words *out, const char *text, size_t n, bool pause)
{
    while (n && strchr(".:-'", text[n - 1]))
        n--;
    while (n && strchr(".:-'{}", *text)) {
        text++;
        n--;
    }
    if (!n || out->n == WORDS_MAX)
        return;
    struct word *w = &out->w[out->n++];
    *w = (struct word){ .is = "", .pause = pause };
    n = n < sizeof w->text ? n : sizeof w->text - 1;
    memcpy(w->text, text, n);
}

#define LARGEST 1e15 /* of a number that somebody means */

static bool words_starts(const char *text, const char *shape)
{
    for (; *shape; text++, shape++)
        if (*shape == '9' ? !isdigit((unsigned char)*text) : *text != *shape)
            return false;
    return true;
}

/* "24/11", "24/11/2026", "2026/11/24", "24-11-2026", whether there is such a day or not; a point may end it. */
static bool words_is_date(const char *text)
{
    size_t n = strspn(text, "0123456789"), parts = 1, longest = n;
    char mark = text[n];
    if (!n || n > 4 || !mark || !strchr("/-", mark))
        return false;
    const char *p = text + n;
    for (; *p == mark && isdigit((unsigned char)p[1]); p += 1 + n, parts++) {
        n = strspn(p + 1, "0123456789");
        longest = n > longest ? n : longest;
    }
    return !p[strspn(p, ".:")] && longest <= 4 && (parts == 3 || (parts == 2 && mark == '/')) &&
        (mark == '/' || longest == 4);
}

/* A clock, a date, both, as base/when.h reads them; "9:15pm" and "9:00-11:00" are more than that. */
static bool words_is_time(const char *text)
{
    bool clock = words_starts(text, "99:99") || words_starts(text, "9:99");
    return words_starts(text, "9999-99-99") || (clock && !text[strspn(text, "0123456789:")]) || words_is_date(text);
}

/* "4gb", "1h30m", "90%", "9-11", "1.5": numbers and what stands between them. A letter in front makes a name. */
static void words_add_number(struct words *out, const char *p, bool pause)
{
    double v;
    if (strchr(p, 'e') && text_double(p, &v)) { /* "1e9" */
        words_add(out, p, strlen(p), pause);
        return;
    }
    while (*p) {
        size_t n = strspn(p, "0123456789.");
        if (!n) {
            for (n = 1; p[n] && !isdigit((unsigned char)p[n]);)
                n++;
            while (n > 1 && p[n] && !isalpha((unsigned char)p[n - 1]))
                n--;
        }
        bool digit = isdigit((unsigned char)*p);
        bool mark = p[n] == ':' || (digit && p[n] == '/'); /* of a range: "9:00-11:00", "23/11-24/11" */
        if (mark && isdigit((unsigned char)p[n + 1]))
            n += 1 + strspn(p + n + 1, "0123456789:/");
        bool range = digit && p[n] == '-' && isdigit((unsigned char)p[n + 1]);
        if (n > 1 || *p != '/')
            words_add(out, p, n, pause);
        pause = false;
        p += n;
        if (range && out->n < WORDS_MAX) {
            words_add(out, "to", 2, false);
            out->w[out->n - 1].dash = true;
        }
        p += strspn(p, "-");
    }
}

/* "what's" is "what is", "chrome's" is "chrome", "doesn't" is "doesnt". */
static void words_add_apostrophe(struct words *out, const char *text, const char *at, bool pause)
{
    char joined[WORDS_TEXT];
    static const char asking[] = "what|how|who|where|when|that|it|why|there|everything|which";
    size_t n = (size_t)(at - text);
    memcpy(joined, text, n);
    joined[n] = '\0';
    if (strcmp(at, "'s") == 0 || strcmp(at, "'re") == 0 || strcmp(at, "'ll") == 0) {
        words_add(out, joined, n, pause);
        if (words_listed(asking, joined))
            words_add(out, at[1] == 'l' ? "will" : "is", at[1] == 'l' ? 4 : 2, false);
        return;
    }
    strcpy(joined + n, at + 1);
    words_add(out, joined, strlen(joined), pause);
}

/* "cpu-usage" and "cpu/gpu" are two words, unless the whole is one: "wi-fi", "i/o", "/home", a metric. */
static bool words_add_parts(struct words *out, const char *text, bool pause)
{
    size_t n = strlen(text);
    if (n > 1 && text[n - 1] == '%') {
        words_add(out, text, n - 1, pause);
        words_add(out, "%", 1, false);
        return true;
    }
    const char *cut = strpbrk(text, "-/");
    if (!cut || cut == text || !cut[1] || strpbrk(text, "{:.") || !isalpha((unsigned char)cut[1]))
        return false;
    words_add(out, text, (size_t)(cut - text), pause);
    words_add(out, cut + 1, strlen(cut + 1), false);
    return true;
}

static void words_add_token(struct words *out, const char *text, bool pause, words_known *known, void *self)
{
    const char *apostrophe = strchr(text, '\'');
    if (lexicon_find(text) || (known && known(self, text)))
        words_add(out, text, strlen(text), pause);
    else if (apostrophe && apostrophe > text && apostrophe[1])
        words_add_apostrophe(out, text, apostrophe, pause);
    else if (isdigit((unsigned char)*text) && !words_is_time(text))
        words_add_number(out, text, pause);
    else if (!words_add_parts(out, text, pause))
        words_add(out, text, strlen(text), pause);
}

/* An instance may have blanks: "sensor.temp{a/k10temp/Package id 0}" is one word. */
static size_t words_token(const char *p, char token[static WORDS_TEXT])
{
    size_t n = 0, kept = 0;
    bool braces = false;
    for (; p[n] && (words_char((unsigned char)p[n]) || (braces && strchr(p, '}')) ||
                    (p[n] == '+' && kept > 15 && words_starts(token, "9999-99-99t99:99"))); n++) {
        char c = p[n];
        if (kept < WORDS_TEXT - 1)
            token[kept++] = (char)tolower((unsigned char)c);
        braces = c == '{' || (braces && c != '}');
    }
    token[kept] = '\0';
    return n;
}

/* "1,000" becomes "1000", and typographic apostrophes plain ones; the copy is the caller's. */
static char *words_plain(const char *question)
{
    size_t n = strlen(question), k = 0;
    char *plain = mem_new(n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *p = question + i;
        if (*p == ',' && i && isdigit((unsigned char)p[-1]) && isdigit((unsigned char)p[1]) && n - i > 3 &&
            isdigit((unsigned char)p[2]) && isdigit((unsigned char)p[3]))
            continue;
        bool quote = n - i >= 3 && (memcmp(p, "\xe2\x80\x99", 3) == 0 || memcmp(p, "\xe2\x80\x98", 3) == 0);
        plain[k++] = quote ? '\'' : *p;
        i += quote ? 2 : 0;
    }
    return plain;
}

static void words_cut(struct words *out, const char *question, words_known *known, void *self)
{
    char *plain = words_plain(question), token[WORDS_TEXT];
    bool pause = false;
    for (const char *p = plain; *p && out->n < WORDS_MAX;) {
        if (!words_char((unsigned char)*p)) {
            pause = pause || strchr(",;.?", *p) != NULL;
            p++;
            continue;
        }
        p += words_token(p, token);
        words_add_token(out, token, pause, known, self);
        pause = false;
    }
    mem_free(plain);
}

bool words_is_zone(const char *text)
{
    return words_listed("cet|cest|eet|eest|msk|bst|ist|est|edt|cst|cdt|mst|mdt|pst|pdt|akst|akdt|hst|jst|kst|hkt|sgt|"
                        "aest|aedt|acst|awst|nzst|nzdt|sast|brt", text);
}

static void words_judge(struct words *out, struct word *w, words_known *known, void *self)
{
    int edits;
    w->number = isdigit((unsigned char)*w->text) && text_double(w->text, &w->value) && w->value < LARGEST;
    const struct lexicon_word *e = lexicon_find(w->text);
    if (!e && !w->number && isalpha((unsigned char)*w->text) && !words_is_zone(w->text) &&
        !(known && known(self, w->text)) && !strpbrk(w->text, ".:/{0123456789") &&
        (e = lexicon_nearest(w->text, &edits))) {
        if (!*out->slips[0]) {
            memcpy(out->slips[0], w->text, sizeof w->text);
            text_copy(out->slips[1], sizeof out->slips[1], e->word);
        }
        text_copy(w->text, sizeof w->text, e->word);
    }
    if (e) {
        w->is = e->word;
        w->kind = e->kind;
    }
}

void words_read(struct words *out, const char *question, words_known *known, void *self)
{
    *out = (struct words){ 0 };
    words_cut(out, question, known, self);
    for (int i = 0; i < out->n; i++)
        words_judge(out, &out->w[i], known, self);
}

bool words_listed(const char *list, const char *text)
{
    size_t length = strlen(text);
    for (const char *p = list; length;) {
        size_t n = strcspn(p, "|");
        if (n == length && memcmp(p, text, n) == 0)
            return true;
        if (!p[n])
            return false;
        p += n + 1;
    }
    return false;
}

bool words_is(const struct words *q, int i, const char *list)
{
    return i >= 0 && i < q->n && !q->w[i].use && (words_listed(list, q->w[i].is) || words_listed(list, q->w[i].text));
}

int words_find(const struct words *q, int from, const char *list)
{
    for (int i = from < 0 ? 0 : from; i < q->n; i++)
        if (words_is(q, i, list))
            return i;
    return -1;
}

void words_take(struct words *q, int from, int to, enum word_use use)
{
    for (int i = from < 0 ? 0 : from; i < to && i < q->n; i++)
        q->w[i].use = use;
}
