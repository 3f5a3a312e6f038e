/* Memory to memory, as the test says in `job`: one stream of DMA2, polled. */
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

struct job {
    uint32_t cr, fcr, items, source, destination;
};
volatile struct job job;
volatile uint32_t go;
uint8_t source[512] __attribute__((aligned(16)));
uint8_t destination[512] __attribute__((aligned(16)));

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_DMA2EN);
    cycles_start();
    results[8] = (uint32_t)source;
    results[9] = (uint32_t)destination;
    results[10] = (uint32_t)&job;
    for (;;) {
        while (!go) {}
        uint32_t begin = DWT_CYCCNT;
        dma_start(DMA2, 3, job.cr, (void *)job.source, (void *)job.destination, job.items, job.fcr);
        while (DMA2->S[3].CR & DMA_EN) {}
        results[2] = DWT_CYCCNT - begin;
        results[0] = dma_flags(DMA2, 3);
        results[1] = DMA2->S[3].NDTR;
        dma_clear(DMA2, 3, DMA_FLAGS);
        go = 0;
        finished++;
    }
}
