/** The machine-level and user-level CSRs this hart has, by name (Priv 2.2; Unpriv 10). */
export const CSR = {
  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,
  cycleh: 0xc80,
  timeh: 0xc81,
  instreth: 0xc82,
  mvendorid: 0xf11,
  marchid: 0xf12,
  mimpid: 0xf13,
  mhartid: 0xf14,
  mconfigptr: 0xf15,
  mstatus: 0x300,
  misa: 0x301,
  mie: 0x304,
  mtvec: 0x305,
  mstatush: 0x310,
  mcountinhibit: 0x320,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  mcycle: 0xb00,
  minstret: 0xb02,
  mcycleh: 0xb80,
  minstreth: 0xb82,
} as const;

export type CsrName = keyof typeof CSR;

/** Name of every numbered CSR, the trigger registers and the numbered families included (Priv 2.2). */
export const CSR_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  ...Object.entries(CSR).map(([name, number]) => [number, name] as const),
  ...family('mhpmcounter', 0xb03, 3, 31),
  ...family('mhpmcounter', 0xb83, 3, 31, 'h'),
  ...family('hpmcounter', 0xc03, 3, 31),
  ...family('hpmcounter', 0xc83, 3, 31, 'h'),
  ...family('mhpmevent', 0x323, 3, 31),
  [0x7a0, 'tselect'],
  ...family('tdata', 0x7a1, 1, 3),
  ...family('pmpcfg', 0x3a0, 0, 15),
  ...family('pmpaddr', 0x3b0, 0, 63),
]);

function family(name: string, base: number, first: number, last: number, suffix = ''): [number, string][] {
  return Array.from({ length: last - first + 1 }, (_, i) => [base + i, `${name}${first + i}${suffix}`]);
}
