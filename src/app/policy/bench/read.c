/* read.c - in a file of its own, as jansson and base/json.h have functions of the same names. */
#include "app/policy/bench/bench.h"

#include "base/text.h"

#include <jansson.h>
#include <math.h>

double bench_read_number(const char *object, const char *key)
{
    json_t *read = json_loads(object, 0, NULL), *v = json_object_get(read, key);
    double out = json_is_number(v) ? json_number_value(v) : NAN;
    json_decref(read);
    return out;
}

bool bench_read_text(const char *object, const char *key, char *out, size_t cap)
{
    json_t *read = json_loads(object, 0, NULL);
    const char *text = json_string_value(json_object_get(read, key));
    if (text)
        text_copy(out, cap, text);
    json_decref(read);
    return text;
}
