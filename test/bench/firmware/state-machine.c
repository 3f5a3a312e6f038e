/* Takes a text apart into numbers, words and rubbish, a character at a time, and counts what it saw. */
#include "bench.h"

enum state { START, SIGN, DIGITS, FRACTION, EXPONENT, EXPONENT_SIGN, EXPONENT_DIGITS, WORD, RUBBISH, STATES };

static const char samples[] = "5012 1234 -874 +122 35.54400 .1234500 -110.700 +0.64400 5.500e+3 -.123e-2 -87e+832 +0.6e-12 "
                              "alpha T0.3e-1F beta2 -T.T++Tq gamma_1 1T3.4e4z 34.0e-T^ x ";
#define LENGTH (sizeof samples - 1)

static char text[LENGTH];

void bench_init(void) {
    for (uint32_t i = 0; i < LENGTH; i++) text[i] = samples[i];
}

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static enum state next(enum state state, char c) {
    switch (state) {
    case START:
        if (c == '+' || c == '-') return SIGN;
        if (c == '.') return FRACTION;
        if (is_digit(c)) return DIGITS;
        return is_letter(c) ? WORD : RUBBISH;
    case SIGN:
        if (c == '.') return FRACTION;
        return is_digit(c) ? DIGITS : RUBBISH;
    case DIGITS:
        if (c == '.') return FRACTION;
        if (c == 'e') return EXPONENT;
        return is_digit(c) ? DIGITS : RUBBISH;
    case FRACTION:
        if (c == 'e') return EXPONENT;
        return is_digit(c) ? FRACTION : RUBBISH;
    case EXPONENT:
        if (c == '+' || c == '-') return EXPONENT_SIGN;
        return is_digit(c) ? EXPONENT_DIGITS : RUBBISH;
    case EXPONENT_SIGN:
    case EXPONENT_DIGITS: return is_digit(c) ? EXPONENT_DIGITS : RUBBISH;
    case WORD: return is_letter(c) || is_digit(c) ? WORD : RUBBISH;
    default: return RUBBISH;
    }
}

uint32_t bench_step(uint32_t seed) {
    static uint32_t visits[STATES], ends[STATES];
    for (int i = 0; i < STATES; i++) visits[i] = ends[i] = 0;
    enum state state = START;
    for (uint32_t i = 0; i < LENGTH; i++) {
        if (text[i] == ' ') {
            ends[state]++;
            state = START;
        } else {
            state = next(state, text[i]);
            visits[state]++;
        }
    }
    for (int i = 0; i < STATES; i++) seed = (seed << 5 | seed >> 27) ^ (visits[i] << 8 | ends[i]);
    /* Another text next time; spaces stay where they are, so the number of tokens does too. */
    char *changed = &text[seed % LENGTH];
    if (*changed != ' ') *changed = "0123456789+-.e_aZ^"[seed >> 16 & 15];
    return seed * 0x9e3779b1u + 1;
}
