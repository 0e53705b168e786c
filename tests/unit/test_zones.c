/* Where memory lies and how it is kept: zones, nodes, huge pages, and the kernel's other stocks. */
#include "test.h"

#include "machine.h"

#include <errno.h>
#include <unistd.h>

#define ZONEINFO(free, other) \
    "Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 99\n  pages free     10\n        boost    0\n" \
    "        min      1\n        low      2\n        high     3\n        managed  20\n      nr_free_pages 10\n" \
    "  pagesets\n    cpu: 0\n              high:  77\n" \
    "Node 0, zone   Normal\n  pages free     " free "\n        min      100\n        low      200\n        high     300\n" \
    "        managed  5000\n      nr_zone_active_anon 40\n" \
    "Node 0, zone  Movable\n  pages free     0\n        min      32\n        managed  0\n" other

#define BUDDIES(zone, few) "Node 0, zone " zone " " few " 0 0 0 0 0 0 0 "

static void zones(void **state)
{
    (void)state;
    struct machine m;
    double page = (double)sysconf(_SC_PAGESIZE);
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_zones), -ENODEV);
    machine_write(&m, "/proc/zoneinfo", "Node 0, zone\n");
    assert_int_equal(machine_open(&m, &adapter_zones), -ENODATA);
    machine_write(&m, "/proc/zoneinfo",
                  ZONEINFO("400", "Node 1, zone   Normal\n  pages free     7\n        managed  9\n"));
    machine_write(&m, "/proc/buddyinfo",
                  BUDDIES("     DMA", "0 0") "0 0 \n" BUDDIES("  Normal", "4      2") "1 0 \n");
    assert_int_equal(machine_open(&m, &adapter_zones), 0);
    machine_tick(&m, 10);
    static const struct { const char *name, *inst; double pages; } cases[] = {
        { "memory.zone.free", "0/DMA", 10 }, { "memory.zone.mark.high", "0/DMA", 3 }, { "memory.zone.free", "0/Normal", 400 },
        { "memory.zone.mark.min", "0/Normal", 100 }, { "memory.zone.size", "0/Normal", 5000 },
        { "memory.zone.active.anon", "0/Normal", 40 }, { "memory.zone.free", "1/Normal", 7 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(machine_get(&m, cases[i].name, cases[i].inst), cases[i].pages * page, 0);
    assert_false(machine_has(&m, "memory.zone.free", "0/Movable")); /* no memory there */
    assert_near(machine_get(&m, "memory.zone.blocks", "0/Normal/1"), 2, 0);
    assert_nan(machine_get(&m, "memory.zone.fragmented", "0/DMA")); /* nothing is free */
    if (page == 4096) /* 8 pages of 520 are in pieces smaller than 512 */
        assert_near(machine_get(&m, "memory.zone.fragmented", "0/Normal"), 100.0 * 8 / 520, 1e-9);
    machine_write(&m, "/proc/zoneinfo", "Node 0, zone   Normal\n  pages free     5\n        min      x\n");
    machine_write(&m, "/proc/buddyinfo", "Node 0, zone   Normal  7\nNode x\n");
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "memory.zone.free", "0/Normal"), 5 * page, 0);
    assert_nan(machine_get(&m, "memory.zone.mark.min", "0/Normal"));
    assert_nan(machine_get(&m, "memory.zone.free", "0/DMA"));
    assert_nan(machine_get(&m, "memory.zone.blocks", "0/Normal/1"));
    machine_done(&m);
}

static void nodes(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/sys/devices/system/node/node0/meminfo",
                  "Node 0 MemTotal:  1000 kB\nNode 0 MemFree:  400 kB\n");
    assert_int_equal(machine_open(&m, &adapter_numa), -ENODEV);
    assert_true(strlen(m.reason) > 0);
    machine_write(&m, "/sys/devices/system/node/node0/numastat", "numa_hit 10\nnuma_miss 2\nlocal_node 5\n");
    machine_write(&m, "/sys/devices/system/node/node11/meminfo",
                  "Node 11 MemTotal:  3000 kB\nNode 11 MemFree:  100 kB\n");
    machine_write(&m, "/sys/devices/system/node/online", "0,11\n");
    assert_int_equal(machine_open(&m, &adapter_numa), 0);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "memory.node.total", "0"), 1000 * 1024, 0);
    assert_near(machine_get(&m, "memory.node.free", "11"), 100 * 1024, 0);
    assert_near(machine_get(&m, "memory.node.miss", "0"), 2, 0);
    assert_false(machine_has(&m, "memory.node.miss", "11"));
    machine_done(&m);
}

