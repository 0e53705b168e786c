/* causes.c - which remedy the causes of an anomaly speak for, as the index keeps them. */
#include "app/fix/fix.h"

#include <jansson.h>

const struct remedy_words *fix_of_causes(const char *causes)
{
    const struct remedy_words *w = NULL;
    json_t *list = json_loads(causes, 0, NULL), *one;
    size_t i;
    json_array_foreach(list, i, one) {
        const char *metric = json_string_value(json_object_get(one, "metric"));
        double value = json_number_value(json_object_get(one, "value")),
               expected = json_number_value(json_object_get(one, "expected"));
        if (metric && !w)
            w = remedy_of_cause(metric, value < expected, (int)i);
    }
    json_decref(list);
    return w;
}
