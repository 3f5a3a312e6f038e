#include "console.h"

#include <stdint.h>

/* UART0 of the Shakti C class, clocked with 50 MHz. */
#define UART0(offset)  (*(volatile uint32_t *)(0x11300u + (offset)))
#define STATUS         UART0(0x0c)
#define TX_FULL        (1u << 1)
#define RX_NOT_EMPTY   (1u << 2)
#define CLOCK_HZ       50000000u
#define BAUD           115200u

void console_init(void) {
    UART0(0x00) = CLOCK_HZ / 16 / BAUD;
}

void console_put(char c) {
    while (STATUS & TX_FULL) continue;
    UART0(0x04) = (uint8_t)c;
}

char console_get(void) {
    while (!(STATUS & RX_NOT_EMPTY)) continue;
    return (char)UART0(0x08);
}
