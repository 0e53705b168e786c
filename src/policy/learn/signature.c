/*
 * signature.c - the content of a program as a number, and what it is made with.
 *
 * The class comes from the names of libraries in the program's bytes, which the linker put there (DT_NEEDED): to look
 * for them takes no reading of a format, and what is not found is only called less precisely.
 */
#include "policy/learn/signature.h"

#include "base/auto.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "os/os.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define CONTENT_MAX (64 << 20) /* bytes that count; of a larger one its size, too */
#define PIECE (64 << 10)
#define OVERLAP 32             /* longer than any name that is looked for */
#define LINE 256               /* of the first line of a script, as the kernel reads it (BINPRM_BUF_SIZE) */

static const struct {
    const char *library, *class;
} made_with[] = {
    { "libcuda", "gpu" }, { "libcudart", "gpu" }, { "libamdhip", "gpu" }, { "libmpi", "mpi" }, { "libgomp.so", "openmp" },
    { "libomp.so", "openmp" }, { "libiomp5", "openmp" }, { "libopenblas", "blas" }, { "libmkl_", "blas" },
    { "libblis", "blas" }, { "libblas.so", "blas" },
};

static const struct {
    const char *name, *class;
} interpreters[] = {
    { "sh", "shell" }, { "bash", "shell" }, { "dash", "shell" }, { "ksh", "shell" }, { "zsh", "shell" },
    { "python", "python" }, { "pypy", "python" }, { "perl", "perl" }, { "ruby", "ruby" }, { "node", "node" },
    { "java", "java" }, { "Rscript", "r" }, { "php", "php" }, { "lua", "lua" }, { "julia", "julia" },
};

enum { LIBRARIES = sizeof made_with / sizeof *made_with };

struct reading {
    uint64_t hash;
    bool found[LIBRARIES];
    char first[LINE]; /* how the file begins, NUL-terminated */
};

static const char *signature_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "python3.11" is one of python. NULL: none that is known. */
static const char *signature_interpreter(const char *path)
{
    const char *name = signature_name(path);
    for (size_t i = 0; i < sizeof interpreters / sizeof *interpreters; i++) {
        size_t n = strlen(interpreters[i].name);
        if (strncmp(name, interpreters[i].name, n) == 0 && strspn(name + n, "0123456789.") == strlen(name + n))
            return interpreters[i].class;
    }
    return NULL;
}

static uint64_t signature_bytes(uint64_t h, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001b3u; /* as base/hash.h, of bytes that may be 0 */
    return h;
}

/* bytes: of the piece, behind what the one before ended with. */
static void signature_look(struct reading *r, const char *text, size_t n)
{
    for (size_t i = 0; i < LIBRARIES; i++)
        r->found[i] = r->found[i] || memmem(text, n, made_with[i].library, strlen(made_with[i].library));
}

static int signature_read(const char *path, struct reading *r)
{
    auto_fclose FILE *f = os_is_file(path) ? fopen(path, "re") : NULL;
    if (!f)
        return os_exists("", path) ? -EACCES : -ENOENT;
    auto_free char *text = mem_new(OVERLAP + PIECE);
    size_t n, kept = 0, total = 0;
    while (total < CONTENT_MAX && (n = fread(text + kept, 1, PIECE, f)) > 0) {
        if (total == 0)
            memcpy(r->first, text, n < LINE ? n : LINE - 1);
        r->hash = signature_bytes(r->hash, (const unsigned char *)text + kept, n);
        signature_look(r, text, kept + n);
        total += n;
        size_t end = kept + n;
        kept = end < OVERLAP ? end : OVERLAP;
        memmove(text, text + end - kept, kept);
    }
    if (ferror(f) || fseek(f, 0, SEEK_END) < 0)
        return -EIO;
    long size = ftell(f);
    r->hash = signature_bytes(r->hash, (const unsigned char *)&size, sizeof size);
    return 0;
}

/* The next word of a line; NULL at its end. */
static char *signature_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t");
    size_t n = strcspn(word, " \t\r\n");
    *rest = word + n + (word[n] != '\0');
    word[n] = '\0';
    return n ? word : NULL;
}

/* The program of "#!" in OS_PATH_MAX bytes; with "/usr/bin/env python3" the one that env would find. */
static int signature_script(const char *first, char *out)
{
    char line[LINE];
    snprintf(line, sizeof line, "%s", first + 2);
    line[strcspn(line, "\n")] = '\0';
    char *rest = line, *word = signature_word(&rest);
    if (word && strcmp(signature_name(word), "env") == 0)
        do
            word = signature_word(&rest);
        while (word && (*word == '-' || strchr(word, '=')));
    return word ? os_find_program(word, out) : -ENOENT;
}

/* The file that an interpreter is given, or NULL: the first word that is no option, if there is such a file. */
static const char *signature_given(const char *const *argv)
{
    int i = 1;
    while (argv[i] && argv[i][0] == '-' && argv[i][1])
        i++;
    return argv[i] && os_is_file(argv[i]) ? argv[i] : NULL;
}

static const char *signature_class(const struct reading *r, const char *path)
{
    const char *class = signature_interpreter(path);
    for (size_t i = 0; i < LIBRARIES && !class; i++)
        if (r->found[i])
            class = made_with[i].class;
    return class ? class : "program";
}

bool signature_may_thread(const char *class)
{
    return !class || (strcmp(class, "program") != 0 && strcmp(class, "script") != 0);
}

int signature_of(const char *const *argv, struct signature *out)
{
    char path[OS_PATH_MAX], real[OS_PATH_MAX];
    auto_free struct reading *r = mem_new(sizeof *r);
    r->hash = HASH_START;
    int rc = os_find_program(argv[0], path);
    if (rc == 0)
        rc = signature_read(path, r);
    if (rc < 0)
        return rc;
    const char *class, *given = NULL;
    if (r->first[0] == '#' && r->first[1] == '!') {
        bool known = signature_script(r->first, path) == 0 && signature_read(path, r) == 0;
        class = known ? signature_class(r, path) : "script";
    } else {
        class = signature_class(r, path);
        if (strcmp(class, "program") == 0 && os_real_path(path, real) == 0 && signature_interpreter(real))
            class = signature_interpreter(real);
        given = signature_interpreter(path) ? signature_given(argv) : NULL;
    }
    if (given && (rc = signature_read(given, r)) < 0)
        return rc;
    text_copy(out->name, sizeof out->name, signature_name(given ? given : argv[0]));
    text_clean(out->name);
    snprintf(out->hash, sizeof out->hash, "%016llx", (unsigned long long)r->hash);
    out->class = class;
    return 0;
}
