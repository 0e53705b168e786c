#include "store/summary.h"
#include "base/mem.h"
struct summary { int x; };
struct summary *summary_new(int w) { (void)w; return mem_new(sizeof(struct summary)); }
int summary_add(struct summary *s, const struct schema *schema, int64_t wall_ms, const double *v, int n) { (void)s; (void)schema; (void)wall_ms; (void)v; (void)n; return 0; }
int summary_rows(const struct summary *s) { (void)s; return 0; }
int summary_put(struct summary *s, const struct schema *schema, struct buf *out) { (void)s; (void)schema; (void)out; return 0; }
void summary_free(struct summary *s) { mem_free(s); }
