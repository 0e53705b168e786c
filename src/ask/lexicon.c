/* lexicon.c - the table of words, and looking in it. A question has few words: a walk over it is quick enough. */
#include "ask/lexicon.h"

#include "base/text.h"

#include <string.h>

static const struct lexicon_word table[] = {
    { "the", WORD_STOP,
      "a an any st nd rd th my our their his her this these those of please pls plz just so really very quite actually "
      "me us show tell give display print list see look check know want wanna like would could can may might shall "
      "here hey bit kinda some while whilst keep keeps still level levels per known already yet even as find give given let lets "
      "shows shown say says said" },
    { "be", WORD_STOP, "am been being" },
    { "do", WORD_RULE, "does did doing done" },
    { "have", WORD_RULE, "has had having got" },
    { "in", WORD_STOP, "on for during within into onto by with across throughout via" },
    { "is", WORD_RULE, "are was were" },
    { "and", WORD_RULE, "plus also too &" },
    { "or", WORD_RULE, "" },
    { "not", WORD_RULE, "isnt wasnt dont doesnt didnt arent no never cant wont nothing" },
    { "but", WORD_STOP, "if because as though" },
    { "what", WORD_RULE, "whats which wich wat" },
    { "who", WORD_RULE, "whos whose whom" },
    { "how", WORD_RULE, "hows" },
    { "when", WORD_RULE, "whens" },
    { "why", WORD_RULE, "whys" },
    { "where", WORD_RULE, "wheres" },
    { "much", WORD_RULE, "lot lots" },
    { "many", WORD_RULE, "number count" },
    { "often", WORD_RULE, "frequently times" },
    { "time", WORD_RULE, "" },
    { "long", WORD_RULE, "longer" },
    { "about", WORD_RULE, "regarding concerning around approximately roughly" },
    { "i", WORD_RULE, "we im ive" },
    { "you", WORD_RULE, "your yours sonde yourself sondes youre" },
    { "it", WORD_RULE, "its that they them itself" },
    { "then", WORD_RULE, "" },
    { "there", WORD_RULE, "theres" },
    { "will", WORD_RULE, "ll gonna" },
    { "going", WORD_RULE, "" },
    { "should", WORD_RULE, "ought must need needs needed" },
    { "most", WORD_RULE, "top biggest largest greatest main" },
    { "more", WORD_RULE, "greater bigger larger busier fuller" },
    { "less", WORD_RULE, "fewer smaller" },
    { "high", WORD_RULE, "elevated excessive" },
    { "low", WORD_RULE, "" },
    { "highest", WORD_RULE, "maximum max peak peaks peaked maximal worst spike spikes spiked spiking fastest slowest loudest "
      "noisiest busiest fullest hardest heaviest" },
    { "hottest", WORD_MATTER, "warmest" },
    { "lowest", WORD_RULE, "minimum min minimal least smallest coolest coldest quietest idlest" },
    { "average", WORD_RULE, "mean avg averages typical typically median" },
    { "total", WORD_RULE, "sum altogether overall combined" },
    { "above", WORD_RULE, "over exceed exceeds exceeded exceeding beyond surpass surpassed higher" },
    { "below", WORD_RULE, "under beneath lower" },
    { "reach", WORD_RULE, "reaches reached hit hits reaching" },
    { "than", WORD_RULE, "" },
    { "compare", WORD_RULE, "compared comparing comparison versus vs against" },
    { "difference", WORD_RULE, "differ differs" },
    { "change", WORD_RULE, "changed changes changing different new" },
    { "ageing", WORD_RULE, "aging aged ages deteriorate deteriorates deteriorating degrading" },
    { "normal", WORD_RULE, "usual usually ordinary expected" },
    { "unusual", WORD_RULE, "strange weird odd abnormal suspicious uncommon peculiar irregular funny" },
    { "anomaly", WORD_RULE, "anomalies anomalous anomally episode episodes incident incidents outlier outliers" },
    { "problem", WORD_RULE, "fail fails failed problems issue issues trouble troubles warning warnings "
      "complaint complaints "
      "broken dying dead failing failure failures bad" },
    { "wrong", WORD_RULE, "amiss" },
    { "worse", WORD_RULE, "" },
    { "anything", WORD_RULE, "something things thing everything stuff" },
    { "all", WORD_RULE, "whole entire complete every each" },
    { "fine", WORD_RULE, "good great alright healthy happy right ok okay well" },
    { "event", WORD_RULE, "events crash crashed crashes" },
    { "alert", WORD_RULE, "alerts alarm alarms raised" },
    { "killed", WORD_RULE, "" }, { "oom", WORD_RULE, "" },
    { "upgraded", WORD_RULE, "updated uninstalled" }, { "package", WORD_RULE, "packages" },
    { "log", WORD_RULE, "logs syslog dmesg" },
    { "happen", WORD_RULE, "happened happens happening occurred occur" },
    { "cause", WORD_RULE, "caused causes causing reason reasons culprit blame responsible behind explain explanation due" },
    { "go", WORD_RULE, "went goes gone" },
    { "use", WORD_RULE, "usage utilization utilisation utilized utilised util consumption occupancy" },
    { "using", WORD_RULE, "uses used consume consumes consumed consuming eat eats eating ate hog hogs hogging hogged occupy occupying "
      "burn burns burning gobbling" },
    { "take", WORD_RULE, "takes took taking keeping hold holding holds" },
    { "busy", WORD_MATTER, "occupied active activity stressed" },
    { "idle", WORD_RULE, "asleep quiet calm" },
    { "gap", WORD_RULE, "gaps missing missed" },
    { "worry", WORD_RULE, "worried worries worrying concerned serious" },
    { "slow", WORD_RULE, "bottleneck bottlenecks slows slowed slowing sluggish laggy lag lags lagging lagged unresponsive stutter "
      "stuttering stutters slower stuck hang hanging "
      "hung freeze frozen freezing froze slowdown" },
    { "process", WORD_RULE, "processes program programs app apps application applications task tasks software job jobs consumers" },
    { "users", WORD_RULE, "" },
    { "file", WORD_RULE, "files folder folders directory directories" },
    { "run", WORD_RULE, "runs ran running" },
    { "open", WORD_RULE, "opened" },
    { "out", WORD_RULE, "" },
    { "trend", WORD_RULE, "trends trending" },
    { "leak", WORD_RULE, "leaks leaking leaked" },
    { "rise", WORD_RULE, "rises rising rose risen grow grows growing grew growth increase increases increasing increased climb climbs "
      "climbing climbed creep creeping" },
    { "fall", WORD_RULE, "falls falling fell fallen decrease decreases decreasing decreased shrink shrinks shrinking dropping "
      "decline declining" },
    { "get", WORD_RULE, "gets getting become becoming becomes" },
    { "up", WORD_RULE, "" },
    { "down", WORD_RULE, "" },
    { "forecast", WORD_RULE, "forecasts predict prediction predictions predicted predicts coming future expect outlook ahead soon upcoming "
      "projection" },
    { "recommend", WORD_RULE, "recommendation recommendations recommended advice advise suggest suggestion suggestions suggests tip tips "
      "improve improvement improvements optimise optimize optimisation optimization tune fix fixes fixed insight insights remedy" },
    { "make", WORD_RULE, "makes made making" },
    { "faster", WORD_RULE, "quicker" },
    { "status", WORD_RULE, "state health overview summary summarise summarize condition report verdict" },
    { "machine", WORD_RULE, "computer system pc laptop server host box desktop workstation notebook rig vm device devices node "
      "setup performance" },
    { "work", WORD_RULE, "works worked working" },
    { "workload", WORD_RULE, "workloads classification" },
    { "kind", WORD_RULE, "type types kinds sort category" },
    { "cost", WORD_RULE, "costs overhead footprint expensive heavy impact" },
    { "session", WORD_RULE, "sessions recordings" },
    { "recorded", WORD_RULE, "record recording recorder records stored archived archive history collected kept saved" },
    { "data", WORD_RULE, "dataset" },
    { "start", WORD_RULE, "started starts begin began begins beginning starting" },
    { "end", WORD_RULE, "ended ends ending stop stopped finish finished" },
    { "label", WORD_RULE, "labels labelled labeled named" },
    { "metric", WORD_RULE, "metrics sensors sensor measurements quantities values" },
    { "measure", WORD_RULE, "measured monitor monitors monitored monitoring watch watched track tracked tracking measuring" },
    { "help", WORD_RULE, "manual commands instructions" },
    { "question", WORD_RULE, "questions ask answer" },
    { "hello", WORD_RULE, "hi hiya greetings yo howdy thanks thank thx cheers bye" },
    { "throttle", WORD_MATTER, "throttled throttling throttles throttel" },
    { "die", WORD_RULE, "dies died" }, { "pid", WORD_RULE, "pids" },
    { "ever", WORD_RULE, "" },
    { "enough", WORD_RULE, "sufficient" },
    { "until", WORD_RULE, "till til" },
    { "since", WORD_RULE, "" },
    { "before", WORD_RULE, "prior earlier previously" },
    { "after", WORD_RULE, "afterwards following" },
    { "between", WORD_RULE, "" },
    { "from", WORD_RULE, "" },
    { "to", WORD_RULE, "" },
    { "at", WORD_RULE, "@" },
    { "last", WORD_RULE, "past" },
    { "previous", WORD_RULE, "preceding" },
    { "next", WORD_RULE, "" },
    { "same", WORD_RULE, "" },
    { "ago", WORD_RULE, "" },
    { "now", WORD_RULE, "currently present presently atm" },
    { "moment", WORD_RULE, "" },
    { "today", WORD_RULE, "todays" },
    { "yesterday", WORD_RULE, "yesterdays" },
    { "tomorrow", WORD_RULE, "tomorrows" },
    { "tonight", WORD_RULE, "" },
    { "overnight", WORD_RULE, "" },
    { "morning", WORD_RULE, "mornings" },
    { "noon", WORD_RULE, "midday" },
    { "midnight", WORD_RULE, "" },
    { "afternoon", WORD_RULE, "" },
    { "evening", WORD_RULE, "" },
    { "night", WORD_RULE, "nights nighttime" },
    { "lunch", WORD_RULE, "lunchtime" },
    { "os", WORD_RULE, "operating linux kernel distribution distro" },
    { "second", WORD_RULE, "seconds sec secs s" },
    { "minute", WORD_RULE, "minutes mins m" },
    { "hour", WORD_RULE, "hours hr hrs h" },
    { "day", WORD_RULE, "days d daytime" },
    { "week", WORD_RULE, "weeks w wk" },
    { "month", WORD_RULE, "months" },
    { "year", WORD_RULE, "years" },
    { "weekend", WORD_RULE, "" },
    { "monday", WORD_RULE, "mon mondays" }, { "tuesday", WORD_RULE, "tue tues" }, { "wednesday", WORD_RULE, "wed" },
    { "thursday", WORD_RULE, "thu thur thurs" }, { "friday", WORD_RULE, "fri" }, { "saturday", WORD_RULE, "sat" },
    { "sunday", WORD_RULE, "" },
    { "january", WORD_RULE, "jan" }, { "february", WORD_RULE, "feb" }, { "march", WORD_RULE, "mar" }, { "april", WORD_RULE, "apr" },
    { "june", WORD_RULE, "jun" }, { "july", WORD_RULE, "jul" }, { "august", WORD_RULE, "aug" },
    { "september", WORD_RULE, "sep sept" }, { "october", WORD_RULE, "oct" }, { "november", WORD_RULE, "nov" },
    { "december", WORD_RULE, "dec" },
    { "pm", WORD_RULE, "p.m" }, { "oclock", WORD_RULE, "" },
    { "boot", WORD_RULE, "booted reboot rebooted restart restarted startup power-on bootup" },
    { "half", WORD_RULE, "" }, { "couple", WORD_RULE, "" }, { "few", WORD_RULE, "several" }, { "one", WORD_RULE, "once" },
    { "two", WORD_RULE, "twice" }, { "three", WORD_RULE, "" }, { "four", WORD_RULE, "" }, { "five", WORD_RULE, "" },
    { "six", WORD_RULE, "" }, { "seven", WORD_RULE, "" }, { "eight", WORD_RULE, "" }, { "nine", WORD_RULE, "" },
    { "ten", WORD_RULE, "" }, { "eleven", WORD_RULE, "" }, { "twelve", WORD_RULE, "" }, { "fifteen", WORD_RULE, "" },
    { "twenty", WORD_RULE, "" }, { "thirty", WORD_RULE, "" }, { "forty", WORD_RULE, "" }, { "fifty", WORD_RULE, "" },
    { "sixty", WORD_RULE, "" }, { "seventy", WORD_RULE, "" }, { "eighty", WORD_RULE, "" }, { "ninety", WORD_RULE, "" },
    { "hundred", WORD_RULE, "" },
    { "percent", WORD_RULE, "% percents percentage pct" },
    { "byte", WORD_RULE, "bytes" },
    { "kb", WORD_RULE, "kilobyte kilobytes kib" }, { "mb", WORD_RULE, "mebibyte mebibytes megabyte megabytes mib megs meg" },
    { "gb", WORD_RULE, "gibibyte gibibytes gigabyte gigabytes gib gigs gig" }, { "tb", WORD_RULE, "terabyte terabytes tib" },
    { "kb/s", WORD_RULE, "kbytes/s" }, { "mb/s", WORD_RULE, "mbytes/s" }, { "gb/s", WORD_RULE, "" },
    { "mbit", WORD_RULE, "mbit/s mbps megabit megabits" }, { "gbit", WORD_RULE, "gbit/s gbps gigabit" },
    { "degree", WORD_RULE, "degrees celsius \xc2\xb0 \xc2\xb0" "c c centigrade" },
    { "watt", WORD_MATTER, "watts wattage" },
    { "mhz", WORD_RULE, "megahertz" }, { "ghz", WORD_RULE, "gigahertz" }, { "ms", WORD_RULE, "millisecond milliseconds" },

    { "cpu", WORD_MATTER, "cpus processor processors proc procs" },
    { "core", WORD_MATTER, "cores" },
    { "memory", WORD_MATTER, "mem ram rams memories" },
    { "swap", WORD_MATTER, "swapping swapped pagefile swapfile" },
    { "cache", WORD_MATTER, "cached caches" },
    { "disk", WORD_MATTER, "disc disks discs ssd ssds hdd hdds drive drives storage harddisk harddrive nvme io i/o" },
    { "filesystem", WORD_MATTER, "filesystems partition partitions mount mounts volume volumes fs" },
    { "root", WORD_RULE, "" },
    { "network", WORD_MATTER, "networks networking net internet lan ethernet bandwidth traffic nic online" },
    { "wifi", WORD_MATTER, "wi-fi wlan wireless" },
    { "download", WORD_MATTER, "downloads downloading downloaded received receive receives receiving incoming inbound recv dl" },
    { "upload", WORD_MATTER, "uploads uploading uploaded sent send sends sending outgoing outbound ul transmit transmitted" },
    { "connections", WORD_MATTER, "connection sockets" },
    { "error", WORD_MATTER, "errors" },
    { "drops", WORD_MATTER, "drop dropped lost loss" },
    { "gpu", WORD_MATTER, "gpus graphics videocard nvidia radeon graphic" },
    { "card", WORD_STOP, "cards chip chips" },
    { "vram", WORD_MATTER, "videomemory framebuffer" },
    { "encoder", WORD_MATTER, "encoding encode" }, { "decoder", WORD_MATTER, "decoding decode" },
    { "temperature", WORD_MATTER, "temperatures temp temps heat heating hot hotter warm warmer cool cooler cold thermal thermals "
      "overheating overheat overheated overheats tempreture" },
    { "fan", WORD_MATTER, "fans spin spins spun rpm loud louder noisy noise spinning cooling" },
    { "power", WORD_MATTER, "electricity pull pulls draw draws drawing drew" },
    { "energy", WORD_MATTER, "joules kwh" },
    { "battery", WORD_MATTER, "batteries accu" },
    { "charge", WORD_MATTER, "charged charging discharging discharge plugged" },
    { "wear", WORD_MATTER, "worn degraded degradation" }, { "cycles", WORD_MATTER, "cycle" },
    { "voltage", WORD_MATTER, "voltages volt volts" },
    { "pressure", WORD_MATTER, "psi stall stalls stalled waiting wait waits starved" },
    { "load", WORD_MATTER, "loads loadavg loaded" },
    { "frequency", WORD_MATTER, "frequencies freq clock clocks clocked clockspeed" },
    { "speed", WORD_MATTER, "speeds fast throughput rate rates quick" },
    { "latency", WORD_MATTER, "latencies delay delays response" },
    { "read", WORD_MATTER, "reads reading" },
    { "write", WORD_MATTER, "writes writing written wrote" },
    { "space", WORD_MATTER, "room" },
    { "full", WORD_MATTER, "fill fills filling filled" },
    { "free", WORD_MATTER, "available left remaining remain remains spare unused empty" },
    { "capacity", WORD_MATTER, "size big large installed" },
    { "uptime", WORD_MATTER, "" },
    { "threads", WORD_MATTER, "thread" },
    { "zombies", WORD_MATTER, "zombie" },
    { "steal", WORD_MATTER, "stolen" }, { "iowait", WORD_MATTER, "" },

    /* what nothing here is about, whatever stands beside it: "a joke about memory" */
    { "joke", WORD_ELSE, "jokes poem poems haiku song songs recipe recipes password passwords hack hacking bomb lyrics limerick" },
    /* English words that are near to one of ours, and no slip for it */
    { "", WORD_PLAIN,
      "held come comes actress alter answers beef boost bring business buys care case cases cast chance channel channels charger "
      "checks classes code codes collect collection company compile compiler connected connecting correctly counts "
      "court currency date dawn deadline deal decade desk driver drivers dusk east fact feature feel felt fifth "
      "figures finding fire fired form gave gods hand hate head hear heart hell hole holes interest lake launch "
      "laws lead leads learned learning leaving line live loan loans lock loop lose match matching meant meat miss "
      "mode move names newer none note opens paint parents part pass paste perfect point poll post pretend princess "
      "printed printer product production products quickly race races rare readers ready real ride road robot roof "
      "rooms rope safe sand save saves science seat secrets seed seen serve share shell shoe shop short shot side "
      "skill skin slot slots small smart soap soft speedy spend spoke stack stage stale states steam step stick "
      "store stores talk talking talks taxes thin think thought threat tool trace truck village wall warn wars ways "
      "weak west width wife wild wire wish word words world writer writers wrongly" },
    { "restaurant", WORD_ELSE,
      "poetry delete remove kill shutdown install uninstall compute calculate capital capitals country countries city "
          "cities president minister weather rain snow sun moon star "
      "stars story stories music movie movies film films book books cook bake bread cake dinner "
          "food pizza love life "
      "meaning translate translation french german english spanish language essay letter email mail message news football soccer score "
      "stock stocks price prices bitcoin money bank holiday travel flight hotel medicine math maths equation integral "
      "javascript html birthday age old older born died war king queen world earth planet animal animals dog cat color "
      "colour name person people man woman friend girlfriend boyfriend mother father child children school university teacher "
      "politics religion god water coffee tea beer car cars train bus house kitchen garden tree human humans brain sky blue red green "
      "address addresses ssid hostname "
      "favorite favourite inventor invented discovered distance mountain river ocean tallest deepest richest famous" },

    /* times that are not read */
    { "dawn", WORD_RULE, "dusk sunrise sunset daybreak teatime breakfast bedtime dinnertime" },
};

