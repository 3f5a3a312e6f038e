import { defineDevice } from '../../device.js';
import { reg, registers, rw, w } from '../../registers.js';
import { f64 } from '../../state.js';

/** RM0090 section 4.4. DR's reset value is also what CR.RESET sets it to. */
const CRC = registers({
  DR: reg(0x00, { DR: rw(0, 32) }, 0xffff_ffff, 'RM0090 4.4.1'),
  IDR: reg(0x04, { IDR: rw(0, 8) }, 0, 'RM0090 4.4.2'),
  CR: reg(0x08, { RESET: w(0) }, 0, 'RM0090 4.4.3'),
});

/** 4.2: X³² + X²⁶ + X²³ + X²² + X¹⁶ + X¹² + X¹¹ + X¹⁰ + X⁸ + X⁷ + X⁵ + X⁴ + X² + X + 1, most significant bit first. */
const POLYNOMIAL = 0x04c1_1db7;
/** 4.3: a word takes four clocks; the next access waits for its end. */
const CLOCKS_A_WORD = 4;

/** The CRC of what came before and one more word. */
function crcOf(before: number, word: number): number {
  let crc = before ^ word;
  for (let bit = 0; bit < 32; bit++) crc = (crc << 1) ^ (crc < 0 ? POLYNOMIAL : 0);
  return crc >>> 0;
}

/** CRC calculation unit: RM0090 chapter 4. */
export function crc() {
  return defineDevice({
    name: 'stm32f4-crc',
    size: 0x400,
    registers: CRC,
    // 4.4.1: DR is for words; the bus shows narrower stores on all lanes.
    narrow: 'widen',
    state: {
      /** Tick at which the word in work is done. */
      done: f64(),
    },
    setup(d) {
      const { DR, CR } = d.regs;
      const { done } = d.state;
      const worked = d.event('word', () => {});
      const waitForWord = (): void => {
        if (d.clock.now() >= done[0]!) return;
        worked.at(done[0]!);
        d.stallWhile(() => worked.armed);
      };
      d.onRead(DR, waitForWord);
      d.onWrite(DR, (_value, old, written) => {
        // The word in work, if any, is in `old` already: only its time is missing.
        waitForWord();
        DR.value = crcOf(old, written);
        done[0] = d.clock.now() + CLOCKS_A_WORD;
      });
      d.onWrite(CR, (value) => {
        CR.value = 0;
        if (value & 1) DR.value = DR.reset;
      });
    },
  });
}
