/*
 * Copies input.txt to output.txt in capitals, through the host's file system, then measures a tenth of a second on the
 * host's clock. Ends with success, or with the exit code of the step that failed.
 */
#include <stdint.h>

#include "cortex-m4.h"
#include "semihosting.h"
#include "stm32f407.h"

enum failure { NO_INPUT = 2, NO_OUTPUT = 3, NOT_WRITTEN = 4, NOT_CLOSED = 5 };

static void fail(enum failure step, const char *text) {
    semihosting_print("error: ");
    semihosting_print(text);
    semihosting_print("\n");
    semihosting_exit_code(step);
}

static void print_decimal(uint32_t value) {
    if (value >= 10) print_decimal(value / 10);
    semihosting_put((char)('0' + value % 10));
}

static void to_capitals(char *text, uint32_t length) {
    for (; length; text++, length--) {
        if (*text >= 'a' && *text <= 'z') *text = (char)(*text - 'a' + 'A');
    }
}

/* Copies in pieces, and returns the number of bytes. */
static uint32_t copy_in_capitals(int32_t input, int32_t output) {
    char piece[16];
    uint32_t total = 0;
    for (;;) {
        uint32_t length = sizeof piece - (uint32_t)semihosting_read(input, piece, sizeof piece);
        if (length == 0) return total;
        to_capitals(piece, length);
        if (semihosting_write(output, piece, length) != 0) fail(NOT_WRITTEN, "cannot write output.txt");
        total += length;
    }
}

static void wait_100_ms(void) {
    SYSTICK->RVR = HSI_HZ / 10 - 1;
    SYSTICK->CVR = 0;
    SYSTICK->CSR = SYSTICK_CSR_CLKSOURCE | SYSTICK_CSR_ENABLE;
    while (!(SYSTICK->CSR & SYSTICK_CSR_COUNTFLAG)) continue;
}

int main(void) {
    int32_t input = semihosting_open("input.txt", SEMIHOSTING_READ);
    if (input == -1) fail(NO_INPUT, "cannot open input.txt");
    int32_t output = semihosting_open("output.txt", SEMIHOSTING_WRITE);
    if (output == -1) fail(NO_OUTPUT, "cannot create output.txt");

    uint32_t bytes = copy_in_capitals(input, output);
    if (semihosting_close(input) != 0 || semihosting_close(output) != 0) fail(NOT_CLOSED, "cannot close a file");
    semihosting_print("copied ");
    print_decimal(bytes);
    semihosting_print(" bytes\n");

    int32_t start = semihosting_clock();
    wait_100_ms();
    semihosting_print("waited ");
    print_decimal((uint32_t)(semihosting_clock() - start));
    semihosting_print(" cs\n");

    semihosting_exit();
    return 0;
}
