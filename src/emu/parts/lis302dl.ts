import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';
import {
  ACCELEROMETER_PINS,
  type Accelerometer,
  type AccelerometerPins,
  attachSpiRegisters,
  Surroundings,
} from './accelerometer.js';

/** Registers: LIS302DL data sheet, table 16. */
const R = {
  WHO_AM_I: 0x0f,
  CTRL_REG1: 0x20,
  CTRL_REG2: 0x21,
  CTRL_REG3: 0x22,
  STATUS: 0x27,
  OUT_X: 0x29,
  OUT_Z: 0x2d,
  FF_WU_CFG_1: 0x30,
  CLICK_CFG: 0x38,
} as const;
const ID = 0x3b;
const ALL_READY = 0x0f;
const OVERRUN = 0xf0;
const SELF_WRITABLE = new Set<number>([
  0x20, 0x21, 0x22, 0x30, 0x32, 0x33, 0x34, 0x36, 0x37, 0x38, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f,
]);

/** Offsets in a free-fall and wake-up unit's registers (7.11 to 7.18). */
const [CFG, SRC, THS, DURATION] = [0, 1, 2, 3] as const;

/**
 * ST's LIS302DL, the accelerometer of the first STM32F4 Discovery boards: SPI, data ready, both free-fall and wake-up units. Clicks and
 * the high-pass filter are not modelled.
 */
export function lis302dl(pins: AccelerometerPins): PartType<Accelerometer> {
  checkNames('lis302dl', pins, ACCELEROMETER_PINS, ACCELEROMETER_PINS);
  const { bus, select, int1, int2 } = pins;
  return definePart({
    kind: 'lis302dl',
    pins: [select, int1, int2],
    drives: [int1, int2],
    setup(p) {
      const around = new Surroundings(p);
      const registers = p.words('registers', 0x40);
      /** Samples for which a unit's condition has held. */
      const held = p.words('held', 2);
      const lines = [int1, int2].map((pin) => p.net(pin).driver(p.name));
      const get = (register: number) => registers[register]!;
      const periodNs = () => (get(R.CTRL_REG1) & 0x80 ? 2_500_000 : 10_000_000);

      /** What a pin shows, by its three bits in CTRL_REG3 (table 25). */
      const source = (choice: number): boolean => {
        const unit = (n: number) => (get(R.FF_WU_CFG_1 + 4 * n + SRC) & 0x40) !== 0;
        if (choice === 1 || choice === 2) return unit(choice - 1);
        if (choice === 3) return unit(0) || unit(1);
        return choice === 4 && (get(R.STATUS) & 0x08) !== 0;
      };
      const showLines = () => {
        const control = get(R.CTRL_REG3);
        const activeLow = control & 0x80 ? 1 : 0;
        for (const [i, line] of lines.entries()) {
          const on = source((control >> (3 * i)) & 7) ? 1 : 0;
          const high = (on ^ activeLow) === 1;
          line.set(high && control & 0x40 ? 'none' : high ? 'high' : 'low');
        }
      };
      const watchUnit = (n: number, digits: readonly number[]) => {
        const base = R.FF_WU_CFG_1 + 4 * n;
        const config = get(base + CFG);
        const threshold = get(base + THS) & 0x7f;
        const flags = digits.reduce((all, digit, axis) => {
          const above = Math.abs(digit) > threshold;
          return all | ((above ? 2 : 1) << (2 * axis));
        }, 0);
        const wanted = config & 0x3f;
        const met = wanted !== 0 && (config & 0x80 ? (flags & wanted) === wanted : (flags & wanted) !== 0);
        held[n] = met ? held[n]! + 1 : 0;
        const active = met && held[n]! > get(base + DURATION);
        const latched = (config & 0x40) !== 0 && (get(base + SRC) & 0x40) !== 0;
        if (active) registers[base + SRC] = 0x40 | (flags & 0x3f);
        else if (!latched) registers[base + SRC] = flags & 0x3f;
      };
      const sample = p.event('sample', () => {
        const [x, y, z] = around.digits(get(R.CTRL_REG1) & 0x20 ? 0.072 : 0.018, 127);
        const enabled = get(R.CTRL_REG1) & 7;
        for (const [axis, digit] of [x, y, z].entries()) {
          registers[R.OUT_X + 2 * axis] = (enabled >> axis) & 1 ? digit & 0xff : 0;
        }
        if (get(R.STATUS) & ALL_READY) registers[R.STATUS]! |= OVERRUN;
        registers[R.STATUS]! |= ALL_READY;
        for (const n of [0, 1]) watchUnit(n, [x, y, z]);
        showLines();
        sample.after(periodNs());
      });
      const reset = () => {
        registers.fill(0);
        registers[R.WHO_AM_I] = ID;
        registers[R.CTRL_REG1] = 7;
        sample.cancel();
        showLines();
      };
      p.onPowerOn(reset);

      attachSpiRegisters(p, bus, select, {
        decode: (first) => ({ read: (first & 0x80) !== 0, register: first & 0x3f, increment: (first & 0x40) !== 0 }),
        read(register) {
          const value = get(register & 0x3f);
          if (register >= R.OUT_X && register <= R.OUT_Z && (register & 1) === 1) {
            // 7.6: reading the data clears what says that there is some, and that some was lost.
            registers[R.STATUS]! &= ~(0x11 << ((register - R.OUT_X) >> 1)) & ~0x88;
            showLines();
          } else if (register === R.FF_WU_CFG_1 + SRC || register === R.FF_WU_CFG_1 + 4 + SRC) {
            registers[register]! &= ~0x40; // 7.12: reading releases the latch
            showLines();
          }
          return value;
        },
        write(register, byte) {
          if (!SELF_WRITABLE.has(register)) return;
          registers[register] = byte;
          if (register === R.CTRL_REG1) {
            if ((byte & 0x40) === 0) sample.cancel();
            else if (!sample.armed) sample.after(periodNs());
          } else if (register === R.CTRL_REG2 && byte & 0x40) reset();
          else if (register === R.CLICK_CFG && byte !== 0) {
            p.report({
              kind: 'unmodelled',
              what: `${p.name}: clicks (CLICK_CFG) are not modelled`,
              section: 'LIS302DL 7.19',
            });
          }
          showLines();
        },
      });
      return {
        get acceleration() {
          return around.acceleration;
        },
        set acceleration(a) {
          around.acceleration = a;
        },
      };
    },
  });
}
