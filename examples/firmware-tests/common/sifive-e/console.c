#include "console.h"

#include "sifive-e.h"

#define BAUD 115200u

/* The core runs on the 16 MHz crystal from here on: the PLL's bypass. */
void console_init(void) {
    PRCI_PLLCFG = PLLCFG_REFSEL | PLLCFG_BYPASS | PLLCFG_SEL;
    GPIO_IOF_SEL &= ~UART0_PINS;
    GPIO_IOF_EN |= UART0_PINS;
    UART0_DIV = HFXOSC_HZ / BAUD - 1;
    UART0_TXCTRL = 1;
    UART0_RXCTRL = 1;
}

void console_put(char c) {
    while (UART0_TXDATA >> 31) continue;
    UART0_TXDATA = (uint8_t)c;
}

char console_get(void) {
    uint32_t data;
    do data = UART0_RXDATA;
    while (data >> 31);
    return (char)data;
}
