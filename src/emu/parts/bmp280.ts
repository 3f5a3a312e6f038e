import { checkNames, checkRange } from '../options.js';
import { definePart, type PartType } from '../part.js';
import { attachRegisters } from './register-slave.js';

export interface PressureSensor {
  /** Degrees Celsius, −40 to 85; the test sets it. */
  temperature: number;
  /** Pascals, 30,000 to 110,000; the test sets it. */
  pressure: number;
}

const ID = 0x58;
const [CALIBRATION, CHIP_ID, RESET, STATUS, CONTROL, CONFIG, DATA] = [
  0x88, 0xd0, 0xe0, 0xf3, 0xf4, 0xf5, 0xf7,
] as const;
const RESET_WORD = 0xb6;
const SKIPPED = 0x80000;

/** The trimming values of the data sheet's example (BST-BMP280-DS001, 3.12): T1–T3, P1–P9. */
const TRIM = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000] as const;

/** Compensated temperature in degrees and `t_fine`, from the 20-bit reading (3.11.3, in doubles as in 8.1). */
export function temperatureOf(raw: number): { readonly degrees: number; readonly fine: number } {
  const [t1, t2, t3] = TRIM;
  const one = (raw / 16384 - t1 / 1024) * t2;
  const two = (raw / 131072 - t1 / 8192) ** 2 * t3;
  const fine = one + two;
  return { degrees: fine / 5120, fine };
}

/** Compensated pressure in pascals (8.1). */
export function pressureOf(raw: number, fine: number): number {
  const [, , , p1, p2, p3, p4, p5, p6, p7, p8, p9] = TRIM;
  let one = fine / 2 - 64000;
  let two = (one * one * p6) / 32768;
  two += one * p5 * 2;
  two = two / 4 + p4 * 65536;
  one = ((p3 * one * one) / 524288 + p2 * one) / 524288;
  one = (1 + one / 32768) * p1;
  const p = ((1048576 - raw - two / 4096) * 6250) / one;
  return p + ((p9 * p * p) / 2147483648 + (p * p8) / 32768 + p7) / 16;
}

/** The reading of 20 bits whose compensated value comes nearest: both functions are monotonic. */
function readingFor(wanted: number, value: (raw: number) => number): number {
  const rising = value(0xfffff) > value(0);
  let [low, high] = [0, 0xfffff];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value(middle) < wanted === rising) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Typical measurement time in ns: 3.8.1, 1 ms and 2 ms an oversampled value. */
function measuringNs(control: number): number {
  const samples = (field: number) => (field === 0 ? 0 : 1 << Math.min(field - 1, 4));
  const [t, p] = [samples(control >> 5), samples((control >> 2) & 7)];
  return 1_000_000 + 2_000_000 * t + (p > 0 ? 500_000 + 2_000_000 * p : 0);
}

/** Standby times of normal mode in ns (table 11). */
const STANDBY = [500_000, 62_500_000, 125_000_000, 250_000_000, 500_000_000, 1e9, 2e9, 4e9];

/** A Bosch BMP280 on an I2C bus: temperature and pressure, with the data sheet's trimming values. The filter is not modelled. */
export function bmp280(
  bus: string,
  options: { readonly address?: number; readonly temperature?: number; readonly pressure?: number } = {},
): PartType<PressureSensor> {
  checkNames('bmp280', options, ['address', 'temperature', 'pressure']);
  return definePart({
    kind: 'bmp280',
    setup(p) {
      const checkTemperature = (degrees: number) => checkRange(`${p.name}.temperature`, degrees, -40, 85, ' °C');
      const checkPressure = (pascals: number) => checkRange(`${p.name}.pressure`, pascals, 30_000, 110_000, ' Pa');
      checkTemperature(options.temperature ?? 25);
      checkPressure(options.pressure ?? 101_325);
      const initial = Float64Array.of(options.temperature ?? 25, options.pressure ?? 101_325);
      const around = p.storage('around', 16, { contents: new Uint8Array(initial.buffer) });
      const value = (index: number) => new DataView(around.bytes().buffer).getFloat64(8 * index, true);
      const set = (index: number, number: number) =>
        around.write(8 * index, new Uint8Array(Float64Array.of(number).buffer));
      const registers = p.words('registers', 0x100);
      const reset = () => {
        registers.fill(0);
        for (const [i, word] of TRIM.entries()) {
          registers[CALIBRATION + 2 * i] = word & 0xff;
          registers[CALIBRATION + 2 * i + 1] = (word >> 8) & 0xff;
        }
        registers[CHIP_ID] = ID;
        put(DATA, SKIPPED);
        put(DATA + 3, SKIPPED);
      };
      const put = (at: number, reading: number) => {
        registers[at] = reading >> 12;
        registers[at + 1] = (reading >> 4) & 0xff;
        registers[at + 2] = (reading << 4) & 0xf0;
      };
      const measured = p.event('measured', () => {
        const control = registers[CONTROL]!;
        const temperature = readingFor(value(0), (raw) => temperatureOf(raw).degrees);
        const { fine } = temperatureOf(temperature);
        put(DATA, control & 0x1c ? readingFor(value(1), (raw) => pressureOf(raw, fine)) : SKIPPED);
        put(DATA + 3, control & 0xe0 ? temperature : SKIPPED);
        registers[STATUS] = 0;
        if ((control & 3) === 3) standby.after(STANDBY[registers[CONFIG]! >> 5]!);
        else registers[CONTROL] = control & ~3; // forced mode ends in sleep
      });
      const measure = () => {
        registers[STATUS] = 8;
        measured.after(measuringNs(registers[CONTROL]!));
      };
      const standby = p.event('standby', measure);
      p.onPowerOn(reset);
      attachRegisters(p, bus, {
        address: options.address ?? 0x76,
        read: (register) => registers[register]!,
        write(register, byte) {
          if (register === RESET && byte === RESET_WORD) {
            measured.cancel();
            standby.cancel();
            reset();
          } else if (register === CONFIG) registers[CONFIG] = byte;
          else if (register === CONTROL) {
            registers[CONTROL] = byte;
            measured.cancel();
            standby.cancel();
            if ((byte & 3) !== 0) measure();
          }
        },
      });
      return {
        get temperature() {
          return value(0);
        },
        set temperature(degrees: number) {
          checkTemperature(degrees);
          set(0, degrees);
        },
        get pressure() {
          return value(1);
        },
        set pressure(pascals: number) {
          checkPressure(pascals);
          set(1, pascals);
        },
      };
    },
  });
}
