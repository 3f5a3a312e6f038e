/* Each update of TIM3 has DMA write all four compare registers through DMAR: four pins with a pattern of three periods. */
#include "dma.h"
#include "timer.h"

DEFINE_RESULTS

static const uint16_t pattern[12] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 15, 25, 35};

int main(void) {
    GPIO_CLOCKS(PORT_C | RCC_AHB1ENR_DMA1EN);
    rcc_enable(&RCC->APB1ENR, 1u << 1);
    for (unsigned pin = 6; pin < 10; pin++) gpio_alternate(GPIOC, pin, 2);
    TIM3->ARR = 99;
    TIM3->CCMR[0] = TIM3->CCMR[1] = (TIM_PWM1 | TIM_OCPE) * 0x101;
    TIM3->CCER = 0x1111;
    TIM3->DCR = 3u << 8 | 13; /* four transfers from CCR1 on */
    dma_start(DMA1, 2, DMA_CHSEL(5) | DMA_MSIZE(1) | DMA_PSIZE(1) | DMA_MINC | DMA_CIRC | DMA_M2P, &TIM3->DMAR, pattern, 12, 0);
    TIM3->DIER = TIM_UDE;
    TIM3->EGR = TIM_UG;
    while (TIM3->CCR[3] != 40) {}
    TIM3->CR1 = TIM_CR1_CEN;
    results[0] = 1;
    finish();
}
