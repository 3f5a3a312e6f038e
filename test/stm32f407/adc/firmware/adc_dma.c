/* ADC1 scans three channels round and round into a circular buffer; ADC3 tells by interrupt; the analog watchdog guards. */
#include "analog.h"
#include "dma.h"
#include "registers.h"

DEFINE_RESULTS

void DMA2_Stream0_IRQHandler(void);
void ADC_IRQHandler(void);

volatile uint16_t samples[6];
static volatile uint32_t wholes, conversions, alarms;

void DMA2_Stream0_IRQHandler(void) {
    dma_clear(DMA2, 0, dma_flags(DMA2, 0));
    wholes++;
}

void ADC_IRQHandler(void) {
    if ((ADC3->SR & ADC_SR_EOC) && (ADC3->CR1 & ADC_CR1_EOCIE)) {
        results[8 + conversions % 4] = ADC3->DR;
        conversions++;
    }
    if ((ADC3->SR & ADC_SR_AWD) && (ADC3->CR1 & ADC_CR1_AWDIE)) {
        ADC3->SR = ~ADC_SR_AWD;
        alarms++;
    }
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOAEN | RCC_AHB1ENR_DMA2EN);
    rcc_enable(&RCC->APB2ENR, RCC_APB2ENR_ADC1EN | RCC_APB2ENR_ADC3EN);
    for (unsigned pin = 1; pin <= 3; pin++) gpio_mode(GPIOA, pin, GPIO_ANALOG);
    nvic_enable(56);
    nvic_enable(ADC_IRQ);
    ADC1->CR1 = ADC_CR1_SCAN;
    ADC1->SMPR2 = 0x3fffffffu;
    ADC1->SQR1 = 2u << 20;
    ADC1->SQR3 = 1 | (2 << 5) | (3 << 10);
    ADC1->CR2 = ADC_CR2_ADON | ADC_CR2_CONT | ADC_CR2_DMA | ADC_CR2_DDS;
    dma_start(DMA2, 0, DMA_CHSEL(0) | DMA_MINC | DMA_CIRC | DMA_TCIE | DMA_PSIZE(1) | DMA_MSIZE(1), &ADC1->DR, samples, 6, 0);
    wait_us(3);
    cycles_start();
    ADC1->CR2 |= ADC_CR2_SWSTART;
    while (wholes < 4) wait_for_interrupt();
    results[0] = DWT_CYCCNT;
    for (unsigned i = 0; i < 6; i++) results[1 + i] = samples[i];
    results[7] = ADC1->SR & ADC_SR_OVR;
    ADC1->CR2 = 0;

    ADC3->CR1 = ADC_CR1_EOCIE;
    ADC3->CR2 = ADC_CR2_ADON;
    wait_us(3);
    for (unsigned channel = 1; channel <= 3; channel++) {
        ADC3->SQR3 = channel;
        ADC3->CR2 |= ADC_CR2_SWSTART;
        while (conversions < channel) wait_for_interrupt();
    }
    /* Channel 2 (2 V) is above 1.5 V, channel 1 is not. */
    ADC3->HTR = 1861;
    ADC3->CR1 = ADC_CR1_AWDEN | ADC_CR1_AWDIE;
    ADC3->SQR3 = 1;
    ADC3->CR2 |= ADC_CR2_SWSTART;
    wait_us(50);
    results[12] = alarms;
    ADC3->SQR3 = 2;
    ADC3->CR2 |= ADC_CR2_SWSTART;
    wait_us(50);
    results[13] = alarms;
    finish();
}
