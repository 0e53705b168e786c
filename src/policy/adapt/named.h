/*
 * The programs that a person named: each with all that it started, as /proc has them now, and how long they waited for
 * a processor since the look before. Whom nobody may touch (guarded.h) is in none of them.
 */
#ifndef POLICY_NAMED_H
#define POLICY_NAMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMED_MAX 16          /* that are looked at; of more, those that were started first */
#define NAMED_MEMBERS_MAX 256  /* of one */
#define NAMED_NAME_MAX 64

struct named_member {
    int32_t pid;
    uint64_t start;           /* ticks since boot: with pid it is the same process */
};

struct named_tree {
    int32_t pid;              /* of the one whose name was given, the first member */
    uint64_t start;
    char name[NAMED_NAME_MAX];
    struct named_member member[NAMED_MEMBERS_MAX];
    size_t n;
    bool own_session;         /* nobody else is in the session of any member: autogroup is then its own affair */
    double waits;             /* share of the time since the look before in which its threads waited for a processor and
                               * did not run, percent of both; NAN not known */
    double others_wait;       /* seconds that all others waited for each second that they ran; NAN not known */
};

struct named;

/*
 *   root   of the machine
 *   uid    for whom it is asked, as of guarded_is()
 *   globs  n names of processes, as /proc/PID/comm has them; copied
 */
struct named *named_new(const char *root, uint32_t uid, const char *const *globs, size_t n);
void named_free(struct named *t);

/* Reads /proc. Returns how many there are, or an error. Three files of each process, so: seldom. */
int named_look(struct named *t);

/* By the last look; borrowed until the next. */
const struct named_tree *named_at(const struct named *t, size_t i);

/* Why one whose name was given is left alone, as guarded_is() says it; "" where the last look found none. */
const char *named_refused(const struct named *t);

#endif
