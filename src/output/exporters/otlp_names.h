/* What OpenTelemetry calls the metrics that it has a name for. */
#ifndef OUTPUT_EXPORTERS_OTLP_NAMES_H
#define OUTPUT_EXPORTERS_OTLP_NAMES_H

#include "core/schema.h"

#define OTLP_SCHEMA "https://opentelemetry.io/schemas/1.44.0" /* whose names they are */

enum otlp_kind {
    OTLP_GAUGE,
    OTLP_LEVEL, /* an UpDownCounter there: what may be added up over attributes */
    OTLP_COUNTER,
};

struct otlp_name {
    const char *family, *only; /* of ours; only this instance, NULL: any but "total" */
    const char *name, *unit;
    enum otlp_kind kind;
    double scale;      /* what a value of ours is multiplied by */
    const char *inst;  /* the attribute that has our instance; NULL: none has */
    const char *before; /* put before the instance, where its attribute must be unique over kinds; "" */
    const char *fixed; /* attributes that say which of several it is: "disk.io.direction=read,..."; "" */
};

/* NULL: it goes by our name. The whole of several ("total") does always: added to its parts it would count twice. */
const struct otlp_name *otlp_name_of(const struct metric *m);

#endif
