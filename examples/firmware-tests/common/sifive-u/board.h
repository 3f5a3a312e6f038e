/* The interrupt controller of the board, and where its test device is wired to. */
#pragma once

#define PLIC_BASE   0x0c000000u
#define CALC_SOURCE 50u /* the line of I2C, which the program does not use */
