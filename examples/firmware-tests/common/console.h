/* The board's console: USART2 on the STM32F4 Discovery, UART0 on riscv-virt; 115200 baud 8N1, by polling. */
#pragma once

void console_init(void);

/* Waits until the transmitter takes a byte. */
void console_put(char c);

/* Waits for a byte. */
char console_get(void);
