/* Text and numbers on the console. */
#pragma once

#include <stdint.h>

void print_text(const char *text);
void print_decimal(int32_t value);

/* `0x` and eight digits. */
void print_hex(uint32_t value);
