/* The interrupt controller of the board, and where its test device is wired to. */
#pragma once

#define PLIC_BASE   0x0c000000u
#define CALC_SOURCE 32u /* ChipLink (FU540-C000 manual, 10.1): a line from outside the chip */
