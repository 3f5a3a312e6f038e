/* Text in by two buffers in turn: each full one is taken while the other fills (10.3.9). The test types; the program counts. */
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

#define USART_CR3_DMAR (1u << 6)
#define SIZE           8u

volatile uint8_t buffers[2][SIZE];
volatile uint8_t text[128];
static volatile uint32_t length;

void DMA1_Stream5_IRQHandler(void);

void DMA1_Stream5_IRQHandler(void) {
    uint32_t flags = dma_flags(DMA1, 5);
    dma_clear(DMA1, 5, flags);
    if (!(flags & DMA_TCIF)) {
        results[1] |= flags;
        return;
    }
    uint32_t full = (DMA1->S[5].CR & DMA_CT) ? 0 : 1;
    for (unsigned i = 0; i < SIZE; i++) text[length++] = buffers[full][i];
    results[0]++;
    results[2 + full]++;
    /* The next time this buffer is filled elsewhere: the address of the one not in use may change (10.5.8). */
    if (results[0] == 4) {
        DMA1->S[5].CR &= ~DMA_EN;
        while (DMA1->S[5].CR & DMA_EN) {}
        results[4] = dma_flags(DMA1, 5);
        results[5] = DMA1->S[5].NDTR;
        finished = 1;
    }
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_DMA1EN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    gpio_alternate(GPIOA, 2, 7);
    gpio_alternate(GPIOA, 3, 7);
    USART2->BRR = usart_brr(HSI_HZ, 115200);
    nvic_enable(16);
    DMA1->S[5].M1AR = (uint32_t)buffers[1];
    dma_start(DMA1, 5, DMA_CHSEL(4) | DMA_MINC | DMA_DBM | DMA_TCIE | DMA_TEIE, &USART2->DR, buffers[0], SIZE, 0x21);
    USART2->CR3 = USART_CR3_DMAR;
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;
    for (;;) wait_for_interrupt();
}
