/* outfiles.c - names, checks and writes the files of a run. */
#include "app/outfiles.h"

#include "app/page_file.h"
#include "app/picture.h"
#include "app/version.h"
#include "base/auto.h"
#include "base/log.h"
#include "base/text.h"
#include "os/os.h"
#include "output/exporter.h"
#include "output/plot/plot_recording.h"
#include "output/report_json.h"
#include "output/seed_json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const outfiles_stem[OUTFILES] = {
    [OUTFILE_DATA] = "telemetry_data", [OUTFILE_ANALYSIS] = "analysis_results",
};

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

static enum picture_format outfiles_picture_format(void)
{
    return picture_has_png() ? PICTURE_PNG : PICTURE_SVG;
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
    case -ELOOP: return "name the file itself: links of other users are not followed, nor more than 40";
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

/* Would one of them be written over by another, or over what is read? */
static int outfiles_clash(const struct outfiles *f, const char *input)
{
    for (int i = 0; i < OUTFILES; i++) {
        if (f->path[i] && input && os_same_file(f->path[i], input)) {
            log_error(0, "%s is what is read: give another file to write", f->path[i]);
            return -EINVAL;
        }
        for (int k = 0; f->path[i] && k < i; k++)
            if (f->path[k] && os_same_file(f->path[i], f->path[k])) {
                log_error(0, "%s and %s are the same file: give two", f->path[k], f->path[i]);
                return -EINVAL;
            }
    }
    return 0;
}

/* The names that telemetry_agent gave them: the next run replaces them. */
static char *outfiles_named(const char *dir, const char *stem, const char *ending)
{
    char path[OS_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s.%s", dir, stem, ending);
    return mem_dup(strncmp(path, "./", 2) == 0 ? path + 2 : path);
}

int outfiles_plan(struct outfiles *f, const struct args *a, bool save_data, const char *input,
                  int64_t wall_ms)
{
    const char *dir = args_text(a, "output-dir");
    *f = (struct outfiles){ .args = a, .globs = args_text(a, "metrics"), .dir = mem_dup(dir), .wall_ms = wall_ms };
    if (save_data)
        f->path[OUTFILE_DATA] = outfiles_stamped(dir, outfiles_stem[OUTFILE_DATA], wall_ms);
    if (args_flag(a, "save-analysis"))
        f->path[OUTFILE_ANALYSIS] = outfiles_stamped(dir, outfiles_stem[OUTFILE_ANALYSIS], wall_ms);
    f->path[OUTFILE_CSV] = mem_dup(args_text(a, "export-csv"));
    f->path[OUTFILE_JSON] = mem_dup(args_text(a, "export-json"));
    f->path[OUTFILE_PROMETHEUS] = mem_dup(args_text(a, "export-prometheus"));
    if (args_flag(a, "visualize") || args_flag(a, "show-plot"))
        f->path[OUTFILE_PLOT] = outfiles_named(dir, "metrics", picture_ending(outfiles_picture_format()));
    if (args_flag(a, "visualize") && page_file_can())
        f->path[OUTFILE_PAGE] = outfiles_named(dir, "telemetry_dashboard", "html");
    for (int i = 0; i < OUTFILES; i++) {
        int rc = f->path[i] ? os_can_write(f->path[i]) : 0;
        if (rc < 0)
            return outfiles_complain(rc, f->path[i]);
    }
    return outfiles_clash(f, input);
}

/* A selection that matches nothing is a slip of the
 * pen, and would be noticed only in an empty file. */
int outfiles_check_globs(const struct outfiles *f, const struct schema *s)
{
    for (int slot = 0; f->globs && slot < schema_size(s); slot++)
        if (schema_match(s, slot, f->globs))
            return 0;
    if (!f->globs)
        return 0;
    log_error(0, "--metrics %s matches no metric", f->globs);
    return -EINVAL;
}

bool outfiles_is_file(const char *path)
{
    return path && strcmp(path, "-") != 0;
}

int outfiles_may_write(const char *path, const char *read)
{
    int rc = outfiles_is_file(path) ? os_can_write(path) : 0;
    if (rc < 0)
        return outfiles_complain(rc, path);
    if (outfiles_is_file(path) && read && os_same_file(path, read)) {
        log_error(0, "%s is read, or written, already: give another file to write", path);
        return -EINVAL;
    }
    return 0;
}

static int outfiles_put_by(int (*write)(const char *path, const void *bytes, size_t n), const char *path,
                           const struct buf *text)
{
    if (!outfiles_is_file(path)) {
        fwrite(buf_text(text), 1, text->n, stdout);
        return 0;
    }
    int rc = write(path, buf_text(text), text->n);
    return rc < 0 ? outfiles_complain(rc, path) : 0;
}

int outfiles_put(const char *path, const struct buf *text)
{
    return outfiles_put_by(os_write_file, path, text);
}

int outfiles_give(const char *path, const struct buf *text)
{
    return outfiles_put_by(os_write_named, path, text);
}

void outfiles_done(struct outfiles *f)
{
    for (int i = 0; i < OUTFILES; i++)
        mem_free(f->path[i]);
    mem_free(f->dir);
    *f = (struct outfiles){ 0 };
}

static void outfiles_draw(struct buf *out, const struct recording *rec, const struct report *r)
{
    struct plot_options o = { .width = PICTURE_WIDTH, .height = PICTURE_HEIGHT };
    struct plot *p = plot_of_recording(rec, r, NULL, PICTURE_WIDTH, os_zone_s(rec->wall_ms[rec->n - 1]));
    picture_make(p, &o, outfiles_picture_format(), out, NULL);
    plot_free(p);
}

static void outfiles_fill(enum outfile which, struct buf *out, const struct outfiles *f,
                          const struct recording *rec, const struct report *r)
{
    switch (which) {
    case OUTFILE_DATA: seed_json(out, rec); break;
    case OUTFILE_ANALYSIS: report_json(out, r); break;
    case OUTFILE_CSV: export_recording(out, exporter_find("csv"), rec, f->globs); break;
    case OUTFILE_JSON: export_recording(out, exporter_find("json"), rec, f->globs); break;
    case OUTFILE_PROMETHEUS: export_last(out, exporter_find("prometheus"), rec, f->globs, SONDE_VERSION); break;
    case OUTFILE_PLOT: outfiles_draw(out, rec, r); break;
    case OUTFILE_PAGE: page_file_of_run(f->args, rec, r, out); break;
    case OUTFILES: break;
    }
}

/* Another run may have taken a name of ours since it was planned: then it is the next. */
static int outfiles_put_one(struct outfiles *f, enum outfile which, const struct buf *out)
{
    if (which == OUTFILE_PROMETHEUS) /* the collector is another user */
        return os_write_named(f->path[which], out->p, out->n);
    if (which != OUTFILE_DATA && which != OUTFILE_ANALYSIS)
        return os_write_file(f->path[which], out->p, out->n);
    int rc = os_write_new(f->path[which], out->p, out->n);
    for (int tries = 0; rc == -EEXIST && tries < 100; tries++) {
        mem_free(f->path[which]);
        f->path[which] = outfiles_stamped(f->dir, outfiles_stem[which], f->wall_ms);
        rc = os_write_new(f->path[which], out->p, out->n);
    }
    return rc;
}

struct outfiles_result outfiles_write(struct outfiles *f, const struct recording *rec,
                                      const struct report *r)
{
    struct outfiles_result result = { 0 };
    for (int i = 0; i < OUTFILES; i++) {
        bool drawn = i == OUTFILE_PLOT || i == OUTFILE_PAGE;
        if (!f->path[i] || ((i == OUTFILE_ANALYSIS || i == OUTFILE_PAGE) && !r) || (drawn && !rec->n))
            continue;
        auto_buf struct buf out = { 0 };
        outfiles_fill((enum outfile)i, &out, f, rec, r);
        int rc = out.n || !drawn ? outfiles_put_one(f, (enum outfile)i, &out) : -ECANCELED;
        f->written[i] = rc == 0;
        if (rc == -ECANCELED) { /* why it cannot be drawn was said */
            result.failed++;
        } else if (rc < 0) {
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
        if (!f->written[i] || args_flag(a, "json") || args_flag(a, "quiet"))
            continue;
        text_copy(shown, sizeof shown, f->path[i]);
        text_clean(shown);
        printf("Wrote %s\n", shown);
        if (i == OUTFILE_DATA)
            printf("  with %d of %d metrics, as its shape has it; --export-csv keeps all\n",
                   seed_json_metrics(rec), schema_size(rec->schema));
    }
    if (f->written[OUTFILE_PLOT] && args_flag(a, "show-plot"))
        picture_show(f->path[OUTFILE_PLOT]);
}
