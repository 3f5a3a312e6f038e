import { checkNames, checkRange } from '../options.js';
import { definePart, type PartType } from '../part.js';
import { attachRegisters } from './register-slave.js';

export interface TemperatureSensor {
  /** Degrees Celsius around it; the test sets it. */
  temperature: number;
}

/** Time of a conversion (LM75B data sheet, 7.4), in ns. */
const CONVERSION = 100_000_000;
/** Degrees it works at: LM75B data sheet, 1. */
const RANGE = [-55, 125] as const;
const HALF_DEGREE = 128;

/** Registers, LM75B data sheet 7.4: two bytes each, but for the configuration. */
const [TEMPERATURE, CONFIGURATION, HYSTERESIS, SHUTDOWN_AT] = [0, 1, 2, 3] as const;

/** A temperature sensor of the LM75 kind on an I2C bus, 1/8 degree; OS pin if `alert` names one. */
export function lm75(
  bus: string,
  options: { readonly address?: number; readonly alert?: string; readonly temperature?: number } = {},
): PartType<TemperatureSensor> {
  checkNames('lm75', options, ['address', 'alert', 'temperature']);
  const { address = 0x48, alert } = options;
  return definePart({
    kind: 'lm75',
    pins: alert === undefined ? [] : [alert],
    drives: alert === undefined ? [] : [alert],
    setup(p) {
      const check = (degrees: number) => checkRange(`${p.name}.temperature`, degrees, ...RANGE, ' °C');
      check(options.temperature ?? 25);
      // Around it: thousandths of a degree. Registers: as on the bus, 16 bits.
      const around = p.storage('around', 4, { contents: bytesOf(options.temperature ?? 25) });
      const registers = p.words('registers', 4);
      /** Byte of the register that comes next, what was written first, OS. */
      const words = p.words('state', 3);
      const os = alert === undefined ? undefined : p.net(alert).driver(p.name);
      const showAlert = (on: number) => {
        words[2] = on;
        const polarity = (registers[CONFIGURATION]! >> 2) & 1;
        os?.set(on === polarity ? 'high' : 'low');
      };
      const convert = p.event('convert', () => {
        if ((registers[CONFIGURATION]! & 1) === 0) {
          const eighths = Math.round(degreesOf(around.bytes()) * 8);
          registers[TEMPERATURE] = (Math.max(-440, Math.min(1016, eighths)) << 5) & 0xffe0;
          const signed = (word: number) => (word << 16) >> 16;
          const temperature = signed(registers[TEMPERATURE]!);
          if (temperature >= signed(registers[SHUTDOWN_AT]!)) showAlert(1);
          else if (temperature < signed(registers[HYSTERESIS]!)) showAlert(0);
        }
        convert.after(CONVERSION);
      });
      p.onPowerOn(() => {
        registers[HYSTERESIS] = 75 * 2 * HALF_DEGREE;
        registers[SHUTDOWN_AT] = 80 * 2 * HALF_DEGREE;
        showAlert(0);
        convert.after(CONVERSION);
      });
      attachRegisters(p, bus, {
        address,
        // Reads give the two bytes of the register again and again.
        next: (register) => register,
        read(register) {
          const index = register & 3;
          if (index === CONFIGURATION) return registers[CONFIGURATION]!;
          const first = words[0] === 0;
          words[0] = first ? 1 : 0;
          return first ? registers[index]! >> 8 : registers[index]! & 0xff;
        },
        write(register, byte) {
          const index = register & 3;
          if (index === CONFIGURATION) {
            registers[CONFIGURATION] = byte & 0x1f;
            showAlert(words[2]!);
          } else if (index !== TEMPERATURE) {
            const first = words[1] === 0;
            words[1] = first ? 1 : 0;
            registers[index] = first
              ? (byte << 8) | (registers[index]! & 0xff)
              : (registers[index]! & 0xff00) | (byte & 0x80);
          }
        },
        selected() {
          words[0] = 0;
          words[1] = 0;
        },
      });
      return {
        get temperature() {
          return degreesOf(around.bytes());
        },
        set temperature(degrees: number) {
          check(degrees);
          around.write(0, bytesOf(degrees));
        },
      };
    },
  });
}

/** Thousandths of a degree, signed, little endian. */
function bytesOf(degrees: number): Uint8Array {
  return new Uint8Array(Int32Array.of(Math.round(degrees * 1000)).buffer);
}
function degreesOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer).getInt32(0, true) / 1000;
}
