/* What changed, for people and for programs. */
#ifndef OUTPUT_CHANGED_REPORT_H
#define OUTPUT_CHANGED_REPORT_H

#include "analyze/anomaly/changed.h"
#include "base/buf.h"
#include "output/screen.h"

/* Of one without a reason why it is not known. */
void changed_text(struct buf *out, const struct recording *r, const struct changed *c, const struct screen *s);
void changed_json(struct buf *out, const struct recording *r, const struct changed *c);

#endif
