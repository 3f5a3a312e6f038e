import { type DeviceContext, MEMORY_ACCESS } from '../../device.js';
import type { Signal } from '../../signal.js';
import { i32, u8 } from '../../state.js';
import type { OptionBytes } from './flash-options.js';
import type { ErrorFlag, FLASH } from './flash-registers.js';

/** Table 7, by PSIZE. */
const PSIZE_MILLIVOLTS = [1800, 2100, 2700, 2700] as const;

export const FLASH_STATE = {
  step: u8(),
  optionStep: u8(),
  /** 1 where the read protection that the last reset found refuses every access. */
  refused: u8(),
  /** A program operation: 0 main memory or 1 OTP, offset, bytes, two words of data. */
  program: i32(5),
  /** First half of a 64-bit operation: 1, its offset, its word. */
  half: i32(3),
  /** The sector being erased. */
  sector: i32(),
  /** Wait states that were told to be needed, while they are too few. */
  told: u8(),
  /** What OPTCR held when option bytes were to be programmed. */
  optionWord: i32(),
};
export type FlashContext = DeviceContext<typeof FLASH, typeof FLASH_STATE>;

/** What all operations of the interface share: beginning, end, refusal, interrupt. */
export class FlashControl {
  readonly d: FlashContext;
  readonly options: OptionBytes;
  readonly #irq: Signal;
  readonly #access: Signal;
  /** VDD; 0 where nobody says. */
  readonly #millivolts: Signal;

  constructor(d: FlashContext, options: OptionBytes) {
    this.d = d;
    this.options = options;
    this.#irq = d.output('irq');
    this.#access = d.output('access');
    this.#millivolts = d.input('millivolts');
  }

  /** RM0090 3.6.5: EOP and OPERR are set only while their interrupts are enabled. */
  updateInterrupt(): void {
    const { SR, CR } = this.d.regs;
    this.#irq.set((SR.EOP & CR.EOPIE) | (SR.OPERR & CR.ERRIE));
  }

  /** Nothing is programmed or erased. */
  fail(flag: ErrorFlag, what: string, section: string, remedy?: string): void {
    const { SR, CR } = this.d.regs;
    SR[flag] = 1;
    if (CR.ERRIE) SR.OPERR = 1;
    this.updateInterrupt();
    const problem = { what: `${what} (FLASH.SR.${flag})`, section };
    if (remedy === undefined) this.d.report({ kind: 'guest-error', ...problem });
    else this.d.report({ kind: 'misuse', rule: 'flash-programming', ...problem, remedy });
  }

  /** From now on the memories are busy. RM0090 3.6: HCLK must not be slower than 1 MHz. */
  begin(): void {
    this.d.regs.SR.BSY = 1;
    this.#access.set(MEMORY_ACCESS.busy);
    this.#checkParallelism();
    if (this.d.clock.hertz >= 1_000_000) return;
    const what = `flash is erased or programmed with HCLK at ${this.d.clock.hertz} Hz`;
    this.d.report({
      kind: 'misuse',
      rule: 'configuration',
      what,
      remedy: 'let HCLK run at 1 MHz or more',
      section: 'RM0090 3.6',
    });
  }

  /** Table 7: what PSIZE the supply allows. Without VPP x64 cannot be; its pin is taken for granted. */
  #checkParallelism(): void {
    const { PSIZE } = this.d.regs.CR;
    const needed = PSIZE_MILLIVOLTS[PSIZE]!;
    const { level } = this.#millivolts;
    if (level === 0 || level >= needed) return;
    const bits = 8 << PSIZE;
    this.d.report({
      kind: 'misuse',
      rule: 'configuration',
      what: `flash is erased or programmed with x${bits} parallelism at ${level / 1000} V: it needs ${needed / 1000} V`,
      remedy: 'choose FLASH.CR.PSIZE by the supply',
      section: 'RM0090 3.6.2',
    });
  }

  finish(): void {
    const { SR, CR, OPTCR } = this.d.regs;
    SR.BSY = 0;
    CR.STRT = 0;
    OPTCR.OPTSTRT = 0;
    if (CR.EOPIE) SR.EOP = 1;
    this.openMemories();
    this.updateInterrupt();
  }

  /** What lies outside an operation is let through, unless read protection refuses it. */
  openMemories(): void {
    this.#access.set(this.d.state.refused[0] ? MEMORY_ACCESS.refused : MEMORY_ACCESS.open);
  }
}