enum { ENTRIES = sizeof table / sizeof *table, FORM_MAX = 24 };

/* The next form of an entry behind *p, which begins as NULL: the word itself comes first. Its length; 0 at the end. */
static size_t lexicon_form(const struct lexicon_word *w, const char **p, const char **form)
{
    bool begins = !*p;
    *p = begins ? w->forms : *p;
    if (begins && *w->word) {
        *form = w->word;
        return strlen(w->word);
    }
    *p += strspn(*p, " ");
    *form = *p;
    size_t n = strcspn(*p, " ");
    *p += n;
    return n;
}

const struct lexicon_word *lexicon_find(const char *text)
{
    size_t n, length = strlen(text);
    const char *form;
    for (size_t i = 0; i < ENTRIES; i++)
        for (const char *p = NULL; (n = lexicon_form(&table[i], &p, &form));)
            if (n == length && memcmp(form, text, n) == 0)
                return &table[i];
    return NULL;
}

/* How many edits a word of this length may be off. */
static int lexicon_slack(size_t length)
{
    return length < 4 ? 0 : length < 7 ? 1 : 2;
}

const struct lexicon_word *lexicon_nearest(const char *wrong, int *edits)
{
    const struct lexicon_word *best = NULL;
    size_t n, length = strlen(wrong);
    const char *form;
    *edits = lexicon_slack(length) + 1;
    for (size_t i = 0; i < ENTRIES; i++)
        for (const char *p = NULL; (n = lexicon_form(&table[i], &p, &form));) {
            char text[FORM_MAX];
            if (n < 4 || n >= sizeof text || n + 2 < length || length + 2 < n || table[i].kind == WORD_ELSE ||
                table[i].kind == WORD_PLAIN)
                continue;
            memcpy(text, form, n);
            text[n] = '\0';
            int d = text_distance(wrong, text) + (*wrong != *text); /* the first letter is seldom wrong */
            if (d < *edits) {
                *edits = d;
                best = &table[i];
            }
        }
    return best;
}
