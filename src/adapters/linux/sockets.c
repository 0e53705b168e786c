/*
 * sockets.c - how many connections there are and how TCP and UDP fare, from /proc/net/sockstat,
 * sockstat6 and snmp (Documentation/networking/snmp_counter.rst of the kernel, RFC 4022, RFC 4113).
 *
 * These are the kernel's own sums: they cost the same with ten connections and with a million, and
 * name no address and no process. Read every 5 s: snmp costs as much as five other files.
 */
#include "adapters/linux/lines.h"
#include "base/mem.h"
#include "base/text.h"
#include "core/adapter.h"
#include "os/os.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { SOCKSTAT, SOCKSTAT6, SNMP, FILES };

static const char *const sockets_path[FILES] = { "/proc/net/sockstat", "/proc/net/sockstat6", "/proc/net/snmp" };

enum { USED, TCP4, TCP6, ORPHAN, TIME_WAIT, UDP4, UDP6, ESTABLISHED,
       ACTIVE, PASSIVE, FAILED, RESETS, IN_SEGMENTS, OUT_SEGMENTS, RETRANSMITS, TCP_ERRORS,
       UDP_ERRORS, UDP_DROPS, VALUES };

/* In which file, in the line that begins so, behind or under which word. */
static const struct { int file; const char *line, *word; } sockets_value[VALUES] = {
    [USED]         = { SOCKSTAT,  "sockets:", "used" },
    [TCP4]         = { SOCKSTAT,  "TCP:",     "inuse" },
    [ORPHAN]       = { SOCKSTAT,  "TCP:",     "orphan" },
    [TIME_WAIT]    = { SOCKSTAT,  "TCP:",     "tw" },
    [UDP4]         = { SOCKSTAT,  "UDP:",     "inuse" },
    [TCP6]         = { SOCKSTAT6, "TCP6:",    "inuse" },
    [UDP6]         = { SOCKSTAT6, "UDP6:",    "inuse" },
    [ESTABLISHED]  = { SNMP,      "Tcp:",     "CurrEstab" },
    [ACTIVE]       = { SNMP,      "Tcp:",     "ActiveOpens" },
    [PASSIVE]      = { SNMP,      "Tcp:",     "PassiveOpens" },
    [FAILED]       = { SNMP,      "Tcp:",     "AttemptFails" },
    [RESETS]       = { SNMP,      "Tcp:",     "EstabResets" },
    [IN_SEGMENTS]  = { SNMP,      "Tcp:",     "InSegs" },
    [OUT_SEGMENTS] = { SNMP,      "Tcp:",     "OutSegs" },
    [RETRANSMITS]  = { SNMP,      "Tcp:",     "RetransSegs" },
    [TCP_ERRORS]   = { SNMP,      "Tcp:",     "InErrs" },
    [UDP_ERRORS]   = { SNMP,      "Udp:",     "InErrors" },
    [UDP_DROPS]    = { SNMP,      "Udp:",     "RcvbufErrors" },
};

/* A metric: the sum of one or two values; the second may be missing (no IPv6). */
static const struct { const char *name, *inst, *help; enum kind kind; int value, second; } sockets_metrics[] = {
    { "net.connections", "established", "TCP connections open, half closed ones included", KIND_GAUGE, ESTABLISHED, -1 },
    { "net.connections", "time_wait",   "TCP connections closed and still remembered",     KIND_GAUGE, TIME_WAIT, -1 },
    { "net.connections", "orphan",      "TCP connections whose process is gone",           KIND_GAUGE, ORPHAN, -1 },
    { "net.connections", "tcp",         "TCP sockets in use, listening ones included",     KIND_GAUGE, TCP4, TCP6 },
    { "net.connections", "udp",         "UDP sockets in use",                              KIND_GAUGE, UDP4, UDP6 },
    { "net.connections", "total",       "sockets of all kinds, local ones included",       KIND_GAUGE, USED, -1 },
    { "net.tcp.opens.active",  NULL, "TCP connections begun here",                   KIND_COUNTER, ACTIVE, -1 },
    { "net.tcp.opens.passive", NULL, "TCP connections accepted",                     KIND_COUNTER, PASSIVE, -1 },
    { "net.tcp.opens.failed",  NULL, "TCP connections that could not be made",       KIND_COUNTER, FAILED, -1 },
    { "net.tcp.resets",        NULL, "TCP connections broken off",                   KIND_COUNTER, RESETS, -1 },
    { "net.tcp.recv",          NULL, "TCP segments received",                        KIND_COUNTER, IN_SEGMENTS, -1 },
    { "net.tcp.send",          NULL, "TCP segments sent, those sent again left out", KIND_COUNTER, OUT_SEGMENTS, -1 },
    { "net.tcp.retransmits",   NULL, "TCP segments sent again",                      KIND_COUNTER, RETRANSMITS, -1 },
    { "net.tcp.errors",        NULL, "TCP segments received damaged",                KIND_COUNTER, TCP_ERRORS, -1 },
    { "net.udp.errors",        NULL, "UDP packets that could not be delivered",      KIND_COUNTER, UDP_ERRORS, -1 },
    { "net.udp.drops",         NULL, "UDP packets dropped: the receiver was too slow", KIND_COUNTER, UDP_DROPS, -1 },
};
enum { METRICS = sizeof sockets_metrics / sizeof *sockets_metrics };

