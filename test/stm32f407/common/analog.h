/* Analog-to-digital and digital-to-analog converters: RM0090 13.13, 14.5. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct adc {
    volatile uint32_t SR, CR1, CR2, SMPR1, SMPR2, JOFR[4], HTR, LTR, SQR1, SQR2, SQR3, JSQR;
    volatile const uint32_t JDR[4], DR;
};
_Static_assert(offsetof(struct adc, DR) == 0x4c, "13.13.14");
#define ADC1 ((struct adc *)0x40012000u)
#define ADC2 ((struct adc *)0x40012100u)
#define ADC3 ((struct adc *)0x40012200u)
struct adc_common {
    volatile const uint32_t CSR;
    volatile uint32_t CCR;
    volatile const uint32_t CDR;
};
#define ADC ((struct adc_common *)0x40012300u)

#define ADC_SR_AWD  (1u << 0)
#define ADC_SR_EOC  (1u << 1)
#define ADC_SR_JEOC (1u << 2)
#define ADC_SR_STRT (1u << 4)
#define ADC_SR_OVR  (1u << 5)
#define ADC_CR1_EOCIE  (1u << 5)
#define ADC_CR1_AWDIE  (1u << 6)
#define ADC_CR1_JEOCIE (1u << 7)
#define ADC_CR1_SCAN   (1u << 8)
#define ADC_CR1_AWDSGL (1u << 9)
#define ADC_CR1_JAUTO  (1u << 10)
#define ADC_CR1_AWDEN  (1u << 23)
#define ADC_CR2_ADON   (1u << 0)
#define ADC_CR2_CONT   (1u << 1)
#define ADC_CR2_DMA    (1u << 8)
#define ADC_CR2_DDS    (1u << 9)
#define ADC_CR2_EOCS   (1u << 10)
#define ADC_CR2_JSWSTART (1u << 22)
#define ADC_CR2_SWSTART  (1u << 30)
#define ADC_CR2_EXTSEL(n) ((uint32_t)(n) << 24)
#define ADC_CR2_EXTEN(n)  ((uint32_t)(n) << 28)
#define ADC_CCR_DDS     (1u << 13)
#define ADC_CCR_DMA(n)  ((uint32_t)(n) << 14)
#define ADC_CCR_ADCPRE(n) ((uint32_t)(n) << 16)
#define ADC_CCR_VBATE   (1u << 22)
#define ADC_CCR_TSVREFE (1u << 23)
#define RCC_APB2ENR_ADC1EN (1u << 8) /* 7.3.14 */
#define RCC_APB2ENR_ADC2EN (1u << 9)
#define RCC_APB2ENR_ADC3EN (1u << 10)
#define ADC_IRQ 18

struct dac {
    volatile uint32_t CR, SWTRIGR, DHR12R1, DHR12L1, DHR8R1, DHR12R2, DHR12L2, DHR8R2, DHR12RD, DHR12LD, DHR8RD;
    volatile const uint32_t DOR1, DOR2;
    volatile uint32_t SR;
};
_Static_assert(offsetof(struct dac, SR) == 0x34, "14.5.14");
#define DAC ((struct dac *)0x40007400u)
#define DAC_CR_EN       (1u << 0)
#define DAC_CR_TEN      (1u << 2)
#define DAC_CR_TSEL(n)  ((uint32_t)(n) << 3)
#define DAC_CR_WAVE(n)  ((uint32_t)(n) << 6)
#define DAC_CR_MAMP(n)  ((uint32_t)(n) << 8)
#define DAC_CR_DMAEN    (1u << 12)
#define RCC_APB1ENR_DACEN (1u << 29) /* 7.3.13 */

/* Waits at least so many microseconds at 16 MHz: a round takes three cycles or more. */
static inline void wait_us(uint32_t us) {
    for (volatile uint32_t rounds = us * 2; rounds; rounds--) {}
}
