#include "text.h"

#include "console.h"

void print_text(const char *text) {
    while (*text) console_put(*text++);
}

void print_decimal(int32_t value) {
    char digits[10]; /* 2^31 has ten */
    unsigned count = 0;
    /* Negated as unsigned: -INT32_MIN is no int32_t. */
    uint32_t magnitude = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    do digits[count++] = (char)('0' + magnitude % 10);
    while (magnitude /= 10);
    if (value < 0) console_put('-');
    while (count) console_put(digits[--count]);
}

void print_hex(uint32_t value) {
    print_text("0x");
    for (int shift = 28; shift >= 0; shift -= 4) console_put("0123456789abcdef"[value >> shift & 15]);
}
