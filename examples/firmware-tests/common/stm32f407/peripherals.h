/* More registers of the STM32F407, for the examples that drive them. Sections are those of RM0090. */
#pragma once

#include "stm32f407.h"

#define RCC_AHB1ENR_GPIOBEN (1u << 1) /* 7.3.10 */
#define RCC_AHB1ENR_GPIOCEN (1u << 2)
#define RCC_AHB1ENR_GPIOEEN (1u << 4)
#define RCC_APB1ENR_TIM3EN  (1u << 1) /* 7.3.13 */
#define RCC_APB1ENR_I2C1EN  (1u << 21)
#define RCC_APB2ENR_ADC1EN  (1u << 8) /* 7.3.14 */
#define RCC_APB2ENR_SPI1EN  (1u << 12)

#define GPIOB ((struct gpio *)0x40020400u)
#define GPIOC ((struct gpio *)0x40020800u)
#define GPIOE ((struct gpio *)0x40021000u)

/* Serial peripheral interface, 28.5. */
struct spi {
    volatile uint32_t CR1, CR2, SR, DR, CRCPR, RXCRCR, TXCRCR;
};
#define SPI1 ((struct spi *)0x40013000u)

#define SPI_CR1_CPHA (1u << 0) /* 28.5.1 */
#define SPI_CR1_CPOL (1u << 1)
#define SPI_CR1_MSTR (1u << 2)
#define SPI_CR1_BR_8 (2u << 3) /* PCLK / 8 */
#define SPI_CR1_SPE  (1u << 6)
#define SPI_CR1_SSI  (1u << 8)
#define SPI_CR1_SSM  (1u << 9)
#define SPI_SR_RXNE  (1u << 0) /* 28.5.3 */
#define SPI_SR_TXE   (1u << 1)

/* Analog-to-digital converter, 13.13. */
struct adc {
    volatile uint32_t SR, CR1, CR2, SMPR[2], JOFR[4], HTR, LTR, SQR[3], JSQR, JDR[4], DR;
};
#define ADC1 ((struct adc *)0x40012000u)

#define ADC_SR_EOC      (1u << 1)  /* 13.13.1 */
#define ADC_CR2_ADON    (1u << 0)  /* 13.13.3 */
#define ADC_CR2_SWSTART (1u << 30)

/* General-purpose timer, 18.4. */
struct timer {
    volatile uint32_t CR1, CR2, SMCR, DIER, SR, EGR, CCMR[2], CCER, CNT, PSC, ARR;
    uint32_t reserved;
    volatile uint32_t CCR[4];
};
#define TIM3 ((struct timer *)0x40000400u)

#define TIM_CR1_CEN      (1u << 0)
#define TIM_CR1_ARPE     (1u << 7)
#define TIM_EGR_UG       (1u << 0)
#define TIM_CCMR1_OC1_PWM1 (6u << 4) /* 18.4.7 */
#define TIM_CCMR1_OC1PE  (1u << 3)
#define TIM_CCER_CC1E    (1u << 0)

/* Inter-integrated circuit, 27.6. */
struct i2c {
    volatile uint32_t CR1, CR2, OAR1, OAR2, DR, SR1, SR2, CCR, TRISE;
};
#define I2C1 ((struct i2c *)0x40005400u)

#define I2C_CR1_PE    (1u << 0) /* 27.6.1 */
#define I2C_CR1_START (1u << 8)
#define I2C_CR1_STOP  (1u << 9)
#define I2C_CR1_ACK   (1u << 10)
#define I2C_CR1_POS   (1u << 11)
#define I2C_SR1_SB    (1u << 0) /* 27.6.6 */
#define I2C_SR1_ADDR  (1u << 1)
#define I2C_SR1_BTF   (1u << 2)
#define I2C_SR1_RXNE  (1u << 6)
#define I2C_SR1_TXE   (1u << 7)
#define I2C_SR1_AF    (1u << 10)
#define I2C_SR2_BUSY  (1u << 1) /* 27.6.7 */
