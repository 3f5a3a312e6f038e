/* Inter-integrated circuit interface, RM0090 27.6. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "stm32f407.h"

struct i2c {
    volatile uint32_t CR1, CR2, OAR1, OAR2, DR, SR1, SR2, CCR, TRISE;
};
_Static_assert(offsetof(struct i2c, TRISE) == 0x20, "27.6.9");
#define I2C1 ((struct i2c *)0x40005400u)
#define I2C2 ((struct i2c *)0x40005800u)
#define I2C3 ((struct i2c *)0x40005c00u)

#define I2C_PE      (1u << 0) /* 27.6.1 */
#define I2C_START   (1u << 8)
#define I2C_STOP    (1u << 9)
#define I2C_ACK     (1u << 10)
#define I2C_POS     (1u << 11)
#define I2C_ITERREN (1u << 8) /* 27.6.2 */
#define I2C_ITEVTEN (1u << 9)
#define I2C_ITBUFEN (1u << 10)
#define I2C_DMAEN   (1u << 11)
#define I2C_LAST    (1u << 12)
#define I2C_SB      (1u << 0) /* 27.6.6 */
#define I2C_ADDR    (1u << 1)
#define I2C_BTF     (1u << 2)
#define I2C_STOPF   (1u << 4)
#define I2C_RXNE    (1u << 6)
#define I2C_TXE     (1u << 7)
#define I2C_AF      (1u << 10)
#define I2C_TRA     (1u << 2) /* 27.6.7 */
#define I2C_BUSY    (1u << 1)

#define RCC_AHB1ENR_GPIOBEN (1u << 1)  /* 7.3.10 */
#define RCC_APB1ENR_I2C1EN  (1u << 21) /* 7.3.13 */

#define GPIOB ((struct gpio *)0x40020400u)

/* I2C1 on PB6 and PB7, 100 kHz from 16 MHz: 8.3.7, 27.6.8, 27.6.9. */
static inline void i2c1_start(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOBEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_I2C1EN);
    GPIOB->OTYPER |= 3u << 6;
    GPIOB->PUPDR |= 5u << 12;
    gpio_alternate(GPIOB, 6, 4);
    gpio_alternate(GPIOB, 7, 4);
    I2C1->CR2 = HSI_HZ / 1000000u;
    I2C1->CCR = HSI_HZ / 200000u;
    I2C1->TRISE = HSI_HZ / 1000000u + 1u;
    I2C1->CR1 = I2C_PE;
}
