import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';
import { chipSelect } from './chip-select.js';

/** Peers that a test plays itself: they note what comes and answer what the test lays ready. */

export interface I2cPeer {
  /** Bytes of each write so far, a list a message. */
  readonly received: readonly (readonly number[])[];
  /** Bytes for the next reads; 0xff when they are used up. */
  reply(...bytes: number[]): void;
  /** Whether it acknowledges its address from now on. */
  present(is: boolean): void;
}

const LOG = { width: 1 } as const;
/** In the log of bytes: a message begins. */
const BEGINS = -1;

/** Something at an address of an I2C bus: `sensor: i2cPeer('i2c1', { address: 0x40 })`. */
export function i2cPeer(bus: string, options: { readonly address: number }): PartType<I2cPeer> {
  checkNames('i2cPeer', options, ['address'], ['address']);
  const { address } = options;
  return definePart({
    kind: 'i2c-peer',
    setup(p) {
      const heard = p.log('heard', LOG);
      const laid = p.log('laid', LOG);
      /** Replies that were given, absent. */
      const words = p.words('state', 2);
      p.host(bus, 'i2c').attach({
        name: p.name,
        addresses: [address],
        start(to, read) {
          if (to !== address || words[1] !== 0) return false;
          if (!read) heard.append(BEGINS);
          return true;
        },
        write(byte) {
          heard.append(byte);
          return true;
        },
        read() {
          return words[0]! < laid.length ? laid.at(words[0]!++)! : 0xff;
        },
      });
      return {
        get received() {
          return messagesOf(heard.slice());
        },
        reply: (...bytes) => {
          for (const byte of bytes) laid.append(byte & 0xff);
        },
        present: (is) => {
          words[1] = is ? 0 : 1;
        },
      };
    },
  });
}

function messagesOf(log: readonly number[]): number[][] {
  const messages: number[][] = [];
  for (const entry of log) {
    if (entry === BEGINS) messages.push([]);
    else messages.at(-1)?.push(entry);
  }
  return messages;
}

export interface SpiPeer {
  /** Words that came on MOSI while it was selected. */
  readonly received: readonly number[];
  /** Words for the next frames; 0 when they are used up. */
  reply(...words: number[]): void;
}

/** Something on an SPI bus: `chip: spiPeer('spi1', { select: 'PA4' })`. */
export function spiPeer(bus: string, options: { readonly select: string }): PartType<SpiPeer> {
  checkNames('spiPeer', options, ['select'], ['select']);
  const { select } = options;
  return definePart({
    kind: 'spi-peer',
    pins: [select],
    setup(p) {
      const heard = p.log('heard', LOG);
      const laid = p.log('laid', LOG);
      const words = p.words('state', 1);
      const chip = chipSelect(p, select);
      p.host(bus, 'spi').attach({
        name: p.name,
        selected: () => chip.active,
        begin: () => (words[0]! < laid.length ? laid.at(words[0]!++)! : 0),
        end: (word) => heard.append(word),
      });
      return {
        get received() {
          return heard.slice();
        },
        reply: (...answers) => {
          for (const word of answers) laid.append(word);
        },
      };
    },
  });
}
