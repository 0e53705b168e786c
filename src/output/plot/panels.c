/*
 * panels.c - which lines belong into one panel, what people call them, and on which of them an episode shows.
 *
 * One table of what people ask for. A metric that is in no row gets a panel with the others of its family, with the
 * help of its adapter as the title.
 */
#include "output/plot/plot.h"

#include "base/auto.h"
#include "base/text.h"
#include "core/metric_words.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct member {
    const char *family, *inst; /* inst NULL = any */
    const char *label;
};

struct row {
    const char *title, *word;  /* "Processor busy"; "processor" where it is missed */
    enum area area;
    bool main;                 /* shown where nobody asks for anything else */
    const char *adapters;      /* who would have it, separated by blanks: why there is nothing */
    struct member member[8];
};

static const struct row rows[] = {
    { "Processor busy", "processor", AREA_CPU, true, "cpu", { { "cpu.util", NULL, "busy" } } },
    { "Memory in use", "memory", AREA_MEMORY, true, "memory",
      { { "memory.util", NULL, "memory" }, { "swap.util", NULL, "swap" } } },
    { "Disk transfer", "disk transfer", AREA_DISK, true, "disk",
      { { "disk.read.rate", "total", "read" }, { "disk.write.rate", "total", "written" } } },
    { "Network transfer", "network", AREA_NETWORK, true, "net",
      { { "net.recv.rate", "total", "received" }, { "net.send.rate", "total", "sent" } } },
    { "Waiting for", "pressure", AREA_OTHER, true, "pressure",
      { { "pressure.cpu.some", NULL, "processors" }, { "pressure.memory.some", NULL, "memory" },
        { "pressure.io.some", NULL, "disks" } } },
    { "Temperature", "temperature", AREA_THERMAL, true, "hwmon",
      { { "cpu.temp", NULL, "processor" }, { "gpu.temp", NULL, "GPU" }, { "sensor.temp", NULL, "" },
        { "disk.temp", NULL, "disk" } } },
    { "Power", "power", AREA_POWER, true, "rapl",
      { { "power.package", NULL, "processor" }, { "gpu.power", NULL, "GPU" }, { "power.psys", NULL, "machine" } } },
    { "GPU", "GPU", AREA_OTHER, true, "nvidia amdgpu intel_gpu",
      { { "gpu.util", NULL, "busy" }, { "gpu.vram.util", NULL, "memory" } } },

    { "What processors do", "", AREA_CPU, false, "",
      { { "cpu.user", NULL, "programs" }, { "cpu.system", NULL, "system" }, { "cpu.iowait", NULL, "waiting for disks" },
        { "cpu.nice", NULL, "nice" }, { "cpu.irq", NULL, "interrupts" }, { "cpu.steal", NULL, "stolen" } } },
    { "Cores busy", "", AREA_CPU, false, "", { { "cpu.core.util", NULL, "core" } } },
    { "Core temperature", "", AREA_THERMAL, false, "", { { "cpu.core.temp", NULL, "core" } } },
    { "Clock", "", AREA_CPU, false, "", { { "cpu.freq", NULL, "" }, { "cpu.core.freq", NULL, "core" } } },
    { "Tasks running or waiting", "", AREA_CPU, false, "", { { "cpu.load", NULL, "" } } },
    { "Memory", "", AREA_MEMORY, false, "",
      { { "memory.used", NULL, "used" }, { "memory.available", NULL, "available" }, { "memory.cached", NULL, "cache" },
        { "memory.dirty", NULL, "to be written" }, { "swap.used", NULL, "swap" } } },
    { "Disks busy", "", AREA_DISK, false, "", { { "disk.util", NULL, "" } } },
    { "Disk transfer, by disk", "", AREA_DISK, false, "",
      { { "disk.read.rate", NULL, "read" }, { "disk.write.rate", NULL, "written" } } },
    { "Time of a disk request", "", AREA_DISK, false, "",
      { { "disk.latency", NULL, "" }, { "disk.read.latency", NULL, "read" }, { "disk.write.latency", NULL, "written" } } },
    { "File systems full", "", AREA_DISK, false, "", { { "fs.util", NULL, "" } } },
    { "Network transfer, by interface", "", AREA_NETWORK, false, "",
      { { "net.recv.rate", NULL, "received" }, { "net.send.rate", NULL, "sent" } } },
    { "Fans", "", AREA_THERMAL, false, "", { { "sensor.fan", NULL, "" }, { "gpu.fan.speed", NULL, "GPU" } } },
    { "Battery", "", AREA_POWER, false, "", { { "battery.charge", NULL, "" } } },
    { "All waiting for", "", AREA_OTHER, false, "",
      { { "pressure.memory.full", NULL, "memory" }, { "pressure.io.full", NULL, "disks" } } },
};

