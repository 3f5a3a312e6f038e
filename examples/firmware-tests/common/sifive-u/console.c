#include "console.h"

#include <stdint.h>

/* UART0 of the FU540-C000 (manual, chapter 13), on the 33.33 MHz crystal that the chip starts with. */
#define UART0(offset) (*(volatile uint32_t *)(0x10010000u + (offset)))
#define HFCLK_HZ      33333333u
#define BAUD          115200u

void console_init(void) {
    UART0(0x18) = HFCLK_HZ / BAUD - 1;
    UART0(0x08) = 1;
    UART0(0x0c) = 1;
}

void console_put(char c) {
    while (UART0(0x00) >> 31) continue;
    UART0(0x00) = (uint8_t)c;
}

char console_get(void) {
    uint32_t data;
    do data = UART0(0x04);
    while (data >> 31);
    return (char)data;
}
