/* The tasks of a machine, as /proc tells of them: processes and their threads. */
#ifndef POLICY_TASKS_H
#define POLICY_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TASK_NAME_MAX 64

struct task {
    int32_t pid;     /* of the task; of a thread its own number */
    int32_t process; /* that it is a thread of; its own number where it is the first */
    int32_t parent;  /* process that started that one; 0 none */
    int32_t session; /* that it is in: the number of the process that made it */
    uint64_t start;  /* ticks since boot */
    uint64_t ticks;  /* of processor so far; of a process that of all its threads */
    uint64_t ticks_below; /* of those that it started and waited for */
    int threads;     /* of the process, this one counted */
    bool kernel;     /* a thread of the kernel */
    bool terminal;   /* it has a controlling terminal */
    char state;      /* "R", "S", ... of proc(5) */
    char name[TASK_NAME_MAX];
};

/* The number that an entry of /proc is named by; 0 for any other entry. */
int32_t task_number(const char *name);

/* One of them. -ESRCH: there is none. */
int task_look(const char *root, int32_t pid, struct task *out);

/* Is there one that started then and has not ended? One that nobody has waited for has. start 0: whichever. */
bool task_lives(const char *root, int32_t pid, uint64_t start);

/* Now, as `start` counts: a task that is started from here on has no smaller one. */
uint64_t tasks_now(void);

/* The user with whose rights it runs; -1: it has those of several (sudo, say), or is none. */
int64_t task_user(const char *root, int32_t pid);

/* All, with `threads` those of each process too. *out is the caller's. Returns the count, or an error. */
int tasks_list(const char *root, bool threads, struct task **out);

#endif
