/*
 * live_clients.c - many clients of a live stream: live_clients PORT N SECONDS
 *
 * Opens N connections to /api/v1/live of a server on this machine, hears them for so long and prints one line:
 * clients, events in all, the longest event, how many of the server's ticks were missed by any client between its
 * first and its last, and how many connections the server closed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MARK "event: now\ndata: {\"t\":"
#define ROOM 4096

struct client {
    int fd;
    size_t n;
    char in[ROOM];
    long long first, last, events; /* times of ticks in ms; first 0: none yet */
    int closed;
};

static size_t longest;
static long long step_ms = 1000;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int client_open(int port)
{
    static const char request[] = "GET /api/v1/live HTTP/1.1\r\nHost: localhost:%d\r\n\r\n";
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port) };
    char text[128];
    int fd = socket(AF_INET, SOCK_STREAM, 0), n = snprintf(text, sizeof text, request, port);
    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) < 0 || write(fd, text, (size_t)n) != n) {
        perror("connect");
        exit(1);
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* Takes the events that are whole: each ends with an empty line. */
static void client_take(struct client *c)
{
    char *end;
    c->in[c->n] = '\0';
    while ((end = strstr(c->in, "\n\n"))) {
        size_t length = (size_t)(end + 2 - c->in);
        const char *mark = memmem(c->in, length, MARK, sizeof MARK - 1);
        if (mark) {
            c->last = atoll(mark + sizeof MARK - 1);
            c->first = c->first ? c->first : c->last;
            c->events++;
            longest = length > longest ? length : longest;
        }
        memmove(c->in, end + 2, c->n - length + 1);
        c->n -= length;
    }
}

static void client_read(struct client *c)
{
    ssize_t got;
    while ((got = read(c->fd, c->in + c->n, ROOM - 1 - c->n)) > 0) {
        c->n += (size_t)got;
        client_take(c);
    }
    if (got == 0 || errno != EAGAIN) {
        c->closed = 1;
        close(c->fd);
    }
}

static void report(const struct client *c, int n)
{
    long long events = 0, lost = 0;
    int closed = 0, silent = 0;
    for (int i = 0; i < n; i++) {
        long long due = c[i].first ? (c[i].last - c[i].first + step_ms / 2) / step_ms + 1 : 0;
        events += c[i].events;
        lost += due - c[i].events > 0 ? due - c[i].events : 0;
        closed += c[i].closed;
        silent += !c[i].first;
    }
    printf("clients %d events %lld longest %zu lost %lld closed %d silent %d\n", n, events, longest, lost, closed,
           silent);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s PORT N SECONDS\n", argv[0]);
        return 2;
    }
    int n = atoi(argv[2]), poll = epoll_create1(0);
    struct rlimit files = { (rlim_t)n + 64, (rlim_t)n + 64 };
    struct client *c = calloc((size_t)n, sizeof *c);
    struct epoll_event ready[256];
    setrlimit(RLIMIT_NOFILE, &files);
    for (int i = 0; i < n; i++) {
        c[i].fd = client_open(atoi(argv[1]));
        epoll_ctl(poll, EPOLL_CTL_ADD, c[i].fd, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = &c[i] });
    }
    printf("open\n");
    fflush(stdout);
    for (double until = now_s() + atof(argv[3]); now_s() < until;) {
        int k = epoll_wait(poll, ready, 256, 200);
        for (int i = 0; i < k; i++)
            client_read(ready[i].data.ptr);
    }
    report(c, n);
    return 0;
}
