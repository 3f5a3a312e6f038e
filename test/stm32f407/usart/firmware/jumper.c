/* USART1 and USART6 wired to each other: what one sends by DMA the other takes by interrupt, both ways at once, at 1 Mbaud. */
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

#define USART1         ((struct usart *)0x40011000u)
#define USART6         ((struct usart *)0x40011400u)
#define GPIOC          ((struct gpio *)0x40020800u)
#define USART_CR3_DMAT (1u << 7)
#define BYTES          32u

static uint8_t out[2][BYTES];
volatile uint8_t in[2][BYTES];
static volatile uint32_t got[2];

void USART1_IRQHandler(void);
void USART6_IRQHandler(void);

static void take(const struct usart *port, unsigned which) {
    results[which] |= port->SR & 0xfu;
    in[which][got[which]++] = (uint8_t)port->DR;
}
void USART1_IRQHandler(void) {
    take(USART1, 0);
}
void USART6_IRQHandler(void) {
    take(USART6, 1);
}

static void setup(struct usart *port) {
    port->BRR = 16;
    port->CR3 = USART_CR3_DMAT;
    port->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE | USART_CR1_RXNEIE;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | (1u << 2) | RCC_AHB1ENR_DMA2EN);
    rcc_enable(&RCC->APB2ENR, (1u << 4) | (1u << 5));
    gpio_alternate(GPIOA, 9, 7);
    gpio_alternate(GPIOA, 10, 7);
    gpio_alternate(GPIOC, 6, 8);
    gpio_alternate(GPIOC, 7, 8);
    for (unsigned i = 0; i < BYTES; i++) {
        out[0][i] = (uint8_t)(i + 1);
        out[1][i] = (uint8_t)(0x80 + i);
    }
    setup(USART1);
    setup(USART6);
    nvic_enable(37);
    nvic_enable(71);
    dma_start(DMA2, 7, DMA_CHSEL(4) | DMA_M2P | DMA_MINC, &USART1->DR, out[0], BYTES, 0x21);
    dma_start(DMA2, 6, DMA_CHSEL(5) | DMA_M2P | DMA_MINC, &USART6->DR, out[1], BYTES, 0x21);
    while (got[0] < BYTES || got[1] < BYTES) wait_for_interrupt();
    finish();
}
