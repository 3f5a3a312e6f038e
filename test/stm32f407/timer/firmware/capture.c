/* Input capture of PA1 (TIM2_CH2) by interrupt, both edges; the same pin's captures of TIM5_CH2 by DMA. */
#include "dma.h"
#include "timer.h"

DEFINE_RESULTS

void TIM2_IRQHandler(void);

volatile uint32_t captured[8];

void TIM2_IRQHandler(void) {
    if (results[0] < 20) results[1 + results[0]++] = TIM2->CCR[1];
    if (TIM2->SR & (1u << 10)) results[30]++;
}

int main(void) {
    GPIO_CLOCKS(PORT_A | RCC_AHB1ENR_DMA1EN);
    rcc_enable(&RCC->APB1ENR, 1u << 0 | 1u << 3);
    gpio_alternate(GPIOA, 1, 1);
    TIM2->CCMR[0] = 1u << 8;
    TIM2->CCER = 0xb0;
    TIM2->DIER = TIM_CCIF(2);
    nvic_enable(28);
    TIM2->CR1 = TIM_CR1_CEN;
    for (;;) {
        wait_for_interrupt();
        if (results[0] >= 6) break;
    }
    /* Now TIM5, with a filter of eight samples: rising edges. */
    TIM2->CR1 = 0;
    gpio_alternate(GPIOA, 1, 2);
    TIM5->CCMR[0] = 0x31u << 8;
    TIM5->CCER = 0x10;
    TIM5->DIER = TIM_CCDE(2);
    dma_start(DMA1, 4, DMA_CHSEL(6) | DMA_MSIZE(2) | DMA_PSIZE(2) | DMA_MINC, &TIM5->CCR[1], captured, 8, 0);
    TIM5->CR1 = TIM_CR1_CEN;
    finish();
}
