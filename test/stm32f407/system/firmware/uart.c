/*
 * USART2 on PA2, PA3. Jumpers: 1:0 the rate, 2 even parity, 3 asks (bytes one by one, each awaited) instead of sending back by interrupt.
 * results: 0 bytes heard, 1 error flags of SR, 2 bytes as they came (xor), 3 cycles of all questions, 4 the shortest, 5 the longest.
 */
#include "jumpers.h"

DEFINE_RESULTS

void USART2_IRQHandler(void);

#define USART_CR1_PCE (1u << 10)
#define USART_CR1_M   (1u << 12)
#define ERRORS        0xfu /* PE, FE, NF, ORE: 30.6.1 */
#define QUESTIONS     8u

void USART2_IRQHandler(void) {
    uint32_t status = USART2->SR;
    uint32_t byte = USART2->DR & 0xffu;
    results[0]++;
    results[1] |= status & ERRORS;
    results[2] = results[2] << 8 | byte;
    USART2->DR = byte ^ 0x20u;
}

static void ask(uint32_t i) {
    uint32_t begin = DWT_CYCCNT;
    uint32_t limit = 16000u * 4u;
    USART2->DR = 'A' + i;
    while (!(USART2->SR & USART_SR_RXNE) && DWT_CYCCNT - begin < limit) {}
    uint32_t status = USART2->SR;
    if (!(status & USART_SR_RXNE)) return;
    uint32_t cycles = DWT_CYCCNT - begin;
    results[1] |= status & ERRORS;
    results[2] = results[2] << 8 | (USART2->DR & 0xffu);
    results[0]++;
    results[3] += cycles;
    if (results[4] == 0 || cycles < results[4]) results[4] = cycles;
    if (cycles > results[5]) results[5] = cycles;
}

int main(void) {
    static const uint32_t rates[] = {115200, 9600, 500000, 57600};
    uint32_t set = jumpers();
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    gpio_alternate(GPIOA, 2, 7);
    gpio_alternate(GPIOA, 3, 7);
    USART2->BRR = usart_brr(HSI_HZ, rates[set & 3u]);
    uint32_t parity = set & 4u ? USART_CR1_PCE | USART_CR1_M : 0;
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | parity;
    cycles_start();
    if (!(set & 8u)) {
        nvic_enable(USART2_IRQ);
        USART2->CR1 |= USART_CR1_RXNEIE;
        for (;;) wait_for_interrupt();
    }
    while (DWT_CYCCNT < 20000) {} /* the other one is there, and the idle frame of TE is over (30.3.2) */
    for (uint32_t i = 0; i < QUESTIONS; i++) ask(i);
    finish();
}
