import { type FieldSpecs, r, reg, registers, repeat, rw, w } from '../../../registers.js';

/** RM0090 section 10.5. */

/** Bit of a stream's flags in the status and clear registers: streams 0 to 3 in the low ones, 4 to 7 in the high ones. */
const FLAG_SHIFTS = [0, 6, 16, 22] as const;

/** Flags of a stream, shifted to bit 0 (10.5.1). */
export const FLAG = { FEIF: 1 << 0, DMEIF: 1 << 2, TEIF: 1 << 3, HTIF: 1 << 4, TCIF: 1 << 5 } as const;
export const ALL_FLAGS = 0x3d;

export function flagShift(stream: number): number {
  return FLAG_SHIFTS[stream & 3]!;
}

/** `flags('', 0, r)` are FEIF0 to TCIF3 as LISR has them, `flags('C', 4, w)` those of HIFCR. */
function flags(prefix: string, first: number, field: typeof r): FieldSpecs {
  const entries = FLAG_SHIFTS.flatMap((shift, i) =>
    Object.entries(FLAG).map(
      ([name, bit]) => [`${prefix}${name}${first + i}`, field(shift + 31 - Math.clz32(bit))] as const,
    ),
  );
  return Object.fromEntries(entries);
}

/**
 * Drivers clear all flags of a stream by 0x3F, with the bit between them, which does nothing. ST's standard library adds bit 29 to tell
 * the streams of HIFCR.
 */
const BETWEEN = { UNUSED0: w(1), UNUSED1: w(7), UNUSED2: w(17), UNUSED3: w(23) };
const TAG = { UNUSED4: w(29) };

/** SxCR bits that follow from the manual alone, for write protection. */
const CR = {
  EN: rw(0),
  DMEIE: rw(1),
  TEIE: rw(2),
  HTIE: rw(3),
  TCIE: rw(4),
  PFCTRL: rw(5),
  DIR: rw(6, 2),
  CIRC: rw(8),
  PINC: rw(9),
  MINC: rw(10),
  PSIZE: rw(11, 2),
  MSIZE: rw(13, 2),
  PINCOS: rw(15),
  PL: rw(16, 2),
  DBM: rw(18),
  CT: rw(19),
  PBURST: rw(21, 2),
  MBURST: rw(23, 2),
  CHSEL: rw(25, 3),
};
/** What can be written while the stream is enabled: EN and the interrupt enables (10.5.5); the rest is protected. */
export const CR_ALWAYS_WRITABLE = 0x1f;
/** FEIE can be written at any time, DMDIS and FTH while the stream is disabled (10.5.10). */
export const FCR_ALWAYS_WRITABLE = 0x80;

export const DMA = registers({
  LISR: reg(0x00, flags('', 0, r), 0, 'RM0090 10.5.1'),
  HISR: reg(0x04, flags('', 4, r), 0, 'RM0090 10.5.2'),
  LIFCR: reg(0x08, { ...flags('C', 0, w), ...BETWEEN }, 0, 'RM0090 10.5.3'),
  HIFCR: reg(0x0c, { ...flags('C', 4, w), ...BETWEEN, ...TAG }, 0, 'RM0090 10.5.4'),
  S: repeat(8, 0x18, {
    CR: reg(0x10, CR, 0, 'RM0090 10.5.5'),
    NDTR: reg(0x14, { NDT: rw(0, 16) }, 0, 'RM0090 10.5.6'),
    PAR: reg(0x18, { PA: rw(0, 32) }, 0, 'RM0090 10.5.7'),
    M0AR: reg(0x1c, { M0A: rw(0, 32) }, 0, 'RM0090 10.5.8'),
    M1AR: reg(0x20, { M1A: rw(0, 32) }, 0, 'RM0090 10.5.9'),
    FCR: reg(0x24, { FTH: rw(0, 2), DMDIS: rw(2), FS: r(3, 3), FEIE: rw(7) }, 0x21, 'RM0090 10.5.10'),
  }),
});

export const STREAMS = 8;
