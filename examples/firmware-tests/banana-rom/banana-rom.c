/* Looks for the banana ROM by its id, and reports what it found. */
#include <stdint.h>

#include "console.h"
#include "text.h"

#if defined(__arm__)
#define BANANA_ROM_BASE 0x60010000u /* external memory of the STM32F407 (RM0090 36.4) */
#elif defined(__riscv)
#define BANANA_ROM_BASE 0x04000000u
#endif

#define BANANA_ROM_ID 0xba000001u

static uint32_t banana_rom_id(void) {
    return *(const volatile uint32_t *)BANANA_ROM_BASE;
}

int main(void) {
    console_init();
    uint32_t id = banana_rom_id();
    print_text("banana-rom: id ");
    print_hex(id);
    print_text(id == BANANA_ROM_ID ? "\r\n" : ", not a banana\r\n");
    return 0;
}
