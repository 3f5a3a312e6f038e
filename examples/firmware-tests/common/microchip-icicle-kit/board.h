/* The interrupt controller of the board, and where its test device is wired to. */
#pragma once

#define PLIC_BASE   0x0c000000u
#define CALC_SOURCE 120u /* from the FPGA fabric (fabric interrupts begin at 118) */
