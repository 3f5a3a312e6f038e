/* What the manual forbids, one thing a mode: the test looks for the report and its line. */
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

volatile uint32_t mode;
static uint8_t buffer[32] __attribute__((aligned(16)));
#define CCM      ((volatile uint8_t *)0x10000000u)
#define RECEIVE  (DMA_CHSEL(4) | DMA_MINC)
#define COPY     (DMA_M2M | DMA_PINC | DMA_MINC)

static void prepare(struct dma *dma, unsigned stream, const volatile void *peripheral, const volatile void *memory,
                    uint32_t items, uint32_t fcr) {
    struct dma_stream *s = &dma->S[stream];
    s->PAR = (uint32_t)peripheral;
    s->M0AR = (uint32_t)memory;
    s->NDTR = items;
    s->FCR = fcr;
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_DMA1EN | RCC_AHB1ENR_DMA2EN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_USART2EN);
    while (mode == 0) {}
    results[0] = mode;
    if (mode == 1) {
        prepare(DMA1, 5, &USART2->DR, CCM, 4, 0x21);
        DMA1->S[5].CR = RECEIVE | DMA_EN; /* ccm */
    }
    if (mode == 2) {
        prepare(DMA1, 6, &USART2->DR, buffer, 4, 0x21);
        DMA1->S[6].CR = RECEIVE | DMA_EN; /* stream */
    }
    if (mode == 3) {
        prepare(DMA1, 5, (void *)0x40020010u, buffer, 4, 0x21);
        DMA1->S[5].CR = RECEIVE | DMA_EN; /* port */
    }
    if (mode == 4) {
        prepare(DMA2, 0, buffer, buffer + 16, 4, DMA_DMDIS | 0);
        DMA2->S[0].CR = COPY | DMA_PSIZE(2) | DMA_MSIZE(2) | DMA_MBURST(1) | DMA_EN; /* burst */
    }
    if (mode == 5) {
        prepare(DMA1, 5, &USART2->DR, buffer, 4, 0x21);
        DMA1->S[5].CR = RECEIVE | DMA_EN;
        DMA1->S[5].NDTR = 8; /* enabled */
    }
    if (mode == 6) {
        prepare(DMA2, 0, buffer, buffer + 16, 4, 7);
        DMA2->S[0].CR = COPY | DMA_EN;
        while (DMA2->S[0].CR & DMA_EN) {}
        DMA2->S[0].CR = COPY | DMA_EN; /* flags */
    }
    finish();
}
