/* network.c - rules about interfaces and TCP: damaged, dropped, sent again. */
#include "analyze/insights/rules.h"

#include "core/amount.h"

#include <string.h>

#define LOST_SHARE 0.01   /* of the packets */
#define LOST_RATE 1.0     /* 1/s: a few a day are no trouble */
#define AGAIN 3.0         /* % of the segments */
#define SEGMENTS 50.0     /* 1/s: below, one retransmission is a large share */

static double packets(struct inspection *in, const char *interface, const struct held *h)
{
    double in_rate = mean_during(column(in, "net.recv.packets.rate", interface), h);
    double out_rate = mean_during(column(in, "net.send.packets.rate", interface), h);
    return (isnan(in_rate) ? 0 : in_rate) + (isnan(out_rate) ? 0 : out_rate);
}

static void lost(struct inspection *in, const char *family, const char *id, const char *what, const char *advice)
{
    for (int slot = -1; (slot = next_instance(in, family, slot)) >= 0;) {
        const char *interface = instance_of(in, slot);
        struct held h;
        char share[AMOUNT_MAX], total[AMOUNT_MAX];
        if (!strcmp(interface, "total") ||
            !held_above(in, recording_col(in->r, slot), LOST_RATE, &h))
            continue;
        double rate = h.mean, all = packets(in, interface, &h) + rate;
        if (!(rate >= LOST_SHARE * all))
            continue;
        struct insight *i = insight_new(in, id, interface, SEVERITY_WARNING, AREA_NETWORK, h.since);
        insight_title(i, "Interface %.60s has %.0f %s packets a second", interface, rate, what);
        insight_evidence(i, "%s of the packets, of which there are %s",
                         amount_text(100 * rate / all, UNIT_PERCENT, share),
                         amount_text(all, UNIT_PER_S, total));
        insight_held(in, i, "more than 1 a second", &h);
        insight_advice(i, "%s", advice);
    }
}

void rule_net_errors(struct inspection *in)
{
    lost(in, "net.errors.rate", "net-errors", "damaged",
         "Check the cable, the plug and the port; of a radio link the distance.");
}

void rule_net_drops(struct inspection *in)
{
    lost(in, "net.drops.rate", "net-drops", "dropped",
         "Packets come faster than they are taken: longer queues (ethtool -G), or less traffic.");
}

void rule_retransmits(struct inspection *in)
{
    struct held h;
    char rate[AMOUNT_MAX];
    if (!held_above(in, column(in, "net.tcp.retransmits.share", NULL), AGAIN, &h))
        return;
    double sent = mean_during(column(in, "net.tcp.send.rate", NULL), &h);
    if (!(sent >= SEGMENTS))
        return;
    struct insight *i = insight_new(in, "tcp-retransmits", NULL, SEVERITY_NOTICE, AREA_NETWORK,
                                    h.since);
    insight_title(i, "%.1f %% of the TCP segments are sent again", h.mean);
    insight_held(in, i, "net.tcp.retransmits.share above 3 %", &h);
    insight_evidence(i, "net.tcp.send.rate %s", amount_text(sent, UNIT_PER_S, rate));
    insight_advice(
        i, "Packets get lost on the way: compare another peer and another link to see where.");
}