enum { ROWS = sizeof rows / sizeof *rows, MEMBERS = 8 };

/* ---- names ---- */

/* Of the rows that are `main`; a test holds them against each other. */
const char plot_main[] =
    "cpu.util,memory.util,swap.util,disk.read.rate{total},disk.write.rate{total},net.recv.rate{total},"
    "net.send.rate{total},pressure.cpu.some,pressure.memory.some,pressure.io.some,cpu.temp,gpu.temp,sensor.temp,"
    "disk.temp,power.package,gpu.power,power.psys,gpu.util,gpu.vram.util";

static bool panels_is_member(const struct member *m, const struct plot_series *s)
{
    return strcmp(m->family, s->name) == 0 && (!m->inst || strcmp(m->inst, s->inst) == 0);
}

static const struct member *panels_member(const struct row *r, const struct plot_series *s)
{
    for (const struct member *m = r->member; m < r->member + MEMBERS && m->family; m++)
        if (panels_is_member(m, s))
            return m;
    return NULL;
}

/* NULL: it is in none. */
static const struct row *panels_row(const struct plot_series *s)
{
    for (int i = 0; i < ROWS; i++)
        if (panels_member(&rows[i], s))
            return &rows[i];
    return NULL;
}

/* ---- panels ---- */

static struct plot_panel *panels_add(struct plot *p, const char *title, enum unit unit, enum area area)
{
    if (p->n_panels == PLOT_PANELS) {
        p->left++;
        return NULL;
    }
    p->panels = mem_resize(p->panels, (size_t)(p->n_panels + 1) * sizeof *p->panels);
    struct plot_panel *panel = &p->panels[p->n_panels++];
    *panel = (struct plot_panel){ .unit = unit, .area = area };
    text_copy(panel->title, sizeof panel->title, title);
    return panel;
}

/* How high a line is: what is left out of a full panel is the lowest. */
static double panels_height(const struct plot *p, const struct plot_series *s)
{
    double sum = 0;
    int known = 0;
    for (int i = 0; i < p->n; i++)
        if (!isnan(s->point[i].mean)) {
            sum += s->point[i].mean;
            known++;
        }
    return known ? sum / known : -INFINITY;
}

static void panels_put(const struct plot *p, struct plot_panel *panel, struct plot_series *s)
{
    if (panel->n < PLOT_LINES) {
        panel->line[panel->n++] = s;
        return;
    }
    int lowest = 0;
    for (int i = 1; i < panel->n; i++)
        if (panels_height(p, panel->line[i]) < panels_height(p, panel->line[lowest]))
            lowest = i;
    panel->more++;
    if (panels_height(p, s) <= panels_height(p, panel->line[lowest]))
        return;
    memmove(&panel->line[lowest], &panel->line[lowest + 1], (size_t)(panel->n - lowest - 1) * sizeof *panel->line);
    panel->line[panel->n - 1] = s;
}

