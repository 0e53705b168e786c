/*
 * folder.c - files, bytes and age of what waits in a few folders: an adapter for Sonde in C.
 *
 *     cc -shared -fPIC -O2 -I /usr/include -o folder.so folder.c
 *     install -D -m 644 folder.so ~/.config/sonde/adapters.d/folder.so
 *     sonde metrics 'ext.folder.*'
 *
 * It does what spool.sh does and more, without starting a process. The interface is described in
 * sonde/adapter.h, how to go about it in docs/EXTENDING.md.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sonde/adapter.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#ifndef FOLDERS
#define FOLDERS "/var/spool/cron", "/var/mail", "/tmp"
#endif

static const char *const folders[] = { FOLDERS };
enum { N = sizeof folders / sizeof *folders };

struct folder {
    struct { int files, bytes, age; } metric[N]; /* their numbers, negative where there is no such folder */
};

static int add(const struct sonde_host *host, const char *family, const char *folder, const char *unit,
               const char *help)
{
    struct sonde_metric m = { .size = sizeof m, .kind = SONDE_GAUGE, .family = family, .instance = folder,
                              .unit = unit, .help = help, .min = 0, .max = 1e18 };
    return host->metric(host, &m);
}

static int folder_open(const struct sonde_host *host, void **self)
{
    struct folder *f = calloc(1, sizeof *f);
    int found = 0;
    if (!f)
        return -ENOMEM;
    for (int i = 0; i < N; i++) {
        struct stat st;
        f->metric[i].files = -1;
        if (stat(folders[i], &st) < 0 || !S_ISDIR(st.st_mode))
            continue;
        f->metric[i].files = add(host, "files", folders[i], "1", "files in the folder");
        f->metric[i].bytes = add(host, "bytes", folders[i], "By", "what the files hold");
        f->metric[i].age = add(host, "age", folders[i], "s", "since its oldest file was changed");
        found++;
    }
    if (!found) {
        host->explain(host, "none of its folders is here; name others where folder.c is compiled");
        free(f);
        return -ENODEV;
    }
    *self = f;
    return 0;
}

static void folder_sample(void *self, const struct sonde_host *host)
{
    const struct folder *f = self;
    for (int i = 0; i < N; i++) {
        DIR *dir = f->metric[i].files < 0 ? NULL : opendir(folders[i]);
        if (!dir)
            continue; /* what is not set is unknown */
        double files = 0, bytes = 0;
        time_t now = time(NULL), oldest = now;
        for (struct dirent *e; (e = readdir(dir)); ) {
            struct stat st;
            if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
                continue;
            files++;
            bytes += (double)st.st_size;
            oldest = st.st_mtime < oldest ? st.st_mtime : oldest;
        }
        closedir(dir);
        host->set(host, f->metric[i].files, files);
        host->set(host, f->metric[i].bytes, bytes);
        if (files > 0)
            host->set(host, f->metric[i].age, difftime(now, oldest));
    }
}

static void folder_close(void *self)
{
    free(self);
}

const struct sonde_adapter sonde_adapter = {
    .version = SONDE_ADAPTER_VERSION, .size = sizeof(struct sonde_adapter),
    .open = folder_open, .sample = folder_sample, .close = folder_close,
};
