/*
 * What the module sonde-terminal offers, on top of ncursesw: a screen of cells, and keys. What the
 * cells show is not its affair. It is opened through os_module():
 *
 *     const struct terminal *t = os_module("sonde-terminal", "sonde_terminal");
 *
 * NULL where the program was built without it, or it is not installed. One screen per process.
 */
#ifndef MODULES_TERMINAL_H
#define MODULES_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

struct terminal_cell {
    uint32_t glyph; /* a code point one column wide */
    uint8_t look;   /* index into the looks; 0 is plain */
};

enum terminal_attribute {
    TERMINAL_BOLD = 1, TERMINAL_DIM = 2, TERMINAL_REVERSE = 4, TERMINAL_UNDERLINE = 8
};

struct terminal_look {
    int16_t colour, back;    /* of the terminal's palette; -1 = its own */
    unsigned char attribute; /* enum terminal_attribute, or-ed */
};

/* Keys are code points, or one of these. */
enum terminal_key {
    TERMINAL_UP = 0x110000, TERMINAL_DOWN, TERMINAL_LEFT, TERMINAL_RIGHT, TERMINAL_PAGE_UP,
    TERMINAL_PAGE_DOWN, TERMINAL_HOME, TERMINAL_END, TERMINAL_BACKSPACE, TERMINAL_BACK_TAB,
    TERMINAL_REDRAW, /* no key: the size changed, or the program came back to the foreground */
};

struct terminal {
    /*
     * Takes over the terminal on standard input and output.
     *
     *   utf8  in: may UTF-8 be written? out: will it be? Without it, glyphs beyond ASCII are '?'
     *
     * From here on close() is called at exit, and the terminal is put back when the program dies
     * of a signal that can be caught; Ctrl-Z and coming back work. Errors: -ENOTTY no terminal,
     * -ENODEV its kind ($TERM) is not known here, -ENOTSUP it cannot move its cursor.
     */
    int (*open)(bool *utf8);
    void (*close)(void); /* any number of times */

    int (*colours)(void); /* 256 (or more), 16, 8, or 0 for none */

    /* What look 1 .. n of a cell means; n < 256. */
    void (*looks)(const struct terminal_look *looks, int n);

    void (*size)(int *rows, int *columns);

    /* The next key that waits, or -1. Never blocks. */
    int32_t (*key)(void);

    /* Shows rows * columns cells, row by row; only what changed is written. */
    void (*draw)(const struct terminal_cell *cells, int rows, int columns);
};

#endif