static void panels_label(const struct row *r, struct plot_series *s, int lines)
{
    const struct member *m = r ? panels_member(r, s) : NULL;
    char which[SCHEMA_MAX_NAME] = "", text[2 * SCHEMA_MAX_NAME];
    *s->label = '\0';
    if (lines < 2)
        return;
    metric_which(s->name, s->inst, which, sizeof which);
    if (m && *m->label && strncmp(which, m->label, strlen(m->label)) != 0)
        snprintf(text, sizeof text, "%s%s%s", m->label, *which ? " " : "", which);
    else
        snprintf(text, sizeof text, "%s", *which ? which : *s->inst ? s->inst : s->name);
    text_copy(s->label, sizeof s->label, text);
}

/* Instances that all say "0" behind a label say it for nothing. */
static void panels_label_all(const struct row *r, struct plot_panel *panel)
{
    for (int i = 0; i < panel->n; i++)
        panels_label(r, panel->line[i], panel->n);
    for (int i = 0; i < panel->n; i++) {
        const struct member *m = r ? panels_member(r, panel->line[i]) : NULL;
        int alike = 0;
        for (int k = 0; k < panel->n && m; k++)
            alike += panels_member(r, panel->line[k]) == m;
        if (alike == 1 && *m->label && panel->n > 1)
            text_copy(panel->line[i]->label, sizeof panel->line[i]->label, m->label);
    }
}

/* "Tasks running or waiting": the help begins a line of its own now. */
static void panels_title(const struct plot_series *s, char out[static PLOT_TITLE])
{
    text_copy(out, PLOT_TITLE, *s->help ? s->help : s->name);
    *out = (char)toupper((unsigned char)*out);
}

/* Does the list of globs, n bytes of it, name it? */
static bool panels_wants(const char *glob, size_t n, const struct plot_series *s)
{
    bool braces = memchr(glob, '{', n) != NULL;
    return text_glob_n(glob, n, braces ? s->id : s->name);
}

/* All of the same row, or family, and unit, that the glob names and that are not placed yet. */
static void panels_gather(struct plot *p, bool *placed, const char *glob, size_t n, size_t first)
{
    const struct plot_series *lead = p->series[first];
    const struct row *r = panels_row(lead);
    char title[PLOT_TITLE];
    panels_title(lead, title);
    struct plot_panel *panel = panels_add(p, r ? r->title : title, lead->unit, r ? r->area : AREAS);
    for (size_t i = first; i < p->n_series; i++) {
        struct plot_series *s = p->series[i];
        bool same = r ? panels_row(s) == r : strcmp(s->name, lead->name) == 0;
        if (placed[i] || s->unit != lead->unit || !same || (glob && !panels_wants(glob, n, s)))
            continue;
        placed[i] = true;
        if (panel)
            panels_put(p, panel, s);
    }
    if (panel)
        panels_label_all(r, panel);
}

/* ---- the main areas ---- */

static void panels_miss(struct plot *p, const struct row *r, plot_why *why, void *self)
{
    char name[32], reason[120] = "";
    for (const char *a = r->adapters; *a && why && !*reason; a += strspn(a, " ")) {
        size_t n = strcspn(a, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, a);
        why(self, name, reason, sizeof reason);
        a += n;
    }
    size_t used = strlen(p->note);
    snprintf(p->note + used, sizeof p->note - used, "%s%s%s%s%s", used ? "; " : "Not measured: ", r->word,
             *reason ? " (" : "", reason, *reason ? ")" : "");
}

static void panels_main(struct plot *p, plot_why *why, void *self)
{
    auto_free bool *placed = mem_new(p->n_series + 1);
    for (int i = 0; i < ROWS && rows[i].main; i++) {
        size_t k = 0;
        while (k < p->n_series && (placed[k] || panels_row(p->series[k]) != &rows[i]))
            k++;
        if (k < p->n_series)
            panels_gather(p, placed, NULL, 0, k);
        else
            panels_miss(p, &rows[i], why, self);
    }
    size_t used = strlen(p->note);
    if (used && !strchr(p->note, '('))
        snprintf(p->note + used, sizeof p->note - used, "; sonde doctor says why");
}

/* ---- what was asked for ---- */

