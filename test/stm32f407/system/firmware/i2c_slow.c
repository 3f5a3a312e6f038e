/* I2C1 as a slave at 0x30 that takes its time: it holds SCL after its address and after each byte (27.3.2). */
#include "i2c.h"
#include "registers.h"

DEFINE_RESULTS

volatile uint8_t file[16] = {0x42, 0x43, 0x44, 0x45};

/* 400 cycles at least. */
static void think(void) {
    uint32_t begin = DWT_CYCCNT;
    while (DWT_CYCCNT - begin < 400) {}
}

int main(void) {
    uint32_t pointer = 0, selecting = 0;
    cycles_start();
    i2c1_start();
    I2C1->OAR1 = (1u << 14) | (0x30u << 1);
    I2C1->CR1 = I2C_PE | I2C_ACK;
    for (;;) {
        uint32_t status = I2C1->SR1;
        if (!(status & (I2C_ADDR | I2C_RXNE | I2C_TXE | I2C_STOPF | I2C_AF))) continue;
        if (status & I2C_AF) {
            I2C1->SR1 = 0xdfdfu & ~I2C_AF;
            continue;
        }
        if (status & I2C_STOPF) {
            I2C1->CR1 = I2C_PE | I2C_ACK;
            continue;
        }
        think();
        if (status & I2C_ADDR) {
            (void)I2C1->SR2;
            selecting = 1;
            results[0]++;
        } else if (status & I2C_RXNE) {
            uint32_t byte = I2C1->DR;
            if (selecting) pointer = byte;
            else file[pointer++ & 15u] = (uint8_t)byte;
            selecting = 0;
        } else {
            I2C1->DR = file[pointer++ & 15u];
        }
    }
}
