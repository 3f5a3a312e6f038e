/* An LM75 on I2C (GPIO12, GPIO13), waited for by interrupt 52, and a word over SPI1 (GPIO2 to GPIO5). */
#include <stdbool.h>

#include "results.h"
#include "sifive-e.h"

DEFINE_RESULTS;

#define I2C(offset)  REG(0x10016000u + (offset))
#define I2C_CONTROL  I2C(0x08)
#define I2C_DATA     I2C(0x0c)
#define I2C_COMMAND  I2C(0x10)
#define I2C_SOURCE   52u
enum { IACK = 0x01, NACK = 0x08, WR = 0x10, RD = 0x20, STO = 0x40, STA = 0x80, EN_IEN = 0xc0 };

#define SPI1(offset) REG(0x10024000u + (offset))

#define MTIME        REG(0x0200bff8u) /* 32.768 kHz */

static volatile bool done;

void trap_entry(void) __attribute__((interrupt("machine"), aligned(4)));

void trap_entry(void) {
    uint32_t cause;
    __asm volatile("csrr %0, mcause" : "=r"(cause));
    results[2] = cause;
    uint32_t source = PLIC_CLAIM;
    I2C_COMMAND = IACK;
    done = true;
    PLIC_CLAIM = source;
}

static uint32_t i2c(uint32_t command, uint32_t data) {
    done = false;
    I2C_DATA = data;
    I2C_COMMAND = command;
    while (!done) __asm volatile("wfi");
    return I2C_DATA;
}

static void interrupts_init(void) {
    PLIC_PRIORITY(I2C_SOURCE) = 1;
    PLIC_ENABLE(I2C_SOURCE) = 1u << (I2C_SOURCE % 32);
    PLIC_THRESHOLD = 0;
    __asm volatile("csrw mie, %0" ::"r"(1u << 11));
    __asm volatile("csrsi mstatus, 8");
}

int main(void) {
    GPIO_IOF_EN |= (1u << 12) | (1u << 13) | (1u << 2) | (1u << 3) | (1u << 4) | (1u << 5);
    interrupts_init();
    while (MTIME < 3600) continue; /* the sensor's first conversion takes 100 ms */
    I2C(0x00) = 26; /* 13.8 MHz / 5 / 27: 102 kHz */
    I2C(0x04) = 0;
    I2C_CONTROL = EN_IEN;
    i2c(STA | WR, 0x90);
    i2c(WR, 0);
    i2c(STA | WR, 0x91);
    results[0] = i2c(RD, 0) << 8;
    results[0] |= i2c(RD | NACK | STO, 0);

    SPI1(0x48) = 0xc3;
    uint32_t answer;
    do answer = SPI1(0x4c);
    while (answer >> 31);
    results[1] = answer;
    finished = 1;
    return 0;
}
