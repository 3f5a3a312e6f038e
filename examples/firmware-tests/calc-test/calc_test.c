/*
 * calc_test: lets the calculator device compute what the console asks for, `6 * 7`, and says `6 * 7 = 42`.
 *
 * A line `irq 6 * 7` waits for the device by its interrupt instead of by polling. On a board without the device the first access to
 * it is a bus fault, and the program ends there.
 */
#include <stdbool.h>
#include <stdint.h>

#include "calc_interrupt.h"
#include "console.h"
#include "../calculator/parse.h"
#include "text.h"

#if defined(__arm__)
#define CALCULATOR_BASE 0x60000000u /* first bank of the external memory of the STM32F407 (RM0090 36.4) */
#define barrier()       __asm volatile("dmb" ::: "memory")
#else
#define CALCULATOR_BASE 0x04001000u
#define barrier()       __asm volatile("fence" ::: "memory")
#endif

struct calculator {
    volatile int32_t A, B;
    volatile uint32_t OP;   /* 0 add, 1 subtract, 2 multiply, 3 divide */
    volatile uint32_t CTRL; /* writing 1 starts */
    volatile const int32_t RESULT;
    volatile const uint32_t STATUS;
};
#define CALCULATOR ((struct calculator *)CALCULATOR_BASE)

enum { STATUS_BUSY = 1, STATUS_ERROR = 3 };

#define LINE_SIZE 80u
#define OPERATORS "+-*/"

/* Reads up to CR or LF; what does not fit is cut off. */
static void read_line(char line[LINE_SIZE]) {
    uint32_t length = 0;
    for (char c = console_get(); c != '\r' && c != '\n'; c = console_get()) {
        if (length < LINE_SIZE - 1) line[length++] = c;
    }
    line[length] = 0;
}

static int operation_code(char operator) {
    for (int code = 0; OPERATORS[code]; code++) {
        if (OPERATORS[code] == operator) return code;
    }
    return -1;
}

/* The barriers keep the operands before the start and the result after the status. */
static uint32_t compute(int32_t a, int code, int32_t b, bool by_interrupt) {
    CALCULATOR->A = a;
    CALCULATOR->B = b;
    CALCULATOR->OP = (uint32_t)code;
    if (by_interrupt) calc_interrupt_prepare();
    barrier();
    CALCULATOR->CTRL = 1;
    barrier();
    if (by_interrupt) calc_interrupt_wait();
    while (CALCULATOR->STATUS == STATUS_BUSY) continue;
    barrier();
    return CALCULATOR->STATUS;
}

static void print_task(int32_t a, char operator, int32_t b) {
    print_decimal(a);
    console_put(' ');
    console_put(operator);
    console_put(' ');
    print_decimal(b);
}

static void calc_test(const char *arguments) {
    int32_t a, b;
    char operator;
    bool by_interrupt = parse_word(&arguments, "irq");
    if (!parse_number(&arguments, &a) || !parse_operator(&arguments, &operator) || !parse_number(&arguments, &b) ||
        !parse_end(&arguments) || operation_code(operator) < 0) {
        print_text("usage: [irq] A op B, with 32-bit numbers and one of " OPERATORS "\r\n");
        return;
    }
    uint32_t status = compute(a, operation_code(operator), b, by_interrupt);
    print_task(a, operator, b);
    if (status == STATUS_ERROR) print_text(": the calculator reports an error\r\n");
    else {
        print_text(" = ");
        print_decimal(CALCULATOR->RESULT);
        print_text("\r\n");
    }
}

int main(void) {
    char line[LINE_SIZE];
    console_init();
    print_text("calc_test: A op B?\r\n");
    for (;;) {
        read_line(line);
        const char *rest = line;
        if (!parse_end(&rest)) calc_test(rest);
    }
}