static void huge_pages(void **state)
{
    (void)state;
    struct machine m;
    double page = (double)sysconf(_SC_PAGESIZE);
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_hugepages), -ENODEV);
    machine_write(&m, "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "8\n");
    machine_write(&m, "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "3\n");
    machine_write(&m, "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "1\n");
    machine_write(&m, "/sys/kernel/mm/ksm/pages_sharing", "5\n");
    assert_int_equal(machine_open(&m, &adapter_hugepages), 0);
    machine_tick(&m, 30);
    assert_near(machine_get(&m, "memory.hugepages.total", "2048kB"), 8, 0);
    assert_near(machine_get(&m, "memory.hugepages.free", "2048kB"), 3, 0);
    assert_near(machine_get(&m, "memory.hugepages.total", "1048576kB"), 1, 0);
    assert_near(machine_get(&m, "memory.ksm.saved", NULL), 5 * page, 0);
    assert_false(machine_has(&m, "memory.khugepaged.rounds", NULL));
    machine_done(&m);
}

#define SLABINFO "slabinfo - version: 2.1\n# name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>\n"
#define CACHE(name, active, slabs) name " " active " 2100 192 21 1 : tunables 0 0 0 : slabdata 100 " slabs " 0\n"

static void caches(void **state)
{
    (void)state;
    struct machine m;
    double page = (double)sysconf(_SC_PAGESIZE);
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_slab), -ENODEV);
    machine_write(&m, "/proc/slabinfo", SLABINFO CACHE("dentry", "2000", "100") CACHE("small", "5", "1"));
    assert_int_equal(machine_open(&m, &adapter_slab), 0);
    machine_tick(&m, 60);
    assert_near(machine_get(&m, "memory.slab.cache", "dentry"), 100 * page, 0);
    assert_near(machine_get(&m, "memory.slab.objects", "dentry"), 2000, 0);
    assert_false(machine_has(&m, "memory.slab.cache", "small"));
    /* It grows, and so has metrics from the next reading on. */
    machine_write(&m, "/proc/slabinfo", SLABINFO CACHE("small", "9000", "500") CACHE("dentry", "1", "100"));
    machine_tick(&m, 60);
    machine_tick(&m, 60);
    assert_near(machine_get(&m, "memory.slab.objects", "small"), 9000, 0);
    assert_near(machine_get(&m, "memory.slab.objects", "dentry"), 1, 0);
    machine_write(&m, "/proc/slabinfo", "dentry 1 2 3\ndentry 1 2 3 4 5 : tunables : slabdata x\n");
    machine_tick(&m, 60);
    assert_nan(machine_get(&m, "memory.slab.cache", "dentry"));
    machine_done(&m);
}

static void stocks(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    machine_write(&m, "/proc/uptime", "1137.08 1763.27\n");
    machine_write(&m, "/proc/sys/fs/file-nr", "948\t0\t9223372036854775807\n");
    machine_write(&m, "/proc/sys/fs/dentry-state", "167106\t165443\t45\t0\t43135\t0\n");
    assert_int_equal(machine_open(&m, &adapter_kernel), 0);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "system.uptime", NULL), 1137, 0);
    assert_near(machine_get(&m, "kernel.files.used", NULL), 948, 0);
    assert_near(machine_get(&m, "kernel.names.negative", NULL), 43135, 0);
    assert_false(machine_has(&m, "kernel.entropy", NULL));
    machine_done(&m);
}

