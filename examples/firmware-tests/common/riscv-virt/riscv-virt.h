/* The devices of riscv-virt that the examples use: the addresses are those of QEMU's `virt` machine. */
#pragma once

#include <stdint.h>

/* UART of the 16550 family: a register a byte, the first two are the divisor while LCR.DLAB is set. */
struct ns16550 {
    volatile uint8_t RBR_THR; /* read: received byte, write: byte to send; DLAB: divisor, low byte */
    volatile uint8_t IER;     /* DLAB: divisor, high byte */
    volatile uint8_t FCR;
    volatile uint8_t LCR;
    volatile uint8_t MCR;
    volatile const uint8_t LSR;
};
#define UART0    ((struct ns16550 *)0x10000000u)
#define UART0_HZ 3686400u

#define NS16550_LCR_8N1  0x03u
#define NS16550_LCR_DLAB 0x80u
#define NS16550_LSR_DR   (1u << 0) /* a received byte waits */
#define NS16550_LSR_THRE (1u << 5) /* the transmitter takes a byte */

/* Test finisher: a write ends the run. */
#define FINISHER      (*(volatile uint32_t *)0x100000u)
#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL 0x3333u /* the exit code in the upper half */
