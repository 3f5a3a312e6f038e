/* I2C1 as a slave at 0x30, by interrupt: the first byte of a write selects one of 16 registers, which go up by themselves (27.3.2). */
#include "i2c.h"
#include "registers.h"

DEFINE_RESULTS

void I2C1_EV_IRQHandler(void);
void I2C1_ER_IRQHandler(void);

volatile uint8_t file[16] = {0x42, 0x43, 0x44, 0x45};
static volatile uint32_t pointer, selecting;

void I2C1_EV_IRQHandler(void) {
    uint32_t status = I2C1->SR1;
    if (status & I2C_ADDR) {
        (void)I2C1->SR2;
        selecting = 1;
        results[0]++;
    } else if (status & I2C_RXNE) {
        uint8_t byte = (uint8_t)I2C1->DR;
        if (selecting) pointer = byte & 15u;
        else file[pointer++ & 15u] = byte;
        selecting = 0;
    } else if (status & I2C_TXE) {
        I2C1->DR = file[pointer++ & 15u];
    } else if (status & I2C_STOPF) {
        I2C1->CR1 |= I2C_PE;
        results[1]++;
    }
}
/* EV3_2: the master wants no more. The byte that was written ahead is not sent. */
void I2C1_ER_IRQHandler(void) {
    if (I2C1->SR1 & I2C_AF) results[2]++;
    I2C1->SR1 = 0;
}

int main(void) {
    i2c1_start();
    nvic_enable(31);
    nvic_enable(32);
    I2C1->OAR1 = (1u << 14) | (0x30u << 1);
    I2C1->CR2 |= I2C_ITEVTEN | I2C_ITBUFEN | I2C_ITERREN;
    I2C1->CR1 = I2C_PE | I2C_ACK;
    for (;;) wait_for_interrupt();
}
