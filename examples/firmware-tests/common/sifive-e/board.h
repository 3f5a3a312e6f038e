/* The interrupt controller of the board, and where its test device is wired to. */
#pragma once

/* All 52 lines of the PLIC have a device (FE310-G002 manual, table 26): the test device is wired to the external interrupt of the hart. */
