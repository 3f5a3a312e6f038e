#include "console.h"

#include "riscv-virt.h"

#define BAUD 115200u

void console_init(void) {
    const uint32_t divisor = UART0_HZ / (16 * BAUD);
    UART0->LCR = NS16550_LCR_DLAB | NS16550_LCR_8N1;
    UART0->RBR_THR = (uint8_t)divisor;
    UART0->IER = (uint8_t)(divisor >> 8);
    UART0->LCR = NS16550_LCR_8N1;
    UART0->IER = 0;
}

void console_put(char c) {
    while (!(UART0->LSR & NS16550_LSR_THRE)) continue;
    UART0->RBR_THR = (uint8_t)c;
}

char console_get(void) {
    while (!(UART0->LSR & NS16550_LSR_DR)) continue;
    return (char)UART0->RBR_THR;
}
