/* main.c - `sonde-load NAME [OPTIONS]`: finds the load, reads its options, says what came of it. */
#include "load.h"

#include "base/buf.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct load_result {
    struct json json;
    struct buf text;
    bool as_json;
};

/* ---- what a load asks for ---- */

static int load_index(const struct load_option *options, const char *name)
{
    for (int i = 0; options[i].name; i++)
        if (strcmp(options[i].name, name) == 0)
            return i;
    return -1;
}

double load_number(const struct load_args *a, const char *name)
{
    return a->number[load_index(a->option, name)];
}

const char *load_text(const struct load_args *a, const char *name)
{
    return a->text[load_index(a->option, name)];
}

bool load_flag(const struct load_args *a, const char *name)
{
    return a->text[load_index(a->option, name)];
}

void load_put(struct load_result *r, const char *name, double v)
{
    char text[TEXT_NUMBER_MAX];
    text_number(v, 9, text);
    if (r->as_json)
        json_digits(&r->json, name, v, 9);
    else
        buf_printf(&r->text, "%-12s %s\n", name, isfinite(v) ? text : "not known");
}

void load_put_text(struct load_result *r, const char *name, const char *text)
{
    if (r->as_json)
        json_string(&r->json, name, text);
    else
        buf_printf(&r->text, "%-12s %s\n", name, text);
}

static double load_seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

struct load_used load_used(void)
{
    struct rusage own, others;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &others);
    return (struct load_used){
        .user_s = load_seconds(own.ru_utime) + load_seconds(others.ru_utime),
        .system_s = load_seconds(own.ru_stime) + load_seconds(others.ru_stime),
        .faults = (double)(own.ru_minflt + own.ru_majflt + others.ru_minflt + others.ru_majflt),
    };
}

void load_complain(int rc, const char *what)
{
    fprintf(stderr, "sonde-load: %s: %s\n", what, strerror(-rc));
}

static void load_end_all(const pid_t *pid, int n, int signal)
{
    for (int i = 0; i < n; i++) {
        if (signal)
            kill(pid[i], signal);
        while (waitpid(pid[i], NULL, 0) < 0 && errno == EINTR)
            ;
    }
}

int load_processes(int n, void (*work)(void *self, int i), void *self)
{
    pid_t me = getpid();
    pid_t *pid = calloc((size_t)n, sizeof *pid);
    for (int i = 0; pid && i < n; i++) {
        pid[i] = fork();
        if (pid[i] == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() == me)
                work(self, i);
            _exit(0);
        }
        if (pid[i] < 0) {
            int rc = -errno;
            load_complain(rc, "no further process");
            load_end_all(pid, i, SIGKILL);
            free(pid);
            return rc;
        }
    }
    if (!pid)
        return -ENOMEM;
    load_end_all(pid, n, 0);
    free(pid);
    return 0;
}

/* ---- the command line ---- */

static void load_usage(FILE *to, const char *program)
{
    fprintf(to, "usage: %s NAME [OPTIONS] [--json]\n\nLoads this machine in one known way and says what came of it.\n",
            program);
    for (const struct load *const *l = loads; *l; l++) {
        fprintf(to, "\n%s: %s\n", (*l)->name, (*l)->doc);
        for (const struct load_option *o = (*l)->options; o->name; o++)
            if (o->type == LOAD_NUMBER)
                fprintf(to, "  --%-12s %s (%g)\n", o->name, o->help, o->fallback);
            else
                fprintf(to, "  --%-12s %s\n", o->name, o->help);
    }
}

static bool load_read_number(const struct load_option *o, const char *text, double *out)
{
    double v;
    if (text && text_double(text, &v) && v >= o->min && v <= o->max) {
        *out = v;
        return true;
    }
    fprintf(stderr, "sonde-load: --%s takes a number from %g to %g\n", o->name, o->min, o->max);
    return false;
}

/* One option, and what follows it, from *at on. */
static bool load_read_option(const struct load *l, char **argv, int *at, struct load_args *a)
{
    const char *word = argv[*at];
    int i = strncmp(word, "--", 2) == 0 ? load_index(l->options, word + 2) : -1;
    if (i < 0) {
        fprintf(stderr, "sonde-load: %s takes no '%s'; `sonde-load --help` lists what there is\n", l->name, word);
        return false;
    }
    if (l->options[i].type == LOAD_FLAG) {
        a->text[i] = "";
        return true;
    }
    const char *value = argv[*at + 1];
    *at += value != NULL;
    if (l->options[i].type == LOAD_NUMBER)
        return load_read_number(&l->options[i], value, &a->number[i]);
    a->text[i] = value;
    if (!value)
        fprintf(stderr, "sonde-load: --%s takes a text\n", l->options[i].name);
    return value;
}

static bool load_read(const struct load *l, char **argv, struct load_args *a, bool *as_json)
{
    for (int i = 0; l->options[i].name; i++)
        a->number[i] = l->options[i].fallback;
    for (int i = 0; argv[i]; i++) {
        if (strcmp(argv[i], "--json") == 0)
            *as_json = true;
        else if (!load_read_option(l, argv, &i, a))
            return false;
    }
    return true;
}

static int load_run(const struct load *l, char **argv)
{
    struct load_args a = { .option = l->options };
    struct load_result r = { .as_json = false };
    if (!load_read(l, argv, &a, &r.as_json))
        return 2;
    json_init(&r.json, &r.text);
    if (r.as_json)
        json_object(&r.json, NULL);
    load_put_text(&r, "load", l->name);
    int rc = l->run(&a, &r);
    if (r.as_json) {
        json_end(&r.json);
        buf_putc(&r.text, '\n');
    }
    bool told = rc < 0 || (fwrite(r.text.p, 1, r.text.n, stdout) == r.text.n && fflush(stdout) == 0);
    buf_done(&r.text);
    return rc < 0 || !told;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    for (const struct load *const *l = loads; *l; l++)
        if (strcmp((*l)->name, name) == 0)
            return load_run(*l, argv + 2);
    bool help = strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0;
    load_usage(help ? stdout : stderr, argv[0]);
    return help ? 0 : 2;
}
