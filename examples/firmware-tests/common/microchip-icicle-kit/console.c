#include "console.h"

#include <stdint.h>

/* MMUART0 of the PolarFire SoC: a 16550 with a register a word, clocked with 150 MHz. */
#define MMUART0(n)    (*(volatile uint32_t *)(0x20000000u + 4 * (n)))
#define LCR           MMUART0(3)
#define LSR           MMUART0(5)
#define LCR_DLAB_8N1  0x83u
#define LCR_8N1       0x03u
#define LSR_DR        (1u << 0)
#define LSR_THRE      (1u << 5)
#define DIVISOR       (150000000u / 16 / 115200)

void console_init(void) {
    LCR = LCR_DLAB_8N1;
    MMUART0(0) = DIVISOR & 0xff;
    MMUART0(1) = DIVISOR >> 8;
    LCR = LCR_8N1;
    MMUART0(1) = 0;
}

void console_put(char c) {
    while (!(LSR & LSR_THRE)) continue;
    MMUART0(0) = (uint8_t)c;
}

char console_get(void) {
    while (!(LSR & LSR_DR)) continue;
    return (char)MMUART0(0);
}
