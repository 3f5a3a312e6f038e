import type { Type } from './ir.js';
import type { StateLayout } from './layout.js';
import type { RecordView } from './record.js';
import type { FunctionBody } from './wasm/code.js';

/** Where the printed code stands: its locals and how it leaves. The two engines differ in nothing else. */
export interface PrintContext {
  readonly out: FunctionBody;
  readonly state: StateLayout;
  /** Locals of type i32: address of the record, of the instruction, and the cycles left. */
  readonly record: number;
  readonly pc: number;
  readonly budget: number;
  readonly slots: RecordView;
  /** Bytes of the instruction. */
  readonly length: number;
  /** A local for a temporary; freed when the instruction is printed. */
  temporary(type: Type): number;
  /** Indices of the out-of-line memory functions and of the CPU's helpers. */
  readonly slow: (kind: 'load' | 'store', size: number) => number;
  /** Puts what to add to the addresses of the page tables on the stack, where that is not 0. */
  readonly bank: (() => void) | undefined;
  /** Waits for a line of data in the slow memory, at a known address or at one in a local; only where there is such a memory. */
  readonly waitForData: ((address: DataAddress) => void) | undefined;
  readonly helper: (name: string) => number;
  /** Index of a function of the instruction set. */
  readonly pure: (name: string) => number;
  readonly trapNumber: (kind: string) => number;
  /** Prints the end of a path: fall through to the next instruction, continue at the i32 on the stack, or leave the engine. */
  readonly fallThrough: (depth: number) => void;
  /** With a `target` nothing is on the stack: the branch goes there. */
  readonly branch: (depth: number, target?: number) => void;
  /** A trap: the CPU acts, then goes on at this instruction or the next. */
  readonly leave: (depth: number, resume: 'this' | 'next') => void;
  /** Where executed instructions are counted, if they are. */
  readonly counter?: number | undefined;
  /** Only the hot engine: registers and scalars live in locals, a slow access leaves, known cycles are added up. */
  readonly hot?: HotContext;
}

/** Where data is read: at a known address, under so many blocks, or at one in a local. */
export type DataAddress = { readonly at: number; readonly depth: number } | { readonly local: number };

/** A stretch of guest addresses that lies in one piece in the Wasm memory, and may be read. */
export interface MemoryWindow {
  readonly base: number;
  /** Bytes, a multiple of 8. */
  readonly size: number;
  /** Address of its first byte in the Wasm memory. */
  readonly host: number;
}

/** One check for several accesses at fixed distances from a register. */
export interface SharedCheck {
  readonly kind: 'load' | 'store';
  /** The base register's local, and the distance of the first byte from it. */
  readonly base: number;
  readonly from: number;
  /** Bytes up to the end of the last access. */
  readonly span: number;
  /** log2 of the alignment. */
  readonly shift: number;
  /** Where loads are expected; without it the page table says. */
  readonly window: MemoryWindow | undefined;
  /** Local for the first byte's place, relative to the window or in the Wasm memory. */
  readonly place: number;
  /** Distance of this access from the first byte. */
  readonly offset: number;
  /** Whether the check has been printed already. */
  readonly checked: boolean;
}

/**
 * Of a value of 64 bits: whether it is its low word with the sign extended, and then whether the code made it by extending
 * a word, which is still at hand.
 */
export type WordKnowledge = 'any' | 'word' | 'extended';

/** What differs where whole regions are compiled. */
export interface HotContext {
  /** The local that a register or scalar is in, and the one that a new value goes to. */
  register(index: number): number;
  scalar(name: string): number;
  newRegister(index: number): number;
  newScalar(name: string): number;
  /** What is known of the value in a register of 64 bits; where nothing is, 'any'. */
  wordIn(index: number): WordKnowledge;
  /** A register has a new value. */
  holdsWord(index: number, knowledge: WordKnowledge): void;
  /** A slow access ends the path: the cold engine executes this instruction. */
  readonly miss: (depth: number) => void;
  /** The cold engine executes this instruction, which has changed nothing; `charged`: the code for its cycles stands before this. */
  readonly refuse: (depth: number, charged: boolean) => void;
  /** Whether a scalar is known not to be 0; it is from now on. */
  guarded(name: string, depth: number): boolean;
  /** Instead of `miss`: slow accesses are called from here, rare arms are there. */
  readonly inline: boolean;
  /** Before and after a call into the machine, an access or a helper; they keep the stack as it is. */
  readonly before: () => void;
  readonly after: (helper: boolean) => void;
  /** The word at a literal address, if it is known to stay. */
  constantWord(address: number): number | undefined;
  /** The check that an access (by its position in the program) shares with others, if it does. */
  grouped(id: number): SharedCheck | undefined;
  /** Whether an access goes where another one has been in the same straight stretch: its address is aligned, and has no high word. */
  checkedBefore(id: number): boolean;
  /** Where loads are expected; any other address is a slow access. */
  readonly window: MemoryWindow | undefined;
  /** `branches`: a branch follows at once. */
  readonly charge: (cycles: number, depth: number, branches: boolean) => void;
}
