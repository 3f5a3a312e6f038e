/* USART2 on PA2 (TX) and PA3 (RX), 115200 baud 8N1, both directions by interrupts through ring buffers. */
#pragma once

#include <stdint.h>

void serial_init(void);

/* Sleeps until a byte came. */
char serial_get(void);

/* Queues text; sleeps only while the queue is full. */
void serial_write(const char *text, uint32_t length);
