/** CAN controllers: addresses RM0090 table 1, interrupts table 61. */
export const canRows = {};
