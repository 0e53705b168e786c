/*
 * bus_client.c - what a test asks over a private bus:
 *
 *   bus_client game             by libgamemode itself: begins, tells its state, ends when its stdin does
 *   bus_client call METHOD N... a method of GameMode with numbers, an answer or the name of an error
 *   bus_client wrong            the same with arguments of another type
 *   bus_client hasty PID        registers a process and is gone before the answer
 *   bus_client many             300 processes, all at once; then one of them a thousand times; they end, all at once
 *   bus_client property PATH INTERFACE NAME     of GameMode's objects
 *   bus_client choose           chooses a profile by hand
 *   bus_client scope PID WHAT WEIGHT [BYTES]    a scope, by the program's own code
 *   bus_client calm NAME
 */
#include "policy/bus/scope.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define NAME "com.feralinteractive.GameMode"
#define PATH "/com/feralinteractive/GameMode"
#define MANY 300

static int (*library(void *handle, const char *name))(void)
{
    int (*f)(void);
    void *symbol = dlsym(handle, name);
    memcpy(&f, &symbol, sizeof f);
    return f;
}

static int game(void)
{
    void *h = dlopen("libgamemode.so.0", RTLD_NOW);
    char text[8];
    if (!h)
        return 77;
    int (*begin)(void) = library(h, "real_gamemode_request_start");
    int (*end)(void) = library(h, "real_gamemode_request_end");
    int (*state)(void) = library(h, "real_gamemode_query_status");
    printf("state %d\n", state());
    printf("begin %d\n", begin());
    printf("state %d\n", state());
    fflush(stdout);
    if (read(0, text, sizeof text) > 0) /* a line: end without a word */
        return 0;
    printf("end %d\n", end());
    printf("state %d\n", state());
    return 0;
}

/* The answer, or the error below -1000. */
static int call(sd_bus *b, const char *method, int n, const int *number, const char **error)
{
    static char name[128];
    sd_bus_error e = SD_BUS_ERROR_NULL;
    sd_bus_message *m = NULL;
    int answer = 0;
    int rc = n == 2 ? sd_bus_call_method(b, NAME, PATH, NAME, method, &e, &m, "ii", number[0], number[1]) :
             n == 1 ? sd_bus_call_method(b, NAME, PATH, NAME, method, &e, &m, "i", number[0]) :
             sd_bus_call_method(b, NAME, PATH, NAME, method, &e, &m, "");
    rc = rc < 0 ? rc : sd_bus_message_read(m, "i", &answer);
    snprintf(name, sizeof name, "%s", e.name ? e.name : strerror(-rc));
    *error = name;
    sd_bus_error_free(&e);
    sd_bus_message_unref(m);
    return rc < 0 ? -1000 + rc : answer;
}

static int say_call(sd_bus *b, int argc, char **argv)
{
    const char *error;
    int number[2] = { 0 };
    for (int i = 3; i < argc && i < 5; i++)
        number[i - 3] = atoi(argv[i]);
    int answer = call(b, argv[2], argc - 3, number, &error);
    if (answer < -1000)
        puts(error);
    else
        printf("%d\n", answer);
    return 0;
}

static int wrong(sd_bus *b)
{
    static const char *const method[] = { "RegisterGame", "RegisterGameByPID", "UnregisterGameByPIDFd", "QueryStatus" };
    for (size_t i = 0; i < sizeof method / sizeof *method; i++) {
        sd_bus_error e = SD_BUS_ERROR_NULL;
        sd_bus_call_method(b, NAME, PATH, NAME, method[i], &e, NULL, "sas", "4711", 2, "a", "b");
        puts(e.name ? e.name : "accepted");
        sd_bus_error_free(&e);
    }
    int fds[2];
    sd_bus_message *m = NULL;
    int answer = 0;
    if (pipe(fds) == 0 && sd_bus_call_method(b, NAME, PATH, NAME, "RegisterGameByPIDFd", NULL, &m, "hh", fds[0],
                                             fds[1]) >= 0)
        sd_bus_message_read(m, "i", &answer);
    printf("a pipe %d\n", answer);
    sd_bus_message_unref(m);
    return 0;
}

