/* The CFI flash: query, erase, program, buffer, read back. The last block of the second flash is used. */
#include "report.h"

#define FLASH 0x22000000u
#define BLOCK (FLASH + 127 * 0x40000u)
#define READY 0x00800080u
#define BOTH(command) ((uint32_t)(command) * 0x10001u)

static void wait(uint32_t code) {
    while ((read32(BLOCK) & READY) != READY) continue;
    check(read32(BLOCK) == READY, code);
}

int main(void) {
    write32(FLASH + 0x55 * 4, BOTH(0x98));
    check(read32(FLASH + 0x10 * 4) == BOTH('Q') && read32(FLASH + 0x12 * 4) == BOTH('Y'), 1);
    say_number("size log2", read32(FLASH + 0x27 * 4));
    write32(FLASH, BOTH(0xff));

    write32(BLOCK, BOTH(0x20));
    write32(BLOCK, BOTH(0xd0));
    wait(2);
    write32(BLOCK, BOTH(0x40));
    write32(BLOCK, 0x12345678);
    wait(3);
    write32(BLOCK, BOTH(0xe8));
    wait(4);
    write32(BLOCK, BOTH(7));
    for (uint32_t i = 0; i < 8; i++) write32(BLOCK + 0x100 + 4 * i, i * 0x01010101u);
    write32(BLOCK, BOTH(0xd0));
    wait(5);
    write32(BLOCK, BOTH(0xff));
    check(read32(BLOCK) == 0x12345678, 6);
    check(read32(BLOCK + 4) == 0xffffffff, 7);
    for (uint32_t i = 0; i < 8; i++) check(read32(BLOCK + 0x100 + 4 * i) == i * 0x01010101u, 8);
    check(*(volatile uint8_t *)(BLOCK + 0x101 + 4 * 3) == 3, 9);
    say("programmed\n");
    finish();
}
