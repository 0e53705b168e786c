/* program.c - starts a program, hears what it says, and ends it when its time is over. */
#include "alert/program.h"

#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SAID_MAX 128

/* What it says on stderr first, for the message; the rest is read and left, so that it never waits for us. */
static void program_hear(struct os_child *c, char said[static SAID_MAX], size_t *n)
{
    char piece[512];
    int got;
    while ((got = os_child_read(c->err, piece, sizeof piece, 0)) > 0) {
        size_t fits = (size_t)got < SAID_MAX - 1 - *n ? (size_t)got : SAID_MAX - 1 - *n;
        memcpy(said + *n, piece, fits);
        *n += fits;
        said[*n] = '\0';
    }
    while (os_child_read(c->out, piece, sizeof piece, 0) > 0)
        continue;
}

/* Until it ends, or its time is over. 0 or its status; -ETIMEDOUT. */
static int program_wait(struct os_child *c, double timeout_s, char said[static SAID_MAX])
{
    size_t n = 0;
    int status = 0;
    int64_t until = os_mono_ns() + (int64_t)(timeout_s * 1e9);
    bool ended = false, late = false;
    while (!(ended = os_child_has_ended(c, 20, &status)) && !(late = os_mono_ns() >= until))
        program_hear(c, said, &n);
    if (!ended)
        os_child_end(c);
    while (!ended && !(ended = os_child_has_ended(c, 1000, &status)))
        continue;
    program_hear(c, said, &n);
    os_child_close(c);
    said[strcspn(said, "\n")] = '\0';
    text_clean(said);
    return late ? -ETIMEDOUT : status;
}

int program_tell(const struct program *p, const struct buf *input, char why[static RECEIVER_WHY])
{
    struct os_child child;
    char said[SAID_MAX] = "";
    int rc = os_child_start_with(p->argv, p->env, input->p, input->n, &child);
    if (rc < 0) {
        snprintf(why, RECEIVER_WHY, "%.200s cannot be run: %s", p->argv[0], strerror(-rc));
        return rc == -EAGAIN ? -ENOMEM : rc;
    }
    rc = program_wait(&child, p->timeout_s, said);
    if (rc < 0)
        snprintf(why, RECEIVER_WHY, "%.160s did not end within %g s%s%s%s, and was ended", p->name, p->timeout_s,
                 p->limit ? " (" : "", p->limit ? p->limit : "", p->limit ? ")" : "");
    else if (rc > 0)
        snprintf(why, RECEIVER_WHY, "%.160s ended with status %d%s%s", p->name, rc, *said ? ": " : "", said);
    return rc;
}