static int hasty(sd_bus *b, int pid)
{
    return sd_bus_call_method_async(b, NULL, NAME, PATH, NAME, "RegisterGame", NULL, NULL, "i", pid) < 0 ||
           sd_bus_flush(b) < 0;
}

static int many(sd_bus *b)
{
    static pid_t child[MANY];
    const char *error;
    int taken = 0, refused = 0, again = 0, in_turn = 0;
    for (int i = 0; i < MANY; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            pause();
            _exit(0);
        }
        int rc = call(b, "RegisterGame", 1, &child[i], &error);
        taken += rc == 0;
        refused += rc == -1;
    }
    for (int i = 0; i < 1000; i++)
        again += call(b, "RegisterGame", 1, &child[0], &error) == -1;
    for (int i = 0; i < 1000; i++)
        in_turn += call(b, "UnregisterGame", 1, &child[1], &error) == 0 &&
                   call(b, "RegisterGame", 1, &child[1], &error) == 0;
    for (int i = 0; i < MANY; i++)
        if (child[i] > 0)
            kill(child[i], SIGKILL);
    while (wait(NULL) > 0)
        ;
    printf("%d taken, %d refused, %d known already, %d in turn\n", taken, refused, again, in_turn);
    return 0;
}

static int property(sd_bus *b, char **argv)
{
    sd_bus_error e = SD_BUS_ERROR_NULL;
    int number;
    char *text = NULL;
    if (sd_bus_get_property_trivial(b, NAME, argv[2], argv[3], argv[4], &e, 'i', &number) >= 0)
        printf("%d\n", number);
    else if (sd_bus_get_property_string(b, NAME, argv[2], argv[3], argv[4], NULL, &text) >= 0)
        puts(text);
    else
        puts(e.name ? e.name : "?");
    free(text);
    sd_bus_error_free(&e);
    return 0;
}

static int choose(void)
{
    static const char *const name[] = { "org.freedesktop.UPower.PowerProfiles", "net.hadess.PowerProfiles" };
    static const char *const path[] = { "/org/freedesktop/UPower/PowerProfiles", "/net/hadess/PowerProfiles" };
    sd_bus *b = NULL;
    int rc = sd_bus_open_system(&b);
    for (int i = 0; rc >= 0 && i < 2; i++)
        if (sd_bus_set_property(b, name[i], path[i], name[i], "ActiveProfile", NULL, "s", "balanced") >= 0)
            return 0;
    return 1;
}

static int make_scope(int argc, char **argv)
{
    struct scope_wish w = { .pid = atoi(argv[2]), .what = argv[3], .cpu_weight = atoi(argv[4]),
                            .memory_low = argc > 5 ? strtoull(argv[5], NULL, 10) : 0 };
    struct scope s;
    char why[KNOB_WHY] = "";
    int rc = scope_start(&w, &s, why);
    if (rc < 0)
        printf("%s: %s\n", strerror(-rc), why);
    else
        printf("%s %s\n", s.name, s.group);
    return 0;
}

int main(int argc, char **argv)
{
    sd_bus *b = NULL;
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "game") == 0)
        return game();
    if (strcmp(what, "choose") == 0)
        return choose();
    if (strcmp(what, "scope") == 0 && argc > 4)
        return make_scope(argc, argv);
    if (sd_bus_open_user(&b) < 0) {
        puts("no bus");
        return 1;
    }
    return strcmp(what, "call") == 0 && argc > 2 ? say_call(b, argc, argv) :
           strcmp(what, "wrong") == 0 ? wrong(b) :
           strcmp(what, "hasty") == 0 && argc > 2 ? hasty(b, atoi(argv[2])) :
           strcmp(what, "many") == 0 ? many(b) :
           strcmp(what, "property") == 0 && argc > 4 ? property(b, argv) : 2;
}
