/* A console by DMA: text out with the DMA's and then the USART's interrupt, text in by a circular buffer and the idle line. */
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

void DMA1_Stream5_IRQHandler(void);
void DMA1_Stream6_IRQHandler(void);
void USART2_IRQHandler(void);

#define USART_CR1_TCIE   (1u << 6)
#define USART_CR1_IDLEIE (1u << 4)
#define USART_CR3_DMAR   (1u << 6)
#define USART_CR3_DMAT   (1u << 7)
#define USART_SR_TC      (1u << 6)
#define USART_SR_IDLE    (1u << 4)

static const char greeting[] = "Hello from the DMA controller\n";
volatile uint8_t received[8];
static volatile uint32_t sent, halves, wholes, taken;
static volatile uint8_t line[64];
static volatile uint32_t length, line_done;

void DMA1_Stream6_IRQHandler(void) {
    results[0] = dma_flags(DMA1, 6);
    results[1] = DMA1->S[6].CR & DMA_EN;
    dma_clear(DMA1, 6, DMA_TCIF | DMA_HTIF);
    USART2->CR3 &= ~USART_CR3_DMAT;
    USART2->CR1 |= USART_CR1_TCIE;
}

/* Takes what has come into the circular buffer since the last time. */
static void collect(void) {
    uint32_t end = (uint32_t)sizeof received - DMA1->S[5].NDTR;
    while (taken != end % sizeof received) {
        uint8_t c = received[taken];
        taken = (taken + 1) % sizeof received;
        line[length++] = c;
        if (c == '\n') line_done = 1;
    }
}

void DMA1_Stream5_IRQHandler(void) {
    uint32_t flags = dma_flags(DMA1, 5);
    dma_clear(DMA1, 5, flags);
    if (flags & DMA_HTIF) halves++;
    if (flags & DMA_TCIF) wholes++;
    collect();
}

void USART2_IRQHandler(void) {
    uint32_t sr = USART2->SR;
    if ((sr & USART_SR_TC) && (USART2->CR1 & USART_CR1_TCIE)) {
        USART2->CR1 &= ~USART_CR1_TCIE;
        sent = 1;
    }
    if (sr & USART_SR_IDLE) {
        (void)USART2->DR;
        results[4]++;
        collect();
    }
}

static void send(const volatile void *text, uint32_t bytes) {
    sent = 0;
    dma_start(DMA1, 6, DMA_CHSEL(4) | DMA_M2P | DMA_MINC | DMA_TCIE | DMA_TEIE, &USART2->DR, text, bytes, 0x21);
    USART2->SR = ~USART_SR_TC;
    USART2->CR3 |= USART_CR3_DMAT;
    while (!sent) wait_for_interrupt();
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_DMA1EN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    gpio_alternate(GPIOA, 2, 7);
    gpio_alternate(GPIOA, 3, 7);
    USART2->BRR = usart_brr(HSI_HZ, 115200);
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;
    nvic_enable(16);
    nvic_enable(17);
    nvic_enable(38);
    dma_start(DMA1, 5, DMA_CHSEL(4) | DMA_MINC | DMA_CIRC | DMA_TCIE | DMA_HTIE, &USART2->DR, received, sizeof received, 0x21);
    USART2->CR3 |= USART_CR3_DMAR;
    (void)USART2->SR;
    (void)USART2->DR;
    USART2->CR1 |= USART_CR1_IDLEIE;
    send(greeting, sizeof greeting - 1);
    while (!line_done) wait_for_interrupt();
    send(line, length);
    results[2] = halves;
    results[3] = wholes;
    results[5] = length;
    finish();
}