static void panels_asked(struct plot *p, const char *globs)
{
    auto_free bool *placed = mem_new(p->n_series + 1);
    while (*globs) {
        size_t n = strcspn(globs, ","), found = 0;
        for (size_t i = 0; i < p->n_series && n; i++) {
            bool wanted = panels_wants(globs, n, p->series[i]);
            found += wanted;
            if (wanted && !placed[i])
                panels_gather(p, placed, globs, n, i);
        }
        if (!found && n) {
            char title[PLOT_TITLE];
            snprintf(title, sizeof title, "%.*s", (int)n, globs);
            struct plot_panel *panel = panels_add(p, title, UNIT_NONE, AREAS);
            if (panel)
                text_copy(panel->empty, sizeof panel->empty, "nothing of it was recorded; sonde doctor says why");
        }
        globs += n + (globs[n] == ',');
    }
}

/* ---- episodes ---- */

static int panels_line_of(const struct plot_panel *panel, const char *id)
{
    for (int i = 0; i < panel->n; i++)
        if (strcmp(panel->line[i]->id, id) == 0)
            return i;
    return -1;
}

static void panels_mark(struct plot_panel *panel, int episode, int line, bool is_main, const struct plot_cause *c)
{
    panel->mark = mem_resize(panel->mark, (panel->n_marks + 1) * sizeof *panel->mark);
    panel->mark[panel->n_marks++] = (struct plot_mark){
        .episode = episode, .line = line, .main = is_main, .low = c ? c->low : NAN, .high = c ? c->high : NAN,
    };
}

/* The panel of the first cause; where that is not shown, one of its area; else of the first cause that is shown. */
static struct plot_panel *panels_of_episode(struct plot *p, const struct plot_episode *e)
{
    for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < e->n_causes && (pass || k == 0); k++)
            for (int i = 0; i < p->n_panels; i++)
                if (panels_line_of(&p->panels[i], e->causes[k].id) >= 0)
                    return &p->panels[i];
        for (int i = 0; i < p->n_panels && !pass; i++)
            if (p->panels[i].area == e->area && e->area != AREA_OTHER && p->panels[i].n)
                return &p->panels[i];
    }
    return NULL;
}

static void panels_episode(struct plot *p, int at)
{
    const struct plot_episode *e = &p->episodes[at];
    struct plot_panel *home = panels_of_episode(p, e);
    for (int i = 0; i < p->n_panels; i++) {
        struct plot_panel *panel = &p->panels[i];
        bool any = false;
        for (int k = 0; k < e->n_causes; k++) {
            int line = panels_line_of(panel, e->causes[k].id);
            if (line < 0)
                continue;
            panels_mark(panel, at, line, panel == home && !any, &e->causes[k]);
            any = true;
        }
        if (panel == home && !any)
            panels_mark(panel, at, -1, true, NULL);
    }
}

/* The most severe, and of these the newest, in the order of their time. */
static void panels_number(struct plot *p)
{
    for (size_t i = 0; i < p->n_episodes; i++) {
        int better = 0;
        for (size_t k = 0; k < p->n_episodes && better < PLOT_NUMBERS; k++) {
            enum severity a = p->episodes[k].severity, b = p->episodes[i].severity;
            better += a > b || (a == b && k > i);
        }
        p->episodes[i].number = better < PLOT_NUMBERS;
    }
    for (size_t i = 0, number = 0; i < p->n_episodes; i++)
        if (p->episodes[i].number)
            p->episodes[i].number = (int)++number;
}

void plot_arrange(struct plot *p, const char *globs, plot_why *why, void *self)
{
    if (globs)
        panels_asked(p, globs);
    else
        panels_main(p, why, self);
    if (p->left)
        snprintf(p->note, sizeof p->note, "%d kinds of metrics more than the %d that have room", p->left, PLOT_PANELS);
    panels_number(p);
    for (size_t i = 0; i < p->n_episodes; i++)
        panels_episode(p, (int)i);
}
