import { checkRange } from '../options.js';
import { definePart, type PartType } from '../part.js';

export interface Microphone {
  /** Sound pressure as a share of full scale, −1 to 1, held until it is set anew. */
  level: number;
  /** A tone instead: Hz and amplitude (share of full scale). */
  tone(hertz: number, amplitude: number): void;
}

const STEADY = 0;
const TONE = 1;

/**
 * ST's MP45DT02, the digital microphone of the STM32F4 Discovery on I2S2: a stream of single bits (PDM) whose density follows the sound, by
 * a sigma-delta modulator of second order.
 */
export function mp45dt02(data: string): PartType<Microphone> {
  return definePart({
    kind: 'mp45dt02',
    setup(p) {
      /** Kind, level or amplitude, Hz. */
      const sound = p.storage('sound', 24, { contents: new Uint8Array(24) });
      const number = (index: number) => new DataView(sound.bytes().buffer).getFloat64(8 * index, true);
      const set = (...numbers: number[]) => sound.write(0, new Uint8Array(Float64Array.of(...numbers).buffer));
      /** The two integrators, in 2⁻²⁰ of full scale. */
      const integrators = p.words('integrators', 2);
      const pressure = (ns: number): number =>
        number(0) === TONE ? number(1) * Math.sin(2 * Math.PI * number(2) * (ns / 1e9)) : number(1);
      p.host(data, 'i2s').attachI2s({
        name: p.name,
        sample({ bits, bitNs }) {
          let word = 0;
          const start = p.clock.now();
          for (let i = 0; i < bits; i++) {
            const x = Math.round(Math.max(-1, Math.min(1, pressure(start + i * bitNs))) * ONE * 0.9);
            const bit = integrators[1]! >= 0 ? 1 : 0;
            const back = bit ? ONE : -ONE;
            integrators[0] = clamp(integrators[0]! + x - back);
            integrators[1] = clamp(integrators[1]! + integrators[0]! - 2 * back);
            word = ((word << 1) | bit) >>> 0;
          }
          return word;
        },
      });
      return {
        get level() {
          return number(1);
        },
        set level(share: number) {
          checkRange(`${p.name}.level`, share, -1, 1);
          set(STEADY, share, 0);
        },
        tone: (hertz, amplitude) => set(TONE, amplitude, hertz),
      };
    },
  });
}

const ONE = 1 << 20;
const clamp = (value: number): number => Math.max(-8 * ONE, Math.min(8 * ONE, value)) | 0;
