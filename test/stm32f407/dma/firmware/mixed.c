/* Three streams of DMA2 at once: two ports receive at 1 Mbaud through FIFOs that pack words, a copy of low priority goes on meanwhile. */
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

#define USART1        ((struct usart *)0x40011000u)
#define USART6        ((struct usart *)0x40011400u)
#define GPIOC         ((struct gpio *)0x40020800u)
#define USART_CR3_DMAR (1u << 6)
#define BYTES         64u
#define WORDS         512u

volatile uint32_t first[BYTES / 4], second[BYTES / 4];
static volatile uint32_t from[WORDS], into[WORDS];

static void receive(struct usart *port, unsigned stream, unsigned channel, volatile uint32_t *buffer, unsigned priority) {
    port->BRR = 16;
    port->CR3 = USART_CR3_DMAR;
    dma_start(DMA2, stream, DMA_CHSEL(channel) | DMA_MINC | DMA_MSIZE(2) | DMA_MBURST(1) | DMA_PL(priority), &port->DR, buffer,
              BYTES, DMA_DMDIS | 3);
    port->CR1 = USART_CR1_UE | USART_CR1_RE;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | (1u << 2) | RCC_AHB1ENR_DMA2EN);
    rcc_enable(&RCC->APB2ENR, (1u << 4) | (1u << 5));
    gpio_alternate(GPIOA, 10, 7);
    gpio_alternate(GPIOC, 7, 8);
    for (unsigned i = 0; i < WORDS; i++) from[i] = i * 0x01010101u + 1;
    receive(USART1, 2, 4, first, 3);
    receive(USART6, 1, 5, second, 2);
    results[0] = 1;
    uint32_t done = DMA_TCIF;
    while (!(dma_flags(DMA2, 2) & dma_flags(DMA2, 1) & done)) {
        dma_start(DMA2, 0, DMA_M2M | DMA_PINC | DMA_MINC | DMA_PSIZE(2) | DMA_MSIZE(2), from, into, WORDS, DMA_DMDIS | 3);
        while (DMA2->S[0].CR & DMA_EN) {}
        results[1]++;
    }
    for (unsigned i = 0; i < WORDS; i++) results[2] += from[i] != into[i];
    results[3] = USART1->SR & USART_SR_ORE;
    results[4] = USART6->SR & USART_SR_ORE;
    results[5] = dma_flags(DMA2, 2);
    results[6] = dma_flags(DMA2, 1);
    results[7] = DMA2->S[2].NDTR;
    finish();
}
