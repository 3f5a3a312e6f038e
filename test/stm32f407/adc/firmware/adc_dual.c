/* Dual mode: ADC1 and ADC2 convert at the same time, both results in one transfer (DMA mode 2); then three interleaved by DMA mode 1. */
#include "analog.h"
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

volatile uint32_t pairs[4];
volatile uint16_t stream[9];

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_DMA2EN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_ADC1EN | RCC_APB2ENR_ADC2EN | RCC_APB2ENR_ADC3EN);
    for (unsigned pin = 1; pin <= 3; pin++) gpio_mode(GPIOA, pin, GPIO_ANALOG);
    ADC->CCR = 6 | ADC_CCR_DMA(2) | ADC_CCR_ADCPRE(1);
    ADC1->SQR3 = 1;
    ADC2->SQR3 = 2;
    ADC3->SQR3 = 3;
    ADC1->CR2 = ADC_CR2_ADON | ADC_CR2_CONT;
    ADC2->CR2 = ADC_CR2_ADON | ADC_CR2_CONT;
    ADC3->CR2 = ADC_CR2_ADON | ADC_CR2_CONT;
    dma_start(DMA2, 0, DMA_CHSEL(0) | DMA_MINC | DMA_PSIZE(2) | DMA_MSIZE(2), &ADC->CDR, pairs, 4, 0);
    wait_us(3);
    ADC1->CR2 |= ADC_CR2_SWSTART;
    while (!(dma_flags(DMA2, 0) & DMA_TCIF)) {}
    for (unsigned i = 0; i < 4; i++) results[i] = pairs[i];

    /* The sequencer begins anew in independent mode: 13.9.3. */
    ADC1->CR2 = ADC2->CR2 = ADC3->CR2 = 0;
    ADC->CCR = 0;
    ADC->CCR = 0x17 | ADC_CCR_DMA(1) | ADC_CCR_DDS | ADC_CCR_ADCPRE(1) | (15u << 8);
    ADC1->CR2 = ADC_CR2_ADON | ADC_CR2_CONT;
    ADC2->CR2 = ADC_CR2_ADON | ADC_CR2_CONT;
    ADC3->CR2 = ADC_CR2_ADON | ADC_CR2_CONT;
    dma_start(DMA2, 4, DMA_CHSEL(0) | DMA_MINC | DMA_PSIZE(1) | DMA_MSIZE(1), &ADC->CDR, stream, 9, 0);
    wait_us(3);
    ADC1->CR2 |= ADC_CR2_SWSTART;
    while (!(dma_flags(DMA2, 4) & DMA_TCIF)) {}
    for (unsigned i = 0; i < 9; i++) results[4 + i] = stream[i];
    finish();
}
