import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';
import {
  ACCELEROMETER_PINS,
  type Accelerometer,
  type AccelerometerPins,
  attachSpiRegisters,
  Surroundings,
} from './accelerometer.js';

/** Registers: LIS3DSH data sheet, table 16. */
const R = {
  OUT_T: 0x0c,
  INFO1: 0x0d,
  WHO_AM_I: 0x0f,
  CTRL_REG4: 0x20,
  CTRL_REG1: 0x21,
  CTRL_REG2: 0x22,
  CTRL_REG3: 0x23,
  CTRL_REG5: 0x24,
  CTRL_REG6: 0x25,
  STATUS: 0x27,
  OUT_X_L: 0x28,
  OUT_Z_H: 0x2d,
} as const;
const ID = 0x3f;

/** Output data rates by CTRL_REG4.ODR in ns of a period (table 55). */
const PERIODS = [
  0, 320_000_000, 160_000_000, 80_000_000, 40_000_000, 20_000_000, 10_000_000, 2_500_000, 1_250_000, 625_000,
] as const;
/** Full scale in g and sensitivity in g a digit by CTRL_REG5.FSCALE (tables 3 and 58). */
const SCALES = [0.00006, 0.00012, 0.00018, 0.00024, 0.00073] as const;
const READ_ONLY_FROM = [0x26, 0x2e] as const;

/**
 * ST's LIS3DSH, the accelerometer of later STM32F4 Discovery boards: SPI, all rates and scales, data ready on INT1. State machines and the
 * FIFO are not modelled.
 */
export function lis3dsh(pins: AccelerometerPins): PartType<Accelerometer> {
  checkNames('lis3dsh', pins, ACCELEROMETER_PINS, ACCELEROMETER_PINS);
  const { bus, select, int1, int2 } = pins;
  return definePart({
    kind: 'lis3dsh',
    pins: [select, int1, int2],
    drives: [int1, int2],
    setup(p) {
      const around = new Surroundings(p);
      const registers = p.words('registers', 0x80);
      const ready = p.net(int1).driver(p.name);
      const quiet = p.net(int2).driver(p.name);
      const get = (register: number) => registers[register]!;
      const period = () => PERIODS[get(R.CTRL_REG4) >> 4] ?? 0;

      const showReady = () => {
        const control = get(R.CTRL_REG3);
        // DR_EN is bit 7, IEA (active high) bit 6, INT2_EN and INT1_EN are bits 4 and 3: a pin that is not enabled is left alone.
        const idle = control & 0x40 ? 'low' : 'high';
        const active = control & 0x40 ? 'high' : 'low';
        const isReady = (control & 0x80) !== 0 && (get(R.STATUS) & 8) !== 0;
        ready.set((control & 8) === 0 ? 'none' : isReady ? active : idle);
        quiet.set((control & 0x10) === 0 ? 'none' : idle);
      };
      const sample = p.event('sample', () => {
        const digits = around.digits(SCALES[(get(R.CTRL_REG5) >> 3) & 7] ?? SCALES[0], 32_767);
        for (const [axis, digit] of digits.entries()) {
          const value = (get(R.CTRL_REG4) >> axis) & 1 ? digit : 0;
          registers[R.OUT_X_L + 2 * axis] = value & 0xff;
          registers[R.OUT_X_L + 2 * axis + 1] = (value >> 8) & 0xff;
        }
        registers[R.STATUS] = get(R.STATUS) & 0x0f ? 0xff : 0x0f;
        showReady();
        sample.after(period());
      });
      const reset = () => {
        registers.fill(0);
        registers[R.OUT_T] = 0;
        registers[R.INFO1] = 0x21;
        registers[R.WHO_AM_I] = ID;
        registers[R.CTRL_REG4] = 7;
        registers[R.CTRL_REG6] = 0x10;
        sample.cancel();
        showReady();
      };
      p.onPowerOn(reset);
      const unmodelled = (what: string) =>
        p.report({ kind: 'unmodelled', what: `${p.name}: ${what} not modelled`, section: 'LIS3DSH chapter 8' });

      attachSpiRegisters(p, bus, select, {
        decode: (first) => ({
          read: (first & 0x80) !== 0,
          register: first & 0x7f,
          increment: (get(R.CTRL_REG6) & 0x10) !== 0,
        }),
        read(register) {
          const value = get(register);
          if (register >= R.OUT_X_L && register <= R.OUT_Z_H) {
            // 8.16: the data of an axis is read when its high byte is.
            if (register & 1) registers[R.STATUS]! &= ~(0x11 << ((register - R.OUT_X_L) >> 1));
            if ((get(R.STATUS) & 7) === 0) registers[R.STATUS] = 0;
            showReady();
          }
          return value;
        },
        write(register, byte) {
          const [from, to] = READ_ONLY_FROM;
          if (register < 0x10 || (register >= from && register < to)) return;
          registers[register] = byte;
          if (register === R.CTRL_REG4) {
            sample.cancel();
            if (period() > 0) sample.after(period());
          } else if (register === R.CTRL_REG3 && byte & 1) reset();
          else if ((register === R.CTRL_REG1 || register === R.CTRL_REG2) && byte & 1) unmodelled('state machines are');
          else if (register === R.CTRL_REG6 && byte & 0x40) unmodelled('the FIFO is');
          showReady();
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
