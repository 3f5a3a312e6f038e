/* The interrupt controller of the board, and where its test device is wired to. */
#pragma once

/* There is no PLIC: the device is wired to the external interrupt of hart 0. */
