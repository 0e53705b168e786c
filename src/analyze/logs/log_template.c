/* log_template.c - masks what differs from one time to the next. */
#include "analyze/logs/log_template.h"

#include "base/hash.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define HEX_MIN 6   /* letters a..f make words: "dead", "facade" */
#define QUOTE_MAX 120 /* behind that, a quote is an apostrophe */

static bool template_is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Bytes of a hexadecimal word with a digit in it, 0 for none. */
static size_t template_hex(const char *p)
{
    size_t n = p[0] == '0' && (p[1] == 'x' || p[1] == 'X') ? 2 : 0;
    bool prefixed = n > 0, digit = prefixed;
    while (isxdigit((unsigned char)p[n])) {
        digit |= isdigit((unsigned char)p[n]) != 0;
        n++;
    }
    return digit && n >= (prefixed ? 3 : HEX_MIN) && !template_is_word(p[n]) ? n : 0;
}

/* Bytes of what stands in quotes, with them, 0 for none. */
static size_t template_quoted(const char *p)
{
    size_t n = 1;
    if (*p != '"' && *p != '\'' && *p != '`')
        return 0;
    char end = *p == '`' ? '\'' : *p;
    while (n < QUOTE_MAX && p[n] && p[n] != end)
        n++;
    return p[n] == end ? n + 1 : 0;
}

/* Bytes of a number: digits, and what joins them to one of several (1.2.3.4, 12:00:01, 1,000). */
static size_t template_number(const char *p)
{
    size_t n = 0;
    while (isdigit((unsigned char)p[n]) ||
           (n && strchr(".:,-/", p[n]) && p[n] && isdigit((unsigned char)p[n - 1]) && isdigit((unsigned char)p[n + 1])))
        n++;
    return n;
}

char *log_template_text(const char *text, char out[static LOG_TEMPLATE_MAX])
{
    size_t n = 0;
    bool in_word = false;
    while (*text && n + 1 < LOG_TEMPLATE_MAX) {
        size_t skip = in_word ? 0 : template_quoted(text);
        skip = skip || in_word ? skip : template_hex(text);
        skip = skip ? skip : template_number(text);
        in_word = !skip && template_is_word(*text);
        out[n++] = skip ? '#' : *text;
        text += skip ? skip : 1;
    }
    out[n] = '\0';
    return out;
}

uint64_t log_template(const struct log_line *l)
{
    char text[LOG_TEMPLATE_MAX], ident[LOG_TEMPLATE_MAX];
    uint64_t h = hash_text(HASH_START, log_template_text(l->ident, ident));
    h = hash_text(h, log_template_text(l->text, text));
    h = l->claimed ? hash_text(h, "claimed") : h; /* no copy of what the kernel says weighs in its place */
    return h ? h : 1;
}
