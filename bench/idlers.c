/*
 * idlers.c - N processes that do nothing but be there; they end when this one does.
 *
 *   idlers N     prints a line when all are there, and waits
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static void idle(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (getppid() == parent)
        pause();
    _exit(0);
}

int main(int argc, char **argv)
{
    pid_t self = getpid();
    for (int left = argc > 1 ? atoi(argv[1]) : 0; left > 0; left--) {
        pid_t pid = fork();
        if (pid == 0)
            idle(self);
        if (pid < 0) {
            perror("idlers");
            return 1; /* which ends those that are there */
        }
    }
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
