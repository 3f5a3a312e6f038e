/* Programs a word of flash twice without erasing it between. */
#include "registers.h"

DEFINE_RESULTS

#define FLASH_KEYR REG32(0x40023c04u)
#define FLASH_SR   REG32(0x40023c0cu)
#define FLASH_CR   REG32(0x40023c10u)
#define WORD       REG32(0x080e0000u)

int main(void) {
    FLASH_KEYR = 0x45670123u;
    FLASH_KEYR = 0xcdef89abu;
    FLASH_CR = 2u << 8 | 1u;
    WORD = 0x12345678u;
    while (FLASH_SR & 1u << 16) continue;
    WORD = 0xffff0000u;
    while (FLASH_SR & 1u << 16) continue;
    results[0] = WORD;
    finish();
}
