import { r, reg, registers, rw } from '../../../registers.js';

/**
 * SiFive FE310-G002 manual v19p05, chapter 19; `selects` chip-select lines. fmt.dir and txmark are reset to 1 in controllers of a
 * flash, to 0 in others (19.10, 19.13).
 */
function common(selects: number, flash: 0 | 1) {
  const csid = Math.max(1, Math.ceil(Math.log2(selects)));
  const lines = Object.fromEntries(Array.from({ length: selects }, (_, i) => [`csdef${i}`, rw(i)]));
  return {
    sckdiv: reg(0x00, { div: rw(0, 12) }, 3, 'FE310 19.4'),
    sckmode: reg(0x04, { pha: rw(0), pol: rw(1) }, 0, 'FE310 19.5'),
    csid: reg(0x10, { csid: rw(0, csid) }, 0, 'FE310 19.6'),
    csdef: reg(0x14, lines, (1 << selects) - 1, 'FE310 19.7'),
    csmode: reg(0x18, { mode: rw(0, 2) }, 0, 'FE310 19.8'),
    delay0: reg(0x28, { cssck: rw(0, 8), sckcs: rw(16, 8) }, 0x0001_0001, 'FE310 19.9'),
    delay1: reg(0x2c, { intercs: rw(0, 8), interxfr: rw(16, 8) }, 0x0000_0001, 'FE310 19.9'),
    fmt: reg(
      0x40,
      { proto: rw(0, 2), endian: rw(2), dir: rw(3), len: rw(16, 4) },
      0x0008_0000 | (flash << 3),
      'FE310 19.10',
    ),
    txdata: reg(0x48, { data: rw(0, 8), full: r(31) }, 0, 'FE310 19.11'),
    rxdata: reg(0x4c, { data: r(0, 8), empty: r(31) }, 0, 'FE310 19.12'),
    txmark: reg(0x50, { txmark: rw(0, 3) }, flash, 'FE310 19.13'),
    rxmark: reg(0x54, { rxmark: rw(0, 3) }, 0, 'FE310 19.14'),
    ie: reg(0x70, { txwm: rw(0), rxwm: rw(1) }, 0, 'FE310 19.15'),
    ip: reg(0x74, { txwm: r(0), rxwm: r(1) }, 0, 'FE310 19.15'),
  } as const;
}

export function spiRegisters(selects: number) {
  return registers(common(selects, 0));
}

/** With a flash that is seen as memory: 19.16, 19.17. */
export function spiFlashRegisters(selects: number) {
  return registers({
    ...common(selects, 1),
    fctrl: reg(0x60, { en: rw(0) }, 1, 'FE310 19.16'),
    ffmt: reg(
      0x64,
      {
        cmd_en: rw(0),
        addr_len: rw(1, 3),
        pad_cnt: rw(4, 4),
        cmd_proto: rw(8, 2),
        addr_proto: rw(10, 2),
        data_proto: rw(12, 2),
        cmd_code: rw(16, 8),
        pad_code: rw(24, 8),
      },
      0x0003_0007,
      'FE310 19.17',
    ),
  });
}

export type SpiRegisters = ReturnType<typeof spiRegisters>;
export type SpiFlashRegisters = ReturnType<typeof spiFlashRegisters>;
/** Entries of either FIFO (19.1). */
export const FIFO_DEPTH = 8;
/** csmode (19.8). */
export const CS_MODE = { auto: 0, hold: 2, off: 3 } as const;
