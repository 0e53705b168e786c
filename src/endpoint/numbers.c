/* numbers.c - numbers as people write them: 5180, 5,180.5, 1e6, 14:05. */
#include "endpoint/numbers.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct number {
    const char *at;
    size_t n;
    bool clock;      /* a time of day */
    double value;
    int decimals;
};

static bool digit(char c)
{
    return isdigit((unsigned char)c);
}

static bool letter(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (c & 0x80);
}

/* Is the digit part of a name? The T before a time of day is none. */
static bool in_name(const char *text, const char *p)
{
    if (p == text || !letter(p[-1]))
        return false;
    return !(p[-1] == 'T' && p - text > 1 && digit(p[-2]));
}

/* "1. " and "2) " at the beginning of a line. */
static bool in_list(const char *text, const char *p, size_t n)
{
    const char *q = p;
    while (q > text && (q[-1] == ' ' || q[-1] == '*'))
        q--;
    bool begins = q == text || q[-1] == '\n';
    return begins && n <= 2 && (p[n] == '.' || p[n] == ')') && (p[n + 1] == ' ' || p[n + 1] == '*');
}

static size_t clock_length(const char *p)
{
    size_t n = strspn(p, "0123456789");
    while (p[n] == ':' && digit(p[n + 1]))
        n += 1 + strspn(p + n + 1, "0123456789");
    return n;
}

/* A comma with just three digits behind it. */
static bool is_thousands(const char *p)
{
    return *p == ',' && digit(p[1]) && digit(p[2]) && digit(p[3]) && !digit(p[4]);
}

/* Copies without the commas of thousands; the length of what was read. */
static size_t number_copy(const char *p, char *plain, size_t cap, int *decimals)
{
    size_t n = 0, k = 0;
    *decimals = 0;
    while (digit(p[n]) || (n && is_thousands(p + n))) {
        if (p[n] != ',' && k + 1 < cap)
            plain[k++] = p[n];
        n++;
    }
    if (p[n] == '.' && digit(p[n + 1])) {
        size_t fraction = strspn(p + n + 1, "0123456789");
        *decimals = (int)fraction;
        for (size_t i = 0; i <= fraction && k + 1 < cap; i++)
            plain[k++] = p[n + i];
        n += 1 + fraction;
    }
    size_t sign = p[n] == 'e' || p[n] == 'E' ? 1 + (p[n + 1] == '+' || p[n + 1] == '-') : 0;
    if (sign && digit(p[n + sign])) {
        size_t all = sign + strspn(p + n + sign, "0123456789");
        for (size_t i = 0; i < all && k + 1 < cap; i++)
            plain[k++] = p[n + i];
        n += all;
        *decimals = 0;
    }
    plain[k] = '\0';
    return n;
}

/* The next number of a text at or after p; false when there is none. */
static bool number_next(const char *text, const char **p, struct number *out)
{
    char plain[64];
    for (const char *q = *p; *q; q++) {
        if (!digit(*q))
            continue;
        size_t clock = clock_length(q);
        if (in_name(text, q)) {
            while (digit(q[1]))
                q++;
            continue;
        }
        *out = (struct number){ .at = q, .n = clock, .clock = strcspn(q, ":") < clock };
        if (!out->clock)
            out->n = number_copy(q, plain, sizeof plain, &out->decimals);
        out->value = out->clock ? 0 : strtod(plain, NULL);
        *p = q + out->n;
        return true;
    }
    return false;
}

/* "14:05" of "14:05:31"; "9:05" of "09:05". */
static bool clock_is(const struct number *said, const struct number *known)
{
    const char *a = said->at, *b = known->at;
    size_t n = said->n, m = known->n;
    for (; n > 1 && *a == '0' && a[1] != ':'; n--)
        a++;
    for (; m > 1 && *b == '0' && b[1] != ':'; m--)
        b++;
    return n <= m && strncmp(a, b, n) == 0 && (n == m || b[n] == ':');
}

static bool number_is(const struct number *said, const struct number *known)
{
    if (said->clock || known->clock)
        return said->clock && known->clock && clock_is(said, known);
    double half = 0.5 * pow(10, -said->decimals);
    return said->value == known->value || /* both may be infinite: 1e999 */
           fabs(said->value - known->value) <= half * (1 + 1e-9) + 1e-12 * fabs(known->value);
}

static bool number_known(const struct number *said, const char *known)
{
    struct number k;
    for (const char *p = known; number_next(known, &p, &k);)
        if (number_is(said, &k))
            return true;
    return false;
}

size_t numbers_loose(const char *said, const char *known, char out[static NUMBERS_MAX][NUMBERS_TEXT])
{
    struct number s;
    size_t n = 0;
    for (const char *p = said; n < NUMBERS_MAX && number_next(said, &p, &s);) {
        if (in_list(said, s.at, s.n) || number_known(&s, known))
            continue;
        snprintf(out[n], NUMBERS_TEXT, "%.*s", s.n < NUMBERS_TEXT ? (int)s.n : NUMBERS_TEXT - 1, s.at);
        bool again = false;
        for (size_t i = 0; i < n; i++)
            again = again || strcmp(out[i], out[n]) == 0;
        n += !again;
    }
    return n;
}
