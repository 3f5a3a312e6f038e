/* I2C1 as master of the slave at 0x30: a write, a read after a repeated START, an address that nobody has. */
#include "i2c.h"
#include "registers.h"

DEFINE_RESULTS

volatile uint8_t got[4];

static void wait_flag(uint32_t flag) {
    while (!(I2C1->SR1 & flag)) {}
}
static uint32_t start(uint32_t address) {
    I2C1->CR1 = I2C_PE | I2C_START | I2C_ACK;
    wait_flag(I2C_SB);
    I2C1->DR = address;
    while (!(I2C1->SR1 & (I2C_ADDR | I2C_AF))) {}
    if (!(I2C1->SR1 & I2C_AF)) {
        (void)I2C1->SR2;
        return 1;
    }
    I2C1->SR1 = 0xdfdfu & ~I2C_AF;
    I2C1->CR1 = I2C_PE | I2C_STOP;
    return 0;
}
static void put(uint32_t byte) {
    wait_flag(I2C_TXE);
    I2C1->DR = byte;
}
static void stop(void) {
    I2C1->CR1 = I2C_PE | I2C_STOP;
    while (I2C1->SR2 & I2C_BUSY) {}
}

int main(void) {
    i2c1_start();
    cycles_start();
    while (DWT_CYCCNT < 4000) {} /* the slave is there */
    uint32_t begin = DWT_CYCCNT;
    results[0] = start(0x60);
    put(4);
    for (uint32_t i = 0; i < 4; i++) put(0xb0 + i);
    wait_flag(I2C_BTF);
    stop();
    results[1] = DWT_CYCCNT - begin;
    results[2] = start(0x60);
    put(3);
    wait_flag(I2C_BTF);
    results[3] = start(0x61);
    for (uint32_t i = 0; i < 4; i++) {
        wait_flag(I2C_RXNE);
        if (i == 2) I2C1->CR1 = I2C_PE | I2C_STOP;
        got[i] = (uint8_t)I2C1->DR;
    }
    while (I2C1->SR2 & I2C_BUSY) {}
    results[4] = start(0x54);
    while (I2C1->SR2 & I2C_BUSY) {}
    results[5] = DWT_CYCCNT - begin;
    results[6] = I2C1->SR1;
    finish();
}
