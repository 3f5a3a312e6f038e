import { signedSample } from '../i2s-link.js';
import { checkNames } from '../options.js';
import { definePart, type PartType } from '../part.js';
import { attachRegisters } from './register-slave.js';

export interface AudioDacOptions {
  /** Control and data buses, and the reset pin. */
  readonly control: string;
  readonly data: string;
  readonly reset: string;
}

export interface AudioDac {
  /** Powered up by register 0x02 and out of reset: it plays. */
  readonly playing: boolean;
  /** Master volume of the left channel in dB; −102 to 12. */
  readonly volume: number;
  /** All four outputs are off or muted. */
  readonly muted: boolean;
  /** What it played, signed, in the order it came. Samples that come while it does not play are not heard. */
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Samples a second of each channel, from the last two. */
  readonly sampleRate: number | undefined;
}

/** Registers: CS43L22 data sheet, chapter 6. */
const R = {
  ID: 0x01,
  POWER1: 0x02,
  POWER2: 0x04,
  CLOCK: 0x05,
  INTERFACE1: 0x06,
  MASTER_A: 0x20,
  PLAYBACK2: 0x0f,
} as const;
const POWERED_UP = 0x9e;
const LAST = 0x47;
const SAMPLES = 1 << 16;

/** Power-on values (chapter 6, register quick reference), 0 for all others. */
const DEFAULTS: Readonly<Record<number, number>> = {
  1: 0xe3,
  2: 0x01,
  4: 0x05,
  5: 0xa0,
  10: 0x81,
  13: 0x60,
  14: 0x02,
  31: 0x0f,
  39: 0,
  52: 0,
}; // prettier-ignore

/** Cirrus Logic's CS43L22, the audio DAC of the STM32F4 Discovery: I2C control at 0x4A, I2S data. Beeps, tone control and limiter do nothing to the samples. */
export function cs43l22(options: AudioDacOptions): PartType<AudioDac> {
  const needed = ['control', 'data', 'reset'];
  checkNames('cs43l22', options, needed, needed);
  const { control, data, reset } = options;
  return definePart({
    kind: 'cs43l22',
    pins: [reset],
    setup(p) {
      const registers = p.words('registers', LAST + 1);
      const heard = p.log('samples', { width: 3, limit: SAMPLES });
      const pin = p.net(reset);
      const awake = () => pin.level === 'high';
      const initialise = () => {
        for (let i = 0; i <= LAST; i++) registers[i] = DEFAULTS[i] ?? 0;
      };
      pin.listen(() => awake() || initialise());
      p.onPowerOn(initialise);
      const playing = () => awake() && registers[R.POWER1] === POWERED_UP;
      // Bit 7 of the register address: the next one follows (5.1).
      attachRegisters(p, control, {
        address: 0x4a,
        answers: awake,
        next: (register) => (register & 0x80 ? 0x80 | ((register + 1) & 0x7f) : register),
        read: (register) => registers[register & 0x7f] ?? 0,
        write(register, byte) {
          const index = register & 0x7f;
          if (index !== R.ID && index <= LAST) registers[index] = byte;
        },
      });
      p.host(data, 'i2s').attachI2s({
        name: p.name,
        heard(sample, { channel, bits }) {
          if (playing()) heard.append(channel === 'left' ? 0 : 1, signedSample(sample, bits), p.clock.now());
        },
      });
      const of = (channel: 0 | 1) => {
        const all = heard.slice();
        const samples: number[] = [];
        for (let i = 0; i < all.length; i += 3) if (all[i] === channel) samples.push(all[i + 1]!);
        return samples;
      };
      return {
        get playing() {
          return playing();
        },
        get volume() {
          // 6.15: half decibels in two's complement, +12 dB (0x18) at most; below −102 dB (0x34) it stays there.
          const byte = registers[R.MASTER_A]!;
          if (byte <= 0x18) return byte / 2;
          return byte < 0x34 ? -102 : (byte - 0x100) / 2;
        },
        get muted() {
          // 6.3 and 6.10: two bits (3 is off) and a mute of each output.
          const off = (output: number) =>
            ((registers[R.POWER2]! >> (2 * output)) & 3) === 3 || ((registers[R.PLAYBACK2]! >> (4 + output)) & 1) === 1;
          return [0, 1, 2, 3].every(off);
        },
        get left() {
          return of(0);
        },
        get right() {
          return of(1);
        },
        get sampleRate() {
          const last = heard.length - 1;
          const [now, before] = [heard.at(last, 2), heard.at(last - 2, 2)];
          return now === undefined || before === undefined ? undefined : 1e9 / (now - before);
        },
      };
    },
  });
}
