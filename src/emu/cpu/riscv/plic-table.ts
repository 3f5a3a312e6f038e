import type { Handle } from '../../device.js';
import type { RegisterCell, Registers } from '../../register-file.js';
import { r, reg, registers, repeat, rw } from '../../registers.js';
import { i32 } from '../../state.js';

/** What a PLIC is made of; the rest of its layout is the specification's (PLIC 1.0.0, chapter 3). */
export interface PlicOptions {
  /** Interrupt sources, 1 … `sources`; source 0 means "none". At most 1023. */
  readonly sources: number;
  /** The highest priority level; 0 is "never". */
  readonly priorities: number;
  /** Whom it interrupts, in the order of the contexts: each name is an output wire (`hart0.meip`). */
  readonly contexts: readonly string[];
  /** Bytes of address space. Default: up to the last context's registers. */
  readonly size?: number;
}

/** QEMU's `virt` with one hart. */
export const VIRT_PLIC: PlicOptions = { sources: 95, priorities: 7, contexts: ['hart0.meip', 'hart0.seip'] };
/** Sources of QEMU's `virt`, and "none". */
export const PLIC_SOURCES = VIRT_PLIC.sources + 1;

/**
 * Contexts in QEMU's notation: `plicContexts('M,MS,MS')` is M mode of hart 0, then M and S mode of harts 1 and 2, as FU540
 * 10.1 numbers them.
 */
export function plicContexts(harts: string): readonly string[] {
  return harts
    .split(',')
    .flatMap((modes, hart) => [...modes].map((mode) => `hart${hart}.${mode === 'M' ? 'meip' : 'seip'}`));
}

export function tableOf({ sources, contexts }: PlicOptions) {
  const words = Math.ceil((sources + 1) / 32);
  return registers({
    priority: repeat(sources, 4, reg(0x4, { PRIORITY: rw(0, 32) }, 0, 'PLIC 4')),
    pending: repeat(words, 4, reg(0x1000, { PENDING: r(0, 32) }, 0, 'PLIC 5')),
    enable: repeat(contexts.length, 0x80, enableWords(words)),
    context: repeat(contexts.length, 0x1000, {
      threshold: reg(0x20_0000, { THRESHOLD: rw(0, 32) }, 0, 'PLIC 7'),
      claim: reg(0x20_0004, { SOURCE: rw(0, 32) }, 0, 'PLIC 8, 9'),
    }),
  });
}
/** The enable bits of a context: `word0`, `word1` … */
function enableWords(words: number): Readonly<Record<`word${number}`, typeof ENABLE>> {
  return Object.fromEntries(
    Array.from({ length: words }, (_, word) => [`word${word}`, { ...ENABLE, offset: ENABLE.offset + 4 * word }]),
  );
}
const ENABLE = reg(0x2000, { ENABLE: rw(0, 32) }, 0, 'PLIC 6');

export type PlicTable = ReturnType<typeof tableOf>;
export type PlicHandle = Handle<PlicTable>;

export function stateOf({ sources }: PlicOptions) {
  const words = Math.ceil((sources + 1) / 32);
  return {
    /** Requests that the core has accepted and nobody has claimed, a bit a source. */
    pending: i32(words),
    /** Sources whose gateway waits for a completion. */
    busy: i32(words),
    /** Levels of the sources. */
    level: i32(words),
  };
}
/** The enable registers of a context, by word. */
export function enablesOf(regs: Registers<PlicTable>, context: number): readonly RegisterCell[] {
  return Object.values(regs.enable[context]!);
}

export type PlicState = ReturnType<typeof stateOf>;