struct sockets {
    struct lines file[FILES];
    int slot[METRICS];
};

/* The next word of a line and its length, *p moved behind it; NULL at the end. */
static const char *sockets_word(const char **p, size_t *n)
{
    const char *word = *p + strspn(*p, " ");
    *n = strcspn(word, " ");
    *p = word + *n;
    return *n ? word : NULL;
}

static bool sockets_is(const char *text, const char *word, size_t n)
{
    return strlen(text) == n && memcmp(text, word, n) == 0;
}

/* One file: the values that are wanted from a line that begins with `head`, n bytes long. */
static void sockets_keep(int file, const char *head, size_t n_head, const char *name, size_t n_name,
                         const char *number, double v[static VALUES])
{
    uint64_t u;
    for (int i = 0; i < VALUES; i++)
        if (sockets_value[i].file == file && sockets_is(sockets_value[i].line, head, n_head) &&
            sockets_is(sockets_value[i].word, name, n_name) && text_u64(&number, &u))
            v[i] = (double)u;
}

/* "TCP: inuse 4 orphan 0": words and numbers take turns. */
static void sockets_read_pairs(struct lines *l, int file, double v[static VALUES])
{
    const char *p, *head, *name, *number;
    size_t n_head, n_name, n_number;
    while ((p = lines_next(l)) != NULL) {
        head = sockets_word(&p, &n_head);
        while (head && (name = sockets_word(&p, &n_name)) && (number = sockets_word(&p, &n_number)))
            sockets_keep(file, head, n_head, name, n_name, number, v);
    }
}

/* "Tcp: RtoMin CurrEstab" over "Tcp: 200 3": a line of words, then one of numbers. */
static void sockets_read_columns(struct lines *l, int file, double v[static VALUES])
{
    const char *p, *q, *head, *name, *number;
    size_t n_head, n_again, n_name, n_number;
    while ((p = lines_next(l)) != NULL && (q = lines_next(l)) != NULL) {
        head = sockets_word(&p, &n_head);
        if (!head || !sockets_word(&q, &n_again))
            return;
        while ((name = sockets_word(&p, &n_name)) && (number = sockets_word(&q, &n_number)))
            sockets_keep(file, head, n_head, name, n_name, number, v);
    }
}

static void sockets_add_metrics(struct sockets *k, struct schema *s)
{
    int send = -1, again = -1;
    for (int i = 0; i < METRICS; i++) {
        k->slot[i] = schema_add(s, &(struct metric){
            .name = sockets_metrics[i].name, .inst = sockets_metrics[i].inst, .unit = UNIT_NONE,
            .kind = sockets_metrics[i].kind, .help = sockets_metrics[i].help });
        send = sockets_metrics[i].value == OUT_SEGMENTS ? k->slot[i] : send;
        again = sockets_metrics[i].value == RETRANSMITS ? k->slot[i] : again;
    }
    schema_add(s, &(struct metric){
        .name = "net.tcp.retransmits.share", .unit = UNIT_PERCENT, .kind = KIND_RATIO, .num = again, .den = send,
        .scale = 100, .max = 100, .help = "TCP segments sent again, of those sent" });
}

static void sockets_close(void *self)
{
    struct sockets *k = self;
    for (int i = 0; k && i < FILES; i++)
        lines_close(&k->file[i]);
    mem_free(k);
}

static int sockets_open(const struct adapter_env *env, struct schema *s, void **self)
{
    struct sockets *k = mem_new(sizeof *k);
    int found = 0;
    for (int i = 0; i < FILES; i++)
        found += lines_open(&k->file[i], env->root, sockets_path[i]) == 0 &&
                 lines_read_all(&k->file[i]) >= 0;
    if (!found) {
        sockets_close(k);
        env->explain(env, "there is no /proc/net/sockstat: the kernel was built without "
                          "networking, or /proc is not mounted");
        return -ENODEV;
    }
    sockets_add_metrics(k, s);
    *self = k;
    return 0;
}

static void sockets_sample(void *self, struct frame *f)
{
    struct sockets *k = self;
    double v[VALUES];
    for (int i = 0; i < VALUES; i++)
        v[i] = NAN;
    for (int i = 0; i < FILES; i++) {
        if (k->file[i].fd < 0 || lines_read(&k->file[i]) < 0)
            continue;
        if (i == SNMP)
            sockets_read_columns(&k->file[i], i, v);
        else
            sockets_read_pairs(&k->file[i], i, v);
    }
    for (int i = 0; i < METRICS; i++) {
        int second = sockets_metrics[i].second;
        double more = second >= 0 && !isnan(v[second]) ? v[second] : 0;
        frame_set(f, k->slot[i], v[sockets_metrics[i].value] + more);
    }
}

const struct adapter adapter_sockets = {
    .name = "sockets", .doc = "connections by state, and how TCP and UDP fare",
    .provides = "net.connections*,net.tcp.*,net.udp.*",
    .period_ms = 5000,
    .open = sockets_open, .sample = sockets_sample, .close = sockets_close,
};
