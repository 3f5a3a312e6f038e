/* I2C1 as master, on an EEPROM at 0x50: writes, and reads of 1, 2 and N bytes, polled as 27.3.3 has it, by interrupt, by DMA. */
#include "dma.h"
#include "i2c.h"
#include "registers.h"

DEFINE_RESULTS

void I2C1_EV_IRQHandler(void);
void I2C1_ER_IRQHandler(void);
void DMA1_Stream0_IRQHandler(void);

#define EEPROM 0xa0u

volatile uint8_t got[8];
static volatile uint32_t left, at, errors, done;

static void wait_flag(uint32_t flag) {
    while (!(I2C1->SR1 & flag)) {}
}
static void clear_addr(void) {
    (void)I2C1->SR1;
    (void)I2C1->SR2;
}
static void start(uint32_t address, uint32_t ack) {
    I2C1->CR1 = I2C_PE | I2C_START | ack;
    wait_flag(I2C_SB);
    I2C1->DR = address;
}
/* Address, register, bytes; returns whether it was acknowledged. */
static uint32_t write_bytes(uint8_t where, const uint8_t *bytes, uint32_t count, uint32_t stop) {
    while (stop && (I2C1->SR2 & I2C_BUSY)) {}
    start(EEPROM, I2C_ACK);
    while (!(I2C1->SR1 & (I2C_ADDR | I2C_AF))) {}
    if (I2C1->SR1 & I2C_AF) {
        I2C1->SR1 = (uint16_t)~I2C_AF;
        I2C1->CR1 = I2C_PE | I2C_STOP;
        return 0;
    }
    clear_addr();
    I2C1->DR = where;
    for (uint32_t i = 0; i < count; i++) {
        wait_flag(I2C_TXE);
        I2C1->DR = bytes[i];
    }
    wait_flag(I2C_BTF);
    if (stop) I2C1->CR1 = I2C_PE | I2C_STOP;
    return 1;
}

/* 27.3.3, closing the communication: one, two, and more bytes. */
static void read_bytes(uint32_t count) {
    uint32_t i = 0;
    start(EEPROM | 1u, count == 2 ? I2C_ACK | I2C_POS : I2C_ACK);
    wait_flag(I2C_ADDR);
    if (count == 1) {
        I2C1->CR1 = I2C_PE;
        clear_addr();
        I2C1->CR1 = I2C_PE | I2C_STOP;
        wait_flag(I2C_RXNE);
    } else if (count == 2) {
        clear_addr();
        I2C1->CR1 = I2C_PE | I2C_POS;
        wait_flag(I2C_BTF);
        I2C1->CR1 = I2C_PE | I2C_POS | I2C_STOP;
        got[i++] = (uint8_t)I2C1->DR;
    } else {
        clear_addr();
        while (count - i > 3) {
            wait_flag(I2C_RXNE);
            got[i++] = (uint8_t)I2C1->DR;
        }
        wait_flag(I2C_BTF);
        I2C1->CR1 = I2C_PE;
        got[i++] = (uint8_t)I2C1->DR;
        wait_flag(I2C_BTF);
        I2C1->CR1 = I2C_PE | I2C_STOP;
        got[i++] = (uint8_t)I2C1->DR;
    }
    got[i] = (uint8_t)I2C1->DR;
}

/* By interrupt: BUF events for each byte, ACK off with the last but one. */
void I2C1_EV_IRQHandler(void) {
    uint32_t status = I2C1->SR1;
    if (status & I2C_SB) I2C1->DR = EEPROM | 1u;
    else if (status & I2C_ADDR) (void)I2C1->SR2;
    else if (status & I2C_RXNE) {
        if (left == 2) I2C1->CR1 = I2C_PE | I2C_STOP;
        got[at++] = (uint8_t)I2C1->DR;
        if (--left == 0) I2C1->CR2 &= ~(I2C_ITEVTEN | I2C_ITBUFEN);
    }
}
void I2C1_ER_IRQHandler(void) {
    errors |= I2C1->SR1;
    I2C1->SR1 = 0;
}
static void read_by_interrupt(uint32_t count) {
    at = 0;
    left = count;
    I2C1->CR1 = I2C_PE | I2C_START | I2C_ACK;
    I2C1->CR2 |= I2C_ITEVTEN | I2C_ITBUFEN | I2C_ITERREN;
    while (left > 0) wait_for_interrupt();
    I2C1->CR2 &= ~I2C_ITERREN;
}

