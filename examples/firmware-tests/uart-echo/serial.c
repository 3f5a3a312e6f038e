#include "serial.h"

#include <stdbool.h>

#include "cortex-m4.h"
#include "stm32f407.h"

#define BAUD      115200u
#define TX_PIN    2
#define RX_PIN    3
#define AF_USART2 7 /* DS8626 table 9 */

/*
 * One side only puts, the other only gets, and each index is written by its own side: no lock is needed. The indices run
 * free and are taken modulo the size, a power of two, so that full (put - got == size) and empty (put == got) differ.
 */
#define RING_SIZE 128u
struct ring {
    volatile uint32_t put, got;
    volatile char bytes[RING_SIZE];
};

static bool ring_put(struct ring *ring, char byte) {
    if (ring->put - ring->got == RING_SIZE) return false;
    ring->bytes[ring->put % RING_SIZE] = byte;
    ring->put++;
    return true;
}

static bool ring_get(struct ring *ring, char *byte) {
    if (ring->put == ring->got) return false;
    *byte = ring->bytes[ring->got % RING_SIZE];
    ring->got++;
    return true;
}

static struct ring received, to_send;

/* Bytes that came while the receive buffer was full; nobody here reads it but a debugger, or a test. */
static volatile uint32_t serial_dropped;

void serial_init(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    gpio_alternate(GPIOA, TX_PIN, AF_USART2);
    gpio_alternate(GPIOA, RX_PIN, AF_USART2);
    USART2->BRR = usart_brr(HSI_HZ, BAUD);
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE;
    nvic_enable(USART2_IRQ);
}

void USART2_IRQHandler(void);
void USART2_IRQHandler(void) {
    uint32_t status = USART2->SR;
    if (status & (USART_SR_RXNE | USART_SR_ORE)) {
        char byte = (char)USART2->DR; /* after SR: clears RXNE, and ORE too (RM0090 30.6.1) */
        if (!ring_put(&received, byte)) serial_dropped++;
    }
    if (status & USART_SR_TXE) {
        char byte;
        if (ring_get(&to_send, &byte)) USART2->DR = (uint8_t)byte;
        else USART2->CR1 &= ~USART_CR1_TXEIE; /* TXE stays up while there is nothing to send */
    }
}

/* WFI wakes for a pending interrupt that PRIMASK holds back (ARMv7-M B1.5.19), so none is lost between look and sleep. */
char serial_get(void) {
    for (;;) {
        char byte;
        interrupts_disable();
        bool got = ring_get(&received, &byte);
        if (!got) wait_for_interrupt();
        interrupts_enable();
        if (got) return byte;
    }
}

void serial_write(const char *text, uint32_t length) {
    while (length) {
        interrupts_disable();
        bool put = ring_put(&to_send, *text);
        USART2->CR1 |= USART_CR1_TXEIE; /* the handler changes CR1 too: only with interrupts off */
        if (!put) wait_for_interrupt();
        interrupts_enable();
        if (put) text++, length--;
    }
}
