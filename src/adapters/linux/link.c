/*
 * link.c - what a network card has agreed with the other end, and how often it lost it, from
 * /sys/class/net (Documentation/ABI/testing/sysfs-class-net of the kernel).
 *
 * Interfaces with hardware behind them only: the others have no cable. A card that does not know
 * its speed (a virtual one, or no link) says -1 or nothing at all, which is not known here. Every 30 s:
 * a change of link is rare, and reading `speed` asks the driver.
 */
#include "adapters/linux/table.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINKS = 64, NAME = 32 };

enum { MTU };

static const struct table_row link_rows[] = {
    [MTU] = { "mtu",          "net.link.mtu",     NULL, BYTES, KIND_GAUGE,   "largest packet that it takes" },
    { "speed",                "net.link.speed",   NULL, MEGABITS_PER_S, KIND_GAUGE, "what the link carries at most, in each direction" },
    { "carrier",              "net.link.up",      NULL, ONES,  KIND_GAUGE,   "is there a signal? 1: yes" },
    { "carrier_changes",      "net.link.changes", NULL, ONES,  KIND_COUNTER, "times that the signal came or went" },
    { "carrier_down_count",   "net.link.losses",  NULL, ONES,  KIND_COUNTER, "times that the signal went" },
    { "tx_queue_len",         "net.link.queue",   NULL, ONES,  KIND_GAUGE,   "packets that may wait to be sent" },
};

struct port {
    char name[NAME], path[64];
    struct table_file file;
    struct table table;
    struct table_reader *reader; /* NULL: it is away */
};

struct link {
    const struct adapter_env *env;
    struct schema *s; /* while links are looked for */
    int n;
    struct port port[LINKS];
};

static void link_open_port(struct link *l, struct port *p)
{
    if (table_open(l->env, &p->table, l->s, &p->reader) < 0)
        p->reader = NULL;
}

/* A card that came back has new files. */
static void link_note(void *self, const char *name)
{
    struct link *l = self;
    char device[96];
    int i = 0;
    while (i < l->n && strcmp(l->port[i].name, name) != 0)
        i++;
    struct port *p = &l->port[i];
    if (i == LINKS || strlen(name) >= NAME || (i < l->n && p->reader))
        return;
    snprintf(device, sizeof device, "/sys/class/net/%s/device", name);
    if (!os_exists(l->env->root, device))
        return;
    if (i == l->n) {
        l->n++;
        text_copy(p->name, sizeof p->name, name);
        snprintf(p->path, sizeof p->path, "/sys/class/net/%s", name);
        p->file = (struct table_file){ p->path, KEYED_FILES, TABLE_ROWS(link_rows), p->name };
        p->table = (struct table){ .file = &p->file, .n = 1 };
    }
    link_open_port(l, p);
}

static int link_rescan(void *self, struct schema *s)
{
    struct link *l = self;
    l->s = s;
    os_list(l->env->root, "/sys/class/net", link_note, l);
    return 0;
}

static void link_close(void *self)
{
    struct link *l = self;
    for (int i = 0; l && i < l->n; i++)
        table_close(l->port[i].reader);
    mem_free(l);
}

static int link_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct link *l = mem_new(sizeof *l);
    l->env = env;
    link_rescan(l, s);
    if (l->n == 0) {
        link_close(l);
        return -ENODEV;
    }
    *self = l;
    return 0;
}

static void link_sample(void *self, struct frame *f)
{
    struct link *l = self;
    for (int i = 0; i < l->n; i++) {
        struct port *p = &l->port[i];
        if (!p->reader)
            continue;
        table_sample(p->reader, f);
        if (!isnan(table_value(p->reader, 0, MTU)))
            continue;
        table_close(p->reader);
        p->reader = NULL;
    }
}

const struct adapter adapter_link = {
    .name = "link", .doc = "speed and losses of the links of network cards",
    .provides = "net.link.*",
    .period_ms = 30000,
    .open = link_open, .sample = link_sample, .rescan = link_rescan, .close = link_close,
};
