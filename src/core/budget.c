/* budget.c - windows of cost, judged. */
#include "core/budget.h"

#define WINDOW_NS 10000000000
#define ROOM 0.4       /* below this share of the limit there is room: doubling a period at most halves the cost */
#define CALM_WINDOWS 6
#define HOUR_NS 3600e9

bool budget_is_due(const struct budget *b, int64_t mono_ns)
{
    return b->start_ns == 0 || mono_ns - b->start_ns >= WINDOW_NS;
}

/* An hour that has only begun counts whole, or the first file written would be an overrun. */
static void budget_judge_rest(struct budget *b, int64_t mono_ns, const struct budget_use *use)
{
    double hours = (double)(mono_ns - b->first_ns) / HOUR_NS;
    b->rss_bytes = use->rss_bytes;
    b->written_per_hour = (use->written_bytes - b->first_written) / (hours > 1 ? hours : 1);
    b->fat = b->limits.rss_bytes > 0 && b->rss_bytes > b->limits.rss_bytes;
    b->chatty = b->limits.written_bytes_per_hour > 0 && b->written_per_hour > b->limits.written_bytes_per_hour;
}

static enum budget_verdict budget_judge_cpu(struct budget *b)
{
    double limit = b->limits.cpu_percent;
    b->calm = b->cpu_percent < ROOM * limit ? b->calm + 1 : 0;
    if (limit <= 0)
        return BUDGET_FINE;
    if (b->cpu_percent > limit)
        return BUDGET_OVER;
    if (b->calm < CALM_WINDOWS)
        return BUDGET_FINE;
    b->calm = 0;
    return BUDGET_ROOM;
}

enum budget_verdict budget_judge(struct budget *b, int64_t mono_ns, const struct budget_use *use)
{
    bool first = b->start_ns == 0, judged = b->judged;
    double seconds = (double)(mono_ns - b->start_ns) * 1e-9;
    if (first) {
        b->first_ns = mono_ns;
        b->first_written = use->written_bytes;
    } else {
        b->cpu_percent = 100 * (use->cpu_s - b->before.cpu_s) / seconds;
        b->judged = true;
    }
    b->start_ns = mono_ns;
    b->before = *use;
    budget_judge_rest(b, mono_ns, use);
    return first || !judged ? BUDGET_WAIT : budget_judge_cpu(b);
}
