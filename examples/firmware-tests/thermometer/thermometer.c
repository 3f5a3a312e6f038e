/*
 * Shows the temperature as a bar on an OLED display: a sensor (LM75) and the display (SSD1306) on I2C1 at 100 kHz, PB6 and PB9.
 * Each degree is a column of the bar; above 40 degrees the display is inverted.
 */
#include <stdint.h>

#include "cortex-m4.h"
#include "peripherals.h"

#define SCL_PIN 6
#define SDA_PIN 9
#define AF_I2C1 4 /* DS8626 table 9 */
#define SENSOR  0x48u
#define DISPLAY 0x3cu

static void start(uint8_t address_byte) {
    I2C1->CR1 |= I2C_CR1_START;
    while (!(I2C1->SR1 & I2C_SR1_SB)) continue;
    I2C1->DR = address_byte;
    while (!(I2C1->SR1 & I2C_SR1_ADDR)) continue;
}

static void begin_write(uint8_t address) {
    start((uint8_t)(address << 1));
    (void)I2C1->SR2;
}

static void put(uint8_t byte) {
    while (!(I2C1->SR1 & I2C_SR1_TXE)) continue;
    I2C1->DR = byte;
}

static void end_write(void) {
    while (!(I2C1->SR1 & I2C_SR1_BTF)) continue;
    I2C1->CR1 |= I2C_CR1_STOP;
    while (I2C1->SR2 & I2C_SR2_BUSY) continue;
}

/* Two bytes: the recipe of 27.3.3 with POS. */
static int16_t temperature(void) {
    begin_write(SENSOR);
    put(0);
    while (!(I2C1->SR1 & I2C_SR1_BTF)) continue;
    I2C1->CR1 |= I2C_CR1_POS | I2C_CR1_ACK;
    start((uint8_t)(SENSOR << 1 | 1));
    (void)I2C1->SR2;
    I2C1->CR1 &= ~I2C_CR1_ACK;
    while (!(I2C1->SR1 & I2C_SR1_BTF)) continue;
    I2C1->CR1 |= I2C_CR1_STOP;
    uint32_t high = I2C1->DR;
    uint32_t low = I2C1->DR;
    I2C1->CR1 &= ~I2C_CR1_POS;
    while (I2C1->SR2 & I2C_SR2_BUSY) continue;
    return (int16_t)(high << 8 | low);
}

static void command(uint8_t byte) {
    begin_write(DISPLAY);
    put(0x00);
    put(byte);
    end_write();
}

static void show(int degrees) {
    command(0xb3); /* page 3 */
    command(0x00); /* column 0 */
    command(0x10);
    begin_write(DISPLAY);
    put(0x40);
    for (int column = 0; column < 128; column++) put(column < degrees ? 0x7e : 0x00);
    end_write();
    command(degrees > 40 ? 0xa7 : 0xa6);
}

int main(void) {
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_GPIOBEN);
    rcc_enable(&RCC->APB1ENR, RCC_APB1ENR_I2C1EN);
    GPIOB->OTYPER |= 1u << SCL_PIN | 1u << SDA_PIN;
    gpio_alternate(GPIOB, SCL_PIN, AF_I2C1);
    gpio_alternate(GPIOB, SDA_PIN, AF_I2C1);
    I2C1->CR2 = HSI_HZ / 1000000;
    I2C1->CCR = HSI_HZ / 200000;
    I2C1->TRISE = HSI_HZ / 1000000 + 1;
    I2C1->CR1 = I2C_CR1_PE;

    static const uint8_t on[] = {0xae, 0xa1, 0xc8, 0x8d, 0x14, 0xaf};
    for (unsigned i = 0; i < sizeof on; i++) command(on[i]);
    systick_start(HSI_HZ / 4);
    for (;;) {
        wait_for_interrupt();
        show(temperature() / 256);
    }
}

void SysTick_Handler(void);
void SysTick_Handler(void) {}
