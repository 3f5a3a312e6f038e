/** Ticks of the timer's clock that DTG stands for, with a dead-time clock of `dts` of them: RM0090 17.4.18. */
export function deadTime(dtg: number, dts: number): number {
  if ((dtg & 0x80) === 0) return (dtg & 0x7f) * dts;
  if ((dtg & 0xc0) === 0x80) return (64 + (dtg & 0x3f)) * 2 * dts;
  return (32 + (dtg & 0x1f)) * ((dtg & 0xe0) === 0xc0 ? 8 : 16) * dts;
}

/** tDTS in ticks of the timer's clock, by CR1.CKD (17.4.1); 3 is reserved. */
export function dtsTicks(cr1: number): number {
  return [1, 2, 4, 1][(cr1 >>> 8) & 3]!;
}
