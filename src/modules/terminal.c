/*
 * terminal.c - a screen of cells by ncurses (curs_add_wch(3NCURSES), curs_initscr(3NCURSES)). A
 * module, because most commands need no terminal library.
 *
 * A program that takes over a terminal owes it back on every way out. Ordinary ways go through
 * close(), also at exit(). For deaths that can be caught (SIGSEGV, an assert, Ctrl-\) a handler
 * writes the strings that end the mode, made beforehand, with write(2) and tcsetattr(3), which may
 * be called there (signal-safety(7)). SIGTSTP and SIGCONT are ncurses' own handlers.
 */
#include "modules/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;
static bool wide;                     /* does the terminal take UTF-8? */
static struct terminal_cell *shown;   /* what is on it: shown_rows * shown_columns */
static int shown_rows, shown_columns;
static struct { attr_t attribute; short pair; } looks[256];

/* For the handler of deaths. */
static struct termios before;
static char ending[256]; /* out of the alternate screen, cursor on, attributes off */
static volatile sig_atomic_t taken;

static void terminal_give_back(void)
{
    if (!taken)
        return;
    taken = 0;
    ssize_t n = write(STDOUT_FILENO, ending, strlen(ending));
    (void)n; /* nothing can be done about a terminal that is gone */
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void terminal_dying(int sig)
{
    terminal_give_back();
    raise(sig); /* SA_RESETHAND: now it does what it always does */
}

static void terminal_catch(void)
{
    static const int deadly[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGQUIT, SIGSYS };
    struct sigaction a = { .sa_handler = terminal_dying,
                           .sa_flags = (int)(SA_RESETHAND | SA_NODEFER) };
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        sigaction(deadly[i], &a, NULL);
}

static void terminal_note_ending(void)
{
    static const char *const capability[] = { "sgr0", "cnorm", "rmkx", "rmcup" };
    ending[0] = '\0';
    for (size_t i = 0; i < sizeof capability / sizeof *capability; i++) {
        const char *s = tigetstr(capability[i]);
        if (s && s != (char *)-1 && strlen(ending) + strlen(s) < sizeof ending)
            strcat(ending, s);
    }
}

/* The program's other text functions do not look at the locale, and numbers keep their point:
 * only the class of characters is set. */
static bool terminal_utf8(bool wanted)
{
    static const char *const names[] = { "", "C.UTF-8", "C.utf8" };
    for (size_t i = 0; wanted && i < sizeof names / sizeof *names; i++)
        if (setlocale(LC_CTYPE, names[i]) && strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
            return true;
    setlocale(LC_CTYPE, "C");
    return false;
}

static void terminal_close(void)
{
    if (!screen)
        return;
    endwin();
    taken = 0;
    delscreen(screen);
    screen = NULL;
    free(shown);
    shown = NULL;
    shown_rows = shown_columns = 0;
}

static void terminal_modes(void)
{
    cbreak(); /* signals from the keyboard stay signals */
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
}

static int terminal_open(bool *utf8)
{
    static bool at_exit;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) < 0)
        return -ENOTTY;
    wide = *utf8 = terminal_utf8(*utf8);
    screen = newterm(NULL, stdout, stdin);
    if (!screen)
        return -ENODEV;
    const char *move = tigetstr("cup");
    if (!move || move == (char *)-1) {
        terminal_close();
        return -ENOTSUP;
    }
    terminal_modes();
    terminal_note_ending();
    taken = 1;
    terminal_catch();
    if (!at_exit)
        atexit(terminal_close);
    at_exit = true;
    return 0;
}

static int terminal_colours(void)
{
    return !has_colors() ? 0 : COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : COLORS >= 8 ? 8 : 0;
}

static void terminal_looks(const struct terminal_look *of, int n)
{
    for (int i = 1; i <= n; i++) {
        const struct terminal_look *l = &of[i - 1];
        looks[i].attribute = (l->attribute & TERMINAL_BOLD ? A_BOLD : 0) |
                             (l->attribute & TERMINAL_DIM ? A_DIM : 0) |
                             (l->attribute & TERMINAL_REVERSE ? A_REVERSE : 0) |
                             (l->attribute & TERMINAL_UNDERLINE ? A_UNDERLINE : 0);
        bool paired = (l->colour >= 0 || l->back >= 0) && has_colors() && i < COLOR_PAIRS &&
                      init_pair((short)i, l->colour, l->back) == OK;
        looks[i].pair = paired ? (short)i : 0;
    }
    shown_rows = 0; /* all is drawn anew */
}

static void terminal_size(int *rows, int *columns)
{
    getmaxyx(stdscr, *rows, *columns);
}

static int32_t terminal_special(wint_t c)
{
    switch (c) {
    case KEY_UP: return TERMINAL_UP;
    case KEY_DOWN: return TERMINAL_DOWN;
    case KEY_LEFT: return TERMINAL_LEFT;
    case KEY_RIGHT: return TERMINAL_RIGHT;
    case KEY_PPAGE: return TERMINAL_PAGE_UP;
    case KEY_NPAGE: return TERMINAL_PAGE_DOWN;
    case KEY_HOME: return TERMINAL_HOME;
    case KEY_END: return TERMINAL_END;
    case KEY_BACKSPACE: return TERMINAL_BACKSPACE;
    case KEY_BTAB: return TERMINAL_BACK_TAB;
    case KEY_ENTER: return '\n';
    case KEY_RESIZE:
        shown_rows = 0;
        return TERMINAL_REDRAW;
    default: return 0; /* a key that nobody asked for: nothing happens, and the next one is read */
    }
}

static int32_t terminal_key(void)
{
    wint_t c;
    int kind = get_wch(&c);
    if (kind == ERR)
        return -1;
    if (kind == KEY_CODE_YES)
        return terminal_special(c);
    return c == '\r' ? '\n' : c == 0x7f || c == '\b' ? TERMINAL_BACKSPACE : (int32_t)c;
}

/* A glyph that takes no column or two would move all that follows it. */
static wchar_t terminal_glyph(uint32_t glyph)
{
    bool fits = glyph >= 0x20 && glyph < 0x7f;
    if (!fits && wide)
        fits = wcwidth((wchar_t)glyph) == 1;
    return fits ? (wchar_t)glyph : L'?';
}

static void terminal_put(int row, int column, const struct terminal_cell *c)
{
    wchar_t text[2] = { terminal_glyph(c->glyph), L'\0' };
    cchar_t cell;
    setcchar(&cell, text, looks[c->look].attribute, looks[c->look].pair, NULL);
    mvadd_wch(row, column, &cell);
}

static void terminal_draw(const struct terminal_cell *cells, int rows, int columns)
{
    size_t n = (size_t)rows * (size_t)columns;
    bool all = !shown || rows != shown_rows || columns != shown_columns;
    if (all) {
        free(shown);
        shown = malloc(n * sizeof *shown);
        shown_rows = rows;
        shown_columns = columns;
        clear();
    }
    for (size_t i = 0; i < n; i++)
        if (all || cells[i].glyph != shown[i].glyph || cells[i].look != shown[i].look)
            terminal_put((int)(i / (size_t)columns), (int)(i % (size_t)columns), &cells[i]);
    if (shown)
        memcpy(shown, cells, n * sizeof *shown);
    refresh();
}

/* The one symbol of this module that others see. */
extern const struct terminal sonde_terminal __attribute__((visibility("default")));
const struct terminal sonde_terminal = {
    .open = terminal_open, .close = terminal_close, .colours = terminal_colours,
    .looks = terminal_looks, .size = terminal_size, .key = terminal_key, .draw = terminal_draw,
};
