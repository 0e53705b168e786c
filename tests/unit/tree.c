/* tree.c - a made-up /proc and /sys. */
#include "test.h"

#include "os/os.h"
#include "tree.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

void tree_init(char root[static TREE_ROOT])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(root, TREE_ROOT, "%s/sonde-tree-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    assert_non_null(mkdtemp(root));
}

static int tree_unlink(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st, (void)type, (void)where;
    return remove(path);
}

void tree_done(const char *root)
{
    assert_int_equal(nftw(root, tree_unlink, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* root + path, with all directories above it made. */
static void tree_path(const char *root, const char *path, char out[static 512])
{
    assert_true(path[0] == '/' && strlen(root) + strlen(path) < 512);
    snprintf(out, 512, "%s%s", root, path);
    for (char *p = out + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        mkdir(out, 0755);
        *p = '/';
    }
}

void tree_write(const char *root, const char *path, const char *text)
{
    char full[512];
    tree_path(root, path, full);
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

void tree_folder(const char *root, const char *path)
{
    char full[512];
    tree_path(root, path, full);
    assert_true(mkdir(full, 0755) == 0 || os_exists("", full));
}

void tree_link(const char *root, const char *path, const char *target)
{
    char full[512];
    tree_path(root, path, full);
    assert_int_equal(symlink(target, full), 0);
}

void tree_remove(const char *root, const char *path)
{
    char full[512];
    tree_path(root, path, full);
    assert_int_equal(nftw(full, tree_unlink, 8, FTW_DEPTH | FTW_PHYS), 0);
}

const char *tree_text(const char *root, const char *path)
{
    static char text[4096];
    assert_true(os_read_text(root, path, text, sizeof text) >= 0);
    text[strcspn(text, "\n")] = '\0';
    return text;
}
