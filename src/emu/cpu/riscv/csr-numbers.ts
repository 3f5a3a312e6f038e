/** The CSRs by name (Priv 2.2; Unpriv 10; Sstc 2); the numbered families are below. */
export const CSR = {
  fflags: 0x001,
  frm: 0x002,
  fcsr: 0x003,
  cycle: 0xc00,
  time: 0xc01,
  instret: 0xc02,
  cycleh: 0xc80,
  timeh: 0xc81,
  instreth: 0xc82,
  sstatus: 0x100,
  sie: 0x104,
  stvec: 0x105,
  scounteren: 0x106,
  senvcfg: 0x10a,
  sscratch: 0x140,
  sepc: 0x141,
  scause: 0x142,
  stval: 0x143,
  sip: 0x144,
  stimecmp: 0x14d,
  stimecmph: 0x15d,
  satp: 0x180,
  mvendorid: 0xf11,
  marchid: 0xf12,
  mimpid: 0xf13,
  mhartid: 0xf14,
  mconfigptr: 0xf15,
  mstatus: 0x300,
  misa: 0x301,
  medeleg: 0x302,
  mideleg: 0x303,
  mie: 0x304,
  mtvec: 0x305,
  mcounteren: 0x306,
  menvcfg: 0x30a,
  mstatush: 0x310,
  menvcfgh: 0x31a,
  mcountinhibit: 0x320,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  mtval: 0x343,
  mip: 0x344,
  tselect: 0x7a0,
  tdata1: 0x7a1,
  tdata2: 0x7a2,
  tdata3: 0x7a3,
  tinfo: 0x7a4,
  mcycle: 0xb00,
  minstret: 0xb02,
  mcycleh: 0xb80,
  minstreth: 0xb82,
} as const;

export type CsrName = keyof typeof CSR;

const families: readonly (readonly [string, number, number, number, string?])[] = [
  ['mhpmcounter', 0xb00, 3, 31],
  ['mhpmcounter', 0xb80, 3, 31, 'h'],
  ['hpmcounter', 0xc00, 3, 31],
  ['hpmcounter', 0xc80, 3, 31, 'h'],
  ['mhpmevent', 0x320, 3, 31],
  ['pmpcfg', 0x3a0, 0, 15],
  ['pmpaddr', 0x3b0, 0, 63],
];

/** Name of every numbered CSR, the numbered families included (Priv 2.2). */
export const CSR_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  ...Object.entries(CSR).map(([name, number]) => [number, name] as const),
  ...families.flatMap(([name, base, first, last, suffix = '']) =>
    Array.from({ length: last - first + 1 }, (_, i): [number, string] => [
      base + first + i,
      `${name}${first + i}${suffix}`,
    ]),
  ),
]);

const NUMBERS: ReadonlyMap<string, number> = new Map([...CSR_NAMES].map(([number, name]) => [name, number]));

/** The number of a CSR, undefined if the manual has none of that name. */
export function csrNumber(name: string): number | undefined {
  return NUMBERS.get(name);
}
