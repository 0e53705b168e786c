/*
 * palette.c - looks by number of colours.
 *
 * The hues are those of Okabe and Ito ("Color Universal Design", 2008), which stay apart for all
 * kinds of colour-blindness, at the nearest place of the 256-colour cube: sky blue and bluish green
 * and reddish purple for series, orange and vermillion for findings only. With 16 and 8 colours the
 * terminal's own theme decides the hue. No ink is known by its colour alone: findings carry a mark,
 * the selected row is reversed, series stand at their own captions.
 */
#include "app/top/palette.h"

#define BOLD TERMINAL_BOLD
#define DIM TERMINAL_DIM
#define REVERSE TERMINAL_REVERSE
#define UNDERLINE TERMINAL_UNDERLINE

static const struct terminal_look looks_256[INKS] = {
    [INK_STRONG] = { -1, -1, BOLD },
    [INK_QUIET] = { 245, -1, 0 },
    [INK_FRAME] = { 240, -1, 0 },
    [INK_FIRST] = { 74, -1, 0 },     /* sky blue #56B4E9 */
    [INK_SECOND] = { 36, -1, 0 },    /* bluish green #009E73 */
    [INK_THIRD] = { 175, -1, 0 },    /* reddish purple #CC79A7 */
    [INK_WARN] = { 178, -1, BOLD },  /* orange #E69F00 */
    [INK_BAD] = { 166, -1, BOLD },   /* vermillion #D55E00 */
    [INK_SELECTED] = { 231, 25, 0 }, /* white on blue #0072B2 */
    [INK_KEY] = { 74, -1, BOLD },
};

static const struct terminal_look looks_16[INKS] = {
    [INK_STRONG] = { -1, -1, BOLD },
    [INK_QUIET] = { 8, -1, 0 },
    [INK_FRAME] = { 8, -1, 0 },
    [INK_FIRST] = { 14, -1, 0 },
    [INK_SECOND] = { 10, -1, 0 },
    [INK_THIRD] = { 13, -1, 0 },
    [INK_WARN] = { 11, -1, BOLD },
    [INK_BAD] = { 9, -1, BOLD },
    [INK_SELECTED] = { -1, -1, REVERSE },
    [INK_KEY] = { 14, -1, BOLD },
};

static const struct terminal_look looks_8[INKS] = {
    [INK_STRONG] = { -1, -1, BOLD },
    [INK_QUIET] = { -1, -1, 0 }, /* dim is hard to read on many of these */
    [INK_FRAME] = { -1, -1, DIM },
    [INK_FIRST] = { 6, -1, 0 },
    [INK_SECOND] = { 2, -1, 0 },
    [INK_THIRD] = { 5, -1, 0 },
    [INK_WARN] = { 3, -1, BOLD },
    [INK_BAD] = { 1, -1, BOLD },
    [INK_SELECTED] = { -1, -1, REVERSE },
    [INK_KEY] = { 6, -1, BOLD },
};

static const struct terminal_look looks_none[INKS] = {
    [INK_STRONG] = { -1, -1, BOLD },
    [INK_QUIET] = { -1, -1, 0 },
    [INK_FRAME] = { -1, -1, 0 },
    [INK_FIRST] = { -1, -1, 0 },
    [INK_SECOND] = { -1, -1, 0 },
    [INK_THIRD] = { -1, -1, 0 },
    [INK_WARN] = { -1, -1, BOLD | UNDERLINE },
    [INK_BAD] = { -1, -1, BOLD | REVERSE },
    [INK_SELECTED] = { -1, -1, REVERSE },
    [INK_KEY] = { -1, -1, BOLD },
};

const struct terminal_look *palette_looks(int colours)
{
    const struct terminal_look *looks = colours >= 256 ? looks_256 : colours >= 16 ? looks_16 :
                                        colours >= 8 ? looks_8 : looks_none;
    return looks + 1; /* look 0 is the plain one */
}
