/*
 * conntrack.c - what the kernel remembers of the network: connections that pass its firewall,
 * neighbours, and the ways to elsewhere, from /proc/sys/net/netfilter and /proc/net/stat
 * (Documentation/networking/nf_conntrack-sysctl.rst; the files' own headings).
 *
 * A full table of connections drops packets that nobody can explain, so the share in use is a
 * metric of its own. Counters are kept per core and added up here.
 */
#include "adapters/linux/table.h"
#include "base/mem.h"

#define TOTAL(key, name, help) { key, name, NULL, ONES, KIND_COUNTER, help }
#define LEVEL(key, name, inst, help) { key, name, inst, ONES, KIND_GAUGE, help }
#define COUNT(key, name, inst, help) { key, name, inst, ONES, KIND_COUNTER, help }

enum { COUNTED, MOST };

static const struct table_row conntrack_levels[] = {
    [COUNTED] = LEVEL("nf_conntrack_count", "net.conntrack.used", NULL, "connections that the firewall remembers"),
    [MOST]    = LEVEL("nf_conntrack_max",   "net.conntrack.limit", NULL, "connections that it can remember"),
};

static const struct table_row conntrack_cores[] = {
    TOTAL("found",          "net.conntrack.found",          "packets of a connection that was remembered"),
    TOTAL("invalid",        "net.conntrack.invalid",        "packets that fit no connection"),
    TOTAL("insert",         "net.conntrack.inserts",        "connections entered by hand"),
    TOTAL("insert_failed",  "net.conntrack.inserts.failed", "connections that could not be entered"),
    TOTAL("drop",           "net.conntrack.drops",          "packets dropped: the table was full"),
    TOTAL("early_drop",     "net.conntrack.evicted",        "connections forgotten early to make room"),
    TOTAL("icmp_error",     "net.conntrack.icmp_errors",    "ICMP messages that fit no connection"),
    TOTAL("expect_new",     "net.conntrack.expected",       "connections expected because of another (FTP, SIP)"),
    TOTAL("expect_create",  "net.conntrack.expected.made",  "expectations noted"),
    TOTAL("expect_delete",  "net.conntrack.expected.gone",  "expectations dropped"),
    TOTAL("search_restart", "net.conntrack.restarts",       "searches begun anew: the table changed under them"),
    TOTAL("clashres",       "net.conntrack.clashes",        "two packets that opened the same connection at once"),
    TOTAL("chainlength",    "net.conntrack.chains",         "entries refused: their chain was too long"),
};

#define NEIGHBOURS { \
    LEVEL("entries", "net.neighbours", NULL, "neighbours whose addresses are known or asked for"), \
    COUNT("allocs",             "net.neighbours.added", NULL,     "neighbours that came to be known"), \
    COUNT("destroys",           "net.neighbours.removed", NULL,   "neighbours forgotten"), \
    COUNT("lookups",            "net.neighbours.lookups", NULL,   "times that one was looked for"), \
    COUNT("hits",               "net.neighbours.hits", NULL,      "times that one was found"), \
    COUNT("res_failed",         "net.neighbours.failed", NULL,    "neighbours that did not answer"), \
    COUNT("periodic_gc_runs",   "net.neighbours.tidied", NULL,    "times that old ones were looked for"), \
    COUNT("forced_gc_runs",     "net.neighbours.forced", NULL,    "times that some had to go to make room"), \
    COUNT("unresolved_discards", "net.neighbours.drops", NULL,    "packets dropped while they waited for an address"), \
    COUNT("table_fulls",        "net.neighbours.overflows", NULL, "times that the table was full") }

static const struct table_row conntrack_neighbours[] = NEIGHBOURS;

static const struct table_row conntrack_routes[] = {
    LEVEL("entries",        "net.routes.cached",   NULL, "ways to elsewhere that are held"),
    COUNT("in_slow_tot",    "net.routes.recv",     NULL, "packets received for which the way was worked out"),
    COUNT("in_no_route",    "net.routes.missing",  NULL, "packets received for which there was no way"),
    COUNT("in_martian_dst", "net.routes.martians", NULL, "packets received to or from an impossible address"),
    COUNT("in_martian_src", "net.routes.martians", NULL, ""),
    COUNT("in_brd",         "net.routes.broadcast", NULL, "packets received for everybody"),
    COUNT("out_slow_tot",   "net.routes.send",     NULL, "packets sent for which the way was worked out"),
};

enum { LEVELS, CORES, ARP, NDISC, ROUTES, FILES };

static const struct table_file conntrack_files[FILES] = {
    [LEVELS] = { "/proc/sys/net/netfilter",      KEYED_FILES, TABLE_ROWS(conntrack_levels), NULL },
    [CORES]  = { "/proc/net/stat/nf_conntrack",  KEYED_CORES, TABLE_ROWS(conntrack_cores), NULL },
    [ARP]    = { "/proc/net/stat/arp_cache",     KEYED_CORES, TABLE_ROWS(conntrack_neighbours), "ip" },
    [NDISC]  = { "/proc/net/stat/ndisc_cache",   KEYED_CORES, TABLE_ROWS(conntrack_neighbours), "ip6" },
    [ROUTES] = { "/proc/net/stat/rt_cache",      KEYED_CORES, TABLE_ROWS(conntrack_routes), NULL },
};

static const struct table conntrack_table = {
    conntrack_files, FILES,
    "there is no /proc/net/stat: the kernel was built without networking, or /proc is not mounted",
};

struct conntrack {
    struct table_reader *table;
    int util;
};

static int conntrack_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct conntrack *c = mem_new(sizeof *c);
    int rc = table_open(env, &conntrack_table, s, &c->table);
    if (rc < 0) {
        mem_free(c);
        return rc;
    }
    c->util = schema_find(s, "net.conntrack.limit", NULL) < 0 ? -1 : schema_add(s, &(struct metric){
        .name = "net.conntrack.util", .unit = UNIT_PERCENT, .kind = KIND_GAUGE, .max = 100,
        .help = "share of the connections that the firewall can remember" });
    *self = c;
    return 0;
}

static void conntrack_sample(void *self, struct frame *f)
{
    struct conntrack *c = self;
    table_sample(c->table, f);
    double most = table_value(c->table, LEVELS, MOST);
    frame_set(f, c->util, most > 0 ? 100 * table_value(c->table, LEVELS, COUNTED) / most : NAN);
}

static void conntrack_close(void *self)
{
    struct conntrack *c = self;
    if (c)
        table_close(c->table);
    mem_free(c);
}

const struct adapter adapter_conntrack = {
    .name = "conntrack", .doc = "connections that the firewall remembers, neighbours, ways",
    .provides = "net.conntrack.*,net.neighbours*,net.routes*",
    .period_ms = 10000,
    .open = conntrack_open, .sample = conntrack_sample, .close = conntrack_close,
};
