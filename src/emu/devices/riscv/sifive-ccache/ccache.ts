import { type DeviceType, defineDevice, type Handle } from '../../../device.js';
import { notModelled, r, reg, registers, repeat, rw, w } from '../../../registers.js';

export interface CacheOptions {
  readonly banks: number;
  readonly ways: number;
  /** log2 of the sets of a bank, and of the bytes of a block. */
  readonly setsLog2: number;
  readonly blockLog2: number;
  /** Bus masters with a way mask of their own. */
  readonly masters: number;
}

/** SiFive FU540-C000 manual v1p0, chapter 10. */
function cacheRegisters(options: CacheOptions) {
  const { banks, ways, setsLog2, blockLog2, masters } = options;
  const config = (banks | (ways << 8) | (setsLog2 << 16) | (blockLog2 << 24)) >>> 0;
  const ecc = (offset: number) => ({
    [`low`]: reg(offset, { low: r(0, 32) }, 0, 'FU540 10.4'),
    [`high`]: reg(offset + 4, { high: r(0, 32) }, 0, 'FU540 10.4'),
    [`count`]: reg(offset + 8, { count: r(0, 32) }, 0, 'FU540 10.4'),
  });
  const [fixed, data, failed] = [ecc(0x100), ecc(0x140), ecc(0x160)];
  return registers({
    config: reg(
      0x000,
      { banks: r(0, 8), ways: r(8, 8), lgsets: r(16, 8), lgblockbytes: r(24, 8) },
      config,
      'FU540 10.4',
    ),
    wayenable: reg(0x008, { wayenable: rw(0, 8) }, 0, 'FU540 10.4'),
    eccinjecterror: reg(0x040, { bit: notModelled(rw(0, 8), 'injection of errors'), type: rw(16) }, 0, 'FU540 10.4'),
    dirEccFixLow: fixed.low!,
    dirEccFixHigh: fixed.high!,
    dirEccFixCount: fixed.count!,
    datEccFixLow: data.low!,
    datEccFixHigh: data.high!,
    datEccFixCount: data.count!,
    datEccFailLow: failed.low!,
    datEccFailHigh: failed.high!,
    datEccFailCount: failed.count!,
    flush64: reg(0x200, { flush64: w(0, 32) }, 0, 'FU540 10.4'),
    flush64high: reg(0x204, { flush64: w(0, 32) }, 0, 'FU540 10.4'),
    flush32: reg(0x240, { flush32: w(0, 32) }, 0, 'FU540 10.4'),
    waymask: repeat(masters, 8, reg(0x800, { waymask: rw(0, 16) }, (1 << ways) - 1, 'FU540 10.4')),
  });
}

export type CacheHandle = Handle<ReturnType<typeof cacheRegisters>>;

/**
 * The registers of SiFive's level 2 cache controller. Memory is always coherent here, so flushes are done as soon as they are asked
 * for, and no errors come about: the counters stay 0. Ways can only be enabled, never taken back (10.4). Wires `irq0` … `irq2`.
 */
export function sifiveCcache(options: CacheOptions): DeviceType<CacheHandle> {
  return defineDevice({
    name: 'sifive-ccache',
    size: 0x1000,
    registers: cacheRegisters(options),
    setup(d) {
      const { wayenable, flush64, flush64high, flush32 } = d.regs;
      for (let line = 0; line < 3; line++) d.output(`irq${line}`);
      d.onWrite(wayenable, (value, old) => {
        wayenable.value = Math.min(Math.max(value, old), options.ways - 1);
        if (value < old)
          d.report({
            kind: 'misuse',
            rule: 'sequence',
            what: `${d.name}.wayenable was lowered from ${old} to ${value}: ways stay enabled`,
            remedy: 'reset the chip to take ways back',
            section: 'FU540 10.4',
          });
      });
      for (const register of [flush64, flush64high, flush32]) {
        d.onWrite(register, () => {
          register.value = 0;
        });
      }
    },
  });
}
