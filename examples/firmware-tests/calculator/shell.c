/*
 * A shell with one command: `calc_test A OP B` lets the device compute and prints the result, or `error: ` and what is wrong.
 *
 * The console is polled, so a line must not come before the last one is answered.
 */
#include <stdint.h>

#include "calculator.h"
#include "console.h"
#include "parse.h"
#include "text.h"

#define LINE_SIZE 80u

/* Reads up to CR or LF; what does not fit is cut off. */
static void read_line(char line[LINE_SIZE]) {
    uint32_t length = 0;
    for (char c = console_get(); c != '\r' && c != '\n'; c = console_get()) {
        if (length < LINE_SIZE - 1) line[length++] = c;
    }
    line[length] = 0;
}

static void print_error(const char *text) {
    print_text("error: ");
    print_text(text);
    print_text("\r\n");
}

static void calc_test(const char *arguments) {
    int32_t a, b, result;
    char operator;
    if (!parse_number(&arguments, &a) || !parse_operator(&arguments, &operator) || !parse_number(&arguments, &b) ||
        !parse_end(&arguments)) {
        print_error("usage: calc_test A OP B, with 32-bit numbers");
        return;
    }
    switch (calculator_compute(a, operator, b, &result)) {
    case CALCULATOR_OK:
        print_decimal(result);
        print_text("\r\n");
        break;
    case CALCULATOR_DIVISION_BY_ZERO: print_error("division by zero"); break;
    case CALCULATOR_UNKNOWN_OPERATOR: print_error("unknown operator, use + - * /"); break;
    case CALCULATOR_DEVICE_ERROR: print_error("the device refused"); break;
    case CALCULATOR_TIMEOUT: print_error("the device stays busy"); break;
    }
}

int main(void) {
    char line[LINE_SIZE];
    console_init();
    print_text("ready\r\n");
    for (;;) {
        read_line(line);
        const char *rest = line;
        if (parse_end(&rest)) continue;
        if (parse_word(&rest, "calc_test")) calc_test(rest);
        else print_error("unknown command, use calc_test A OP B");
    }
}
