/* outfiles.c - names, checks and writes the files of a run. */
#include "app/outfiles.h"

#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "output/exporter.h"
#include "output/report_json.h"
#include "output/seed_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A second run within the same second must not replace the files of the first. */
static char *outfiles_stamped(const char *dir, const char *stem, int64_t wall_ms)
{
    char stamp[TEXT_TIME_MAX], path[OS_PATH_MAX];
    text_stamp(wall_ms, stamp);
    snprintf(path, sizeof path, "%s/%s_%s.json", dir, stem, stamp);
    for (int n = 2; os_exists("", path) && n < 1000; n++)
        snprintf(path, sizeof path, "%s/%s_%s_%d.json", dir, stem, stamp, n);
    return mem_dup(strncmp(path, "./", 2) == 0 ? path + 2 : path);
}

static const char *outfiles_remedy(int rc)
{
    switch (rc) {
    case -ENOENT: return "make the directory first, or give another";
    case -ENOTDIR: return "give a path whose parts are directories";
    case -EISDIR: return "it is a directory: give the name of a file";
    case -EACCES: case -EPERM: case -EROFS: return "give a directory that you may write to";
    case -ENOSPC: case -EDQUOT: return "make room, or give a directory elsewhere";
    case -EFBIG: return "raise the limit on the size of files (ulimit -f), or collect less";
    case -ENAMETOOLONG: return "give a shorter path";
    default: return "give another path";
    }
}

static int outfiles_complain(int rc, const char *path)
{
    char shown[OS_PATH_MAX];
    text_copy(shown, sizeof shown, path);
    log_error(0, "%s cannot be written: %s; %s", shown, strerror(-rc), outfiles_remedy(rc));
    return rc;
}

int outfiles_plan(struct outfiles *f, const struct args *a, bool save_data, int64_t wall_ms)
{
    const char *dir = args_text(a, "output-dir");
    *f = (struct outfiles){ .globs = args_text(a, "metrics") };
    if (save_data)
        f->path[OUTFILE_DATA] = outfiles_stamped(dir, "telemetry_data", wall_ms);
    if (args_flag(a, "save-analysis"))
        f->path[OUTFILE_ANALYSIS] = outfiles_stamped(dir, "analysis_results", wall_ms);
    f->path[OUTFILE_CSV] = mem_dup(args_text(a, "export-csv"));
    f->path[OUTFILE_JSON] = mem_dup(args_text(a, "export-json"));
    for (int i = 0; i < OUTFILES; i++) {
        int rc = f->path[i] ? os_can_write(f->path[i]) : 0;
        if (rc < 0)
            return outfiles_complain(rc, f->path[i]);
    }
    return 0;
}

void outfiles_done(struct outfiles *f)
{
    for (int i = 0; i < OUTFILES; i++)
        mem_free(f->path[i]);
    *f = (struct outfiles){ 0 };
}

static void outfiles_fill(enum outfile which, struct buf *out, const struct outfiles *f,
                          const struct recording *rec, const struct report *r)
{
    switch (which) {
    case OUTFILE_DATA: seed_json(out, rec); break;
    case OUTFILE_ANALYSIS: report_json(out, r); break;
    case OUTFILE_CSV: export_recording(out, exporter_find("csv"), rec, f->globs); break;
    case OUTFILE_JSON: export_recording(out, exporter_find("json"), rec, f->globs); break;
    case OUTFILES: break;
    }
}

struct outfiles_result outfiles_write(const struct outfiles *f, const struct recording *rec,
                                      const struct report *r)
{
    struct outfiles_result result = { 0 };
    for (int i = 0; i < OUTFILES; i++) {
        if (!f->path[i] || (i == OUTFILE_ANALYSIS && !r))
            continue;
        auto_buf struct buf out = { 0 };
        outfiles_fill((enum outfile)i, &out, f, rec, r);
        int rc = os_write_file(f->path[i], out.p, out.n);
        if (rc < 0) {
            outfiles_complain(rc, f->path[i]);
            result.failed++;
        } else {
            result.written++;
        }
    }
    return result;
}

void outfiles_tell(const struct outfiles *f, const struct recording *rec, const struct args *a)
{
    for (int i = 0; i < OUTFILES; i++) {
        char shown[OS_PATH_MAX];
        if (!f->path[i] || args_flag(a, "json") || args_flag(a, "quiet"))
            continue;
        text_copy(shown, sizeof shown, f->path[i]);
        printf("Wrote %s", shown);
        if (i == OUTFILE_DATA)
            printf(" (%d of %d metrics, as its shape has it; --export-csv keeps all)",
                   seed_json_metrics(rec), schema_size(rec->schema));
        putchar('\n');
    }
}