void DMA1_Stream0_IRQHandler(void) {
    dma_clear(DMA1, 0, DMA_FLAGS);
    I2C1->CR1 = I2C_PE | I2C_STOP | I2C_ACK;
    done = 1;
}
/* 27.3.8: LAST makes the NACK. Stream 0 of DMA1, channel 1: table 42. */
static void read_by_dma(uint32_t count) {
    I2C1->CR2 |= I2C_DMAEN | I2C_LAST;
    dma_start(DMA1, 0, DMA_CHSEL(1) | DMA_MINC | DMA_TCIE, &I2C1->DR, got, count, 0x21);
    start(EEPROM | 1u, I2C_ACK);
    wait_flag(I2C_ADDR);
    clear_addr();
    while (!done) wait_for_interrupt();
    I2C1->CR2 &= ~(I2C_DMAEN | I2C_LAST);
}
/* Stream 6 of DMA1, channel 1. */
static void write_by_dma(const uint8_t *bytes, uint32_t count) {
    while (I2C1->SR2 & I2C_BUSY) {}
    I2C1->CR2 |= I2C_DMAEN;
    dma_start(DMA1, 6, DMA_CHSEL(1) | DMA_M2P | DMA_MINC, &I2C1->DR, bytes, count, 0x21);
    start(EEPROM, 0);
    wait_flag(I2C_ADDR);
    clear_addr();
    while (!(dma_flags(DMA1, 6) & DMA_TCIF)) {}
    wait_flag(I2C_BTF);
    I2C1->CR1 = I2C_PE | I2C_STOP;
    I2C1->CR2 &= ~I2C_DMAEN;
}

static uint32_t checksum(uint32_t count) {
    uint32_t sum = count;
    for (uint32_t i = 0; i < count; i++) {
        sum = sum << 8 | got[i];
        got[i] = 0;
    }
    return sum;
}
/* Writing takes the part its time: it does not answer until then. */
static uint32_t poll_write(void) {
    uint32_t tries = 1;
    while (!write_bytes(0x10, 0, 0, 1)) tries++;
    return tries;
}

int main(void) {
    static const uint8_t bytes[] = {0x11, 0x22, 0x33, 0x44, 0x55};
    static const uint8_t more[] = {0x20, 0xaa, 0xbb, 0xcc};
    i2c1_start();
    rcc_enable(&RCC->AHB1ENR, RCC_AHB1ENR_DMA1EN);
    nvic_enable(11);
    nvic_enable(31);
    nvic_enable(32);
    cycles_start();
    uint32_t begin = DWT_CYCCNT;
    results[0] = write_bytes(0x10, bytes, sizeof bytes, 1);
    while (I2C1->SR2 & I2C_BUSY) {}
    results[1] = DWT_CYCCNT - begin;
    results[2] = poll_write();
    for (uint32_t count = 1; count <= 5; count++) {
        write_bytes(0x10, 0, 0, 0);
        read_bytes(count);
        results[2 + count] = checksum(count);
        while (I2C1->SR2 & I2C_BUSY) {}
    }
    write_bytes(0x10, 0, 0, 0);
    read_by_interrupt(4);
    results[8] = checksum(4);
    write_bytes(0x10, 0, 0, 1);
    while (I2C1->SR2 & I2C_BUSY) {}
    read_by_dma(5);
    results[9] = checksum(5);
    write_by_dma(more, sizeof more);
    poll_write();
    write_bytes(0x20, 0, 0, 0);
    read_bytes(3);
    results[10] = checksum(3);
    results[11] = errors;
    finish();
}
