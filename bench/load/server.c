/* server.c - redis-server(1) without files: started, waited for by who asks it, and ended. */
#include "server.h"

#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

__attribute__((noreturn)) static void server_become(const struct server *s, pid_t parent)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && null >= 0 && dup2(null, STDOUT_FILENO) >= 0)
        execlp("redis-server", "redis-server", "--save", "", "--appendonly", "no", "--daemonize", "no", "--port", "0",
               "--dir", s->folder, "--unixsocket", s->socket, (char *)NULL);
    load_complain(-errno, "redis-server");
    _exit(127);
}

int server_start(struct server *s)
{
    const char *tmp = getenv("TMPDIR");
    int n = snprintf(s->folder, sizeof s->folder, "%s/sonde-load-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    int rc = n >= (int)sizeof s->folder ? -ENAMETOOLONG : mkdtemp(s->folder) ? 0 : -errno;
    if (rc < 0) {
        load_complain(rc, "a folder for the server in TMPDIR");
        return rc;
    }
    snprintf(s->socket, sizeof s->socket, "%s/redis", s->folder);
    pid_t me = getpid();
    s->pid = fork();
    if (s->pid == 0)
        server_become(s, me);
    if (s->pid > 0)
        return 0;
    rc = -errno;
    load_complain(rc, "the server");
    rmdir(s->folder);
    s->pid = 0;
    return rc;
}

void server_stop(struct server *s)
{
    if (s->pid <= 0)
        return;
    kill(s->pid, SIGTERM);
    while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    unlink(s->socket);
    rmdir(s->folder);
    s->pid = 0;
}