static void firewall(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_conntrack), -ENODEV);
    machine_write(&m, "/proc/net/stat/nf_conntrack",
                  "entries  clashres found invalid delete insert insert_failed drop\n"
                  "00000020  00000001 00000002 0000000a 00000000 00000000 00000000 00000003\n"
                  "00000020  00000001 00000002 0000000b 00000000 00000000 00000000 00000000\n");
    machine_write(&m, "/proc/net/stat/arp_cache",
                  "entries allocs lookups\n00000003 00000004 00000010\n00000003 00000001 00000020\n");
    machine_write(&m, "/proc/sys/net/netfilter/nf_conntrack_count", "32\n");
    machine_write(&m, "/proc/sys/net/netfilter/nf_conntrack_max", "128\n");
    assert_int_equal(machine_open(&m, &adapter_conntrack), 0);
    machine_tick(&m, 10);
    static const struct { const char *name, *inst; double want; } cases[] = {
        { "net.conntrack.used", NULL, 32 }, { "net.conntrack.util", NULL, 25 }, { "net.conntrack.invalid", NULL, 21 },
        { "net.conntrack.drops", NULL, 3 }, { "net.conntrack.clashes", NULL, 2 }, { "net.neighbours", "ip", 3 },
        { "net.neighbours.added", "ip", 5 }, { "net.neighbours.lookups", "ip", 48 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(machine_get(&m, cases[i].name, cases[i].inst), cases[i].want, 0);
    assert_false(machine_has(&m, "net.neighbours", "ip6"));
    machine_write(&m, "/proc/sys/net/netfilter/nf_conntrack_max", "0\n");
    machine_tick(&m, 10);
    assert_nan(machine_get(&m, "net.conntrack.util", NULL));
    machine_done(&m);
}

static void nfs(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_nfs), -ENODEV);
    machine_write(&m, "/proc/net/rpc/nfs", "net 0 0 0 0\nrpc 1500 3 1\nproc3 22 0 1 2\n");
    machine_write(&m, "/proc/net/rpc/nfsd", "rc 1 2 3\nfh 0 0\nio 4096 8192\nth 8 0\nrpc 77 5 0\n");
    assert_int_equal(machine_open(&m, &adapter_nfs), 0);
    machine_tick(&m, 10);
    assert_near(machine_get(&m, "nfs.client.calls", NULL), 1500, 0);
    assert_near(machine_get(&m, "nfs.client.retransmits", NULL), 3, 0);
    assert_near(machine_get(&m, "nfs.server.calls", NULL), 77, 0);
    assert_near(machine_get(&m, "nfs.server.write", NULL), 8192, 0);
    assert_near(machine_get(&m, "nfs.server.threads", NULL), 8, 0);
    machine_done(&m);
}

static void links(void **state)
{
    (void)state;
    struct machine m;
    machine_init(&m);
    assert_int_equal(machine_open(&m, &adapter_link), -ENODEV);
    machine_write(&m, "/sys/class/net/lo/mtu", "65536\n");
    machine_write(&m, "/sys/class/net/eth0/mtu", "1500\n");
    machine_write(&m, "/sys/class/net/eth0/speed", "1000\n");
    machine_write(&m, "/sys/class/net/eth0/carrier_changes", "3\n");
    machine_link(&m, "/sys/class/net/eth0/device", "../../x");
    machine_write(&m, "/sys/class/x", ""); /* what the link leads to */
    assert_int_equal(machine_open(&m, &adapter_link), 0);
    machine_tick(&m, 30);
    assert_near(machine_get(&m, "net.link.mtu", "eth0"), 1500, 0);
    assert_near(machine_get(&m, "net.link.speed", "eth0"), 125e6, 0);
    assert_near(machine_get(&m, "net.link.changes", "eth0"), 3, 0);
    assert_false(machine_has(&m, "net.link.mtu", "lo")); /* no hardware */
    machine_write(&m, "/sys/class/net/eth0/speed", "-1\n"); /* no link */
    machine_tick(&m, 30);
    assert_nan(machine_get(&m, "net.link.speed", "eth0"));

    /* The card is pulled; the same one comes back, and another one. */
    machine_write(&m, "/sys/class/net/eth0/mtu", "");
    machine_remove(&m, "/sys/class/net/eth0");
    machine_tick(&m, 30);
    assert_nan(machine_get(&m, "net.link.mtu", "eth0"));
    machine_write(&m, "/sys/class/net/eth0/mtu", "9000\n");
    machine_link(&m, "/sys/class/net/eth0/device", "../../x");
    machine_write(&m, "/sys/class/net/eth1/mtu", "1400\n");
    machine_link(&m, "/sys/class/net/eth1/device", "../../x");
    machine_tick(&m, 30);
    machine_tick(&m, 30);
    assert_near(machine_get(&m, "net.link.mtu", "eth0"), 9000, 0);
    assert_near(machine_get(&m, "net.link.mtu", "eth1"), 1400, 0);
    machine_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zones), cmocka_unit_test(nodes), cmocka_unit_test(huge_pages), cmocka_unit_test(caches),
        cmocka_unit_test(stocks), cmocka_unit_test(firewall), cmocka_unit_test(nfs), cmocka_unit_test(links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
