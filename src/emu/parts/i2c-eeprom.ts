import { type Duration, nanosecondsOf } from '../duration.js';
import { UsageError } from '../errors.js';
import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';

export interface EepromOptions {
  /** Address with A2, A1, A0. Default 0x50. */
  readonly address?: number;
  /** Bytes: a power of two from 128 to 65,536. Up to 2,048 the word address is one byte, its upper bits part of the device address. */
  readonly size?: number;
  /** Bytes of a page, round which a write wraps. */
  readonly page?: number;
  /** How long it is deaf after a write; 5 ms, as data sheets of the 24 series have it. */
  readonly writeTime?: Duration;
  readonly contents?: Uint8Array;
}

export interface Eeprom {
  readonly size: number;
  /** It is writing and answers to no address. */
  readonly busy: boolean;
  bytes(offset?: number, length?: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
}

const ADDRESSING = 0;
const DATA = 1;

/** An EEPROM of the 24Cxx series on an I2C bus: `i2cEeprom('i2c1', { size: 4096, page: 32 })`. It keeps its contents without power. */
export function i2cEeprom(bus: string, options: EepromOptions = {}): PartType<Eeprom> {
  const { address = 0x50, size = 256, page = size <= 256 ? 8 : size <= 2048 ? 16 : 32, writeTime = '5ms' } = options;
  checkNames('i2cEeprom', options, ['address', 'size', 'page', 'writeTime', 'contents']);
  if (size < 128 || size > 65_536 || (size & (size - 1)) !== 0 || (page & (page - 1)) !== 0) {
    const what = `an EEPROM of ${size} bytes with pages of ${page}`;
    throw new UsageError({ what, where: 'i2cEeprom', remedy: 'give powers of two, 128 to 65536 bytes' });
  }
  const long = size > 2048;
  const blocks = long ? 1 : Math.max(1, size / 256);
  const busyNs = nanosecondsOf(writeTime, 'i2cEeprom: writeTime');
  return definePart({
    kind: 'i2c-eeprom',
    setup(p) {
      const storage = p.storage('cells', size, { fill: 0xff, ...(options.contents && { contents: options.contents }) });
      const buffer = p.words('buffer', page);
      /** Address pointer, phase, address bytes still to come, bytes waiting in the buffer, first of them. */
      const words = p.words('state', 5);
      const [POINTER, PHASE, LEFT, PENDING, START] = [0, 1, 2, 3, 4] as const;
      const written = p.event('written', () => {});
      const within = (offset: number) => (words[START]! & -page) + (offset & (page - 1));
      p.host(bus, 'i2c').attach({
        name: p.name,
        addresses: Array.from({ length: blocks }, (_, block) => address + block),
        start(to, read) {
          if (written.armed || (to & ~(blocks - 1)) !== address) return false;
          if (!long) words[POINTER] = ((to & (blocks - 1)) << 8) | (words[POINTER]! & 0xff);
          if (!read) {
            words[PHASE] = ADDRESSING;
            words[LEFT] = long ? 2 : 1;
            words[PENDING] = 0;
          }
          return true;
        },
        write(byte) {
          if (words[PHASE] === ADDRESSING) {
            const high = long ? words[POINTER]! << 8 : words[POINTER]! & ~0xff;
            words[POINTER] = (high | byte) & (size - 1);
            if (--words[LEFT]! === 0) words[PHASE] = DATA;
            words[START] = words[POINTER]!;
            return true;
          }
          buffer[(words[START]! + words[PENDING]!) & (page - 1)] = byte;
          words[PENDING] = words[PENDING]! + 1;
          return true;
        },
        read() {
          const byte = storage.at(words[POINTER]!);
          words[POINTER] = (words[POINTER]! + 1) & (size - 1);
          return byte;
        },
        started() {
          // a repeated START abandons a write that no STOP has completed
          words[PENDING] = 0;
        },
        stop() {
          const count = words[PENDING]!;
          if (count === 0) return;
          for (let i = Math.max(0, count - page); i < count; i++) {
            storage.set(within(words[START]! + i), buffer[(words[START]! + i) & (page - 1)]!);
          }
          words[POINTER] = within(words[START]! + count);
          words[PENDING] = 0;
          written.after(busyNs);
        },
      });
      return {
        size,
        get busy() {
          return written.armed;
        },
        bytes: (offset, length) => storage.bytes(offset, length),
        write: (offset, bytes) => storage.write(offset, bytes),
      };
    },
  });
}
