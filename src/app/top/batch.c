/* batch.c - screens without a terminal. */
#include "app/top/batch.h"

#include "base/auto.h"
#include "base/json.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>

static void json_process(struct json *j, const struct live_proc *p)
{
    char state[2] = { p->p.state, '\0' };
    json_object(j, NULL);
    json_int(j, "pid", p->p.pid);
    json_int(j, "ppid", p->p.ppid);
    json_string(j, "name", p->p.name);
    json_string(j, "state", state);
    json_double(j, "cpu_percent", p->use.cpu_percent);
    json_double(j, "rss_bytes", p->p.rss_bytes);
    json_double(j, "rss_growth_bytes", p->use.rss_growth_bytes);
    json_double(j, "read_rate", p->use.read_rate);
    json_double(j, "write_rate", p->use.write_rate);
    json_double(j, "threads", p->p.threads);
    json_double(j, "gpu_bytes", p->p.gpu_bytes);
    json_end(j);
}

void batch_json(struct buf *out, const struct live *l, double interval_s)
{
    const struct schema *s = l->rec->schema;
    struct json j;
    json_init(&j, out);
    json_object(&j, NULL);
    json_int(&j, "schema", 1);
    json_time(&j, "time", live_wall_ms(l));
    json_double(&j, "interval_s", interval_s);
    json_object(&j, "verdict");
    json_string(&j, "level", verdict_level_name(l->verdict.level));
    json_string(&j, "text", l->verdict.text);
    json_end(&j);
    json_object(&j, "metrics");
    for (int slot = 0; slot < schema_size(s); slot++)
        json_double(&j, schema_id(s, slot), live_value(l, slot));
    json_end(&j);
    json_array(&j, "processes");
    for (size_t i = 0; i < l->n_procs; i++)
        json_process(&j, &l->procs[i]);
    json_end(&j);
    json_end(&j);
    buf_putc(out, '\n');
}

static void batch_print(struct top *t, const struct batch *b, int i)
{
    auto_buf struct buf out = { 0 };
    if (b->json) {
        batch_json(&out, &t->live, t->view.interval_s);
    } else {
        if (i)
            buf_putc(&out, '\n');
        top_draw(t, b->rows, b->columns);
        grid_text(&t->grid, &out);
    }
    fwrite(out.p, 1, out.n, stdout);
    fflush(stdout);
}

int batch_run(struct top *t, struct feed *feed, const struct batch *b)
{
    int rc = 0, printed = 0;
    for (int tick = 0; printed < b->frames; tick++) {
        const struct moment *m;
        rc = feed_next(feed, &m);
        feed->behind |= b->last; /* all but the end is only what came before it */
        if (rc == 0)
            rc = live_take(&t->live, feed, m);
        if (rc < 0)
            break;
        top_tick(t);
        if (tick > 0 && !feed->behind)
            batch_print(t, b, printed++);
        if (os_reader_left(fileno(stdout)))
            return 0; /* `| head`: what was printed was what was asked for */
    }
    if (rc == -ENODATA && !printed && t->live.shown) {
        if (b->last)
            live_judge(&t->live);
        batch_print(t, b, printed++);
    }
    return rc == -ENODATA && printed ? 0 : rc;
}
