/*
 * replay.c - the main of a fuzz target in an ordinary build: replay CORPUS_DIR
 *
 * Hands every file of the corpus to the target, so that what libFuzzer once found is tried again by
 * each `meson test`, with any compiler. A broken input ends the process as it does under libFuzzer.
 */
#include "base/auto.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool replay(const char *dir, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    auto_fclose FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    auto_free uint8_t *data = mem_new(INPUT_MAX);
    size_t n = fread(data, 1, INPUT_MAX, f);
    /* Exactly n bytes, so that a sanitizer sees a read past the end. */
    data = mem_resize(data, n ? n : 1);
    LLVMFuzzerTestOneInput(data, n);
    return true;
}

int main(int argc, char **argv)
{
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    if (!dir) {
        fprintf(stderr, "usage: %s CORPUS_DIR\n", argv[0]);
        return EXIT_FAILURE;
    }
    int n = 0;
    for (struct dirent *e; (e = readdir(dir));)
        if (e->d_name[0] != '.')
            n += replay(argv[1], e->d_name);
    closedir(dir);
    printf("%d inputs\n", n);
    return n ? EXIT_SUCCESS : EXIT_FAILURE;
}
