import type { DeviceProblem } from '../../device.js';
import { EXCEPTION, exceptionName } from './exception-numbers.js';

/** What an endless loop at the start of a handler looks like: start-up files put one behind every vector that nobody defined. */
const LOOPS: readonly (readonly number[])[] = [
  [0xe7fe], // b .
  [0xf7ff, 0xbffe], // b.w .
  [0xbf30, 0xe7fd], // wfi; b
  [0xbf00, 0xe7fd], // nop; b
  [0xbe00, 0xe7fd], // bkpt; b
  [0xb480, 0xaf00, 0xe7fe], // the same by a compiler that does not optimise
];

/** An interrupt whose handler never returns was enabled by mistake. Looked at when it is taken: vector tables change before that. */
export class HandlerCheck {
  /** Vectors that were found to be handlers, by exception: a host's note, no state. */
  readonly #fine: Int32Array;
  readonly #halfword: (address: number) => number | undefined;
  readonly #report: (problem: DeviceProblem) => void;

  constructor(
    exceptions: number,
    halfword: (address: number) => number | undefined,
    report: (problem: DeviceProblem) => void,
  ) {
    this.#fine = new Int32Array(exceptions);
    this.#halfword = halfword;
    this.#report = report;
  }

  entered(exception: number, vector: number): void {
    if (this.#fine[exception] === vector) return;
    if (exception >= EXCEPTION.pendSV && this.#isLoop(vector & ~1)) {
      this.#report({
        kind: 'misuse',
        rule: 'interrupt-handler',
        what: `${exceptionName(exception)} was taken, and what its vector points to is an endless loop, not a handler`,
        remedy: 'define its handler under the name that the vector table has, or do not enable it',
        section: 'ARMv7-M B1.5.3',
      });
    } else this.#fine[exception] = vector;
  }

  #isLoop(address: number): boolean {
    return LOOPS.some((code) => code.every((halfword, i) => this.#halfword(address + 2 * i) === halfword));
  }
}
