/** Code that changes a word in place, `register |= bit`: looked at when a store clears more flags than anybody can have meant. */

/** How far before the store its operand may have been computed, in bytes. */
const REACH = 8;
/** How far before that the word may have been loaded, and its address: with what -O0 puts between them. */
const LOAD_REACH = 20;

type Halfword = (address: number) => number | undefined;

/** One load or store: its data register, its base, and all else of the encoding, which says the offset and the width. */
interface Access {
  readonly data: number;
  readonly base: number;
  readonly offset: string;
}

interface Operation {
  readonly at: number;
  readonly sources: readonly number[];
}

/** Whether the store at `pc` writes what an ORR or BFI shortly before it made of a word loaded from the same address. */
export function modifiesInPlace(pc: number, halfword: Halfword): boolean {
  const store = access(pc, 'store', halfword);
  if (!store) return false;
  const operation = backwards(pc, REACH, (at) => operationAt(at, pc, store.data, halfword));
  if (!operation) return false;
  const { at: end, sources } = operation;
  return sources.some((source) => {
    const loadOf = (at: number) => {
      const loaded = access(at, 'load', halfword);
      return loaded?.data === source ? { at, loaded } : undefined;
    };
    const last = backwards(end, LOAD_REACH, loadOf);
    const sameOffset = last?.loaded.offset === store.offset;
    return sameOffset && sameBase([last.loaded.base, last.at], [store.base, pc], halfword);
  });
}

function backwards<T>(end: number, reach: number, look: (at: number) => T | undefined): T | undefined {
  for (let at = end - 2; at >= end - reach; at -= 2) {
    const found = look(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same register, or two that were loaded with the same literal. */
function sameBase([left, leftAt]: [number, number], [right, rightAt]: [number, number], halfword: Halfword): boolean {
  if (left === right) return true;
  const literal = (register: number, end: number) =>
    backwards(end, LOAD_REACH, (at) => literalLoad(at, register, halfword));
  const address = literal(left, leftAt);
  return address !== undefined && address === literal(right, rightAt);
}

/** Where LDR (literal) T1 takes its word from: ARMv7-M A7.7.44. */
function literalLoad(at: number, register: number, halfword: Halfword): number | undefined {
  const word = halfword(at);
  if (word === undefined || word >>> 11 !== 0b01001 || ((word >>> 8) & 7) !== register) return undefined;
  return ((at + 4) & ~3) + (word & 0xff) * 4;
}

/** LDR, LDRH, LDRB and STR, STRH, STRB with immediate offset, or with a register: ARMv7-M A5.2.4, A5.3.7, A5.3.10. */
function access(at: number, kind: 'load' | 'store', halfword: Halfword): Access | undefined {
  const word = halfword(at);
  if (word === undefined) return undefined;
  const isLoad = kind === 'load';
  const immediate = [0x6000, 0x7000, 0x8000].includes(word & 0xf000) && ((word & 0x0800) !== 0) === isLoad;
  const byRegister = (isLoad ? [0x5800, 0x5a00, 0x5c00] : [0x5000, 0x5200, 0x5400]).includes(word & 0xfe00);
  if (immediate || byRegister)
    return {
      data: word & 7,
      base: (word >>> 3) & 7,
      offset: `${(byRegister ? 0x5000 : word & 0xf000) | (word & 0x7c0)}`,
    };
  if ((word & 0xff10) !== (isLoad ? 0xf810 : 0xf800)) return undefined;
  const second = halfword(at + 2) ?? 0;
  return { data: second >>> 12, base: word & 15, offset: `${word & 0xffe0} ${second & 0xfff}` };
}

/** ORR (register) T1 and T2, ORR (immediate) T1 and BFI T1 (A7.7.91, A7.7.90, A7.7.14), when they end before the store. */
function operationAt(at: number, store: number, data: number, halfword: Halfword): Operation | undefined {
  const word = halfword(at) ?? 0;
  if ((word & 0xffc0) === 0x4300 && (word & 7) === data) return { at, sources: [data, (word >>> 3) & 7] };
  const second = halfword(at + 2) ?? 0;
  if (at > store - 4 || ((second >>> 8) & 15) !== data) return undefined;
  if ((word & 0xfff0) === 0xf360) return { at, sources: [data] };
  if ((word & 0xfbe0) === 0xf040) return { at, sources: [word & 15] };
  if ((word & 0xffe0) === 0xea40) return { at, sources: [word & 15, second & 15] };
  return undefined;
}
