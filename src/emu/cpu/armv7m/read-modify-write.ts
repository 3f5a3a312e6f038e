/** Code that changes a word in place, `register |= bit`: looked at when a store clears more flags than anybody can have meant. */

/** How far before the store its operand may have been computed, in bytes. */
const REACH = 8;

type Halfword = (address: number) => number | undefined;

/** Whether the store at `pc` writes what an ORR or BFI shortly before it computed. */
export function modifiesInPlace(pc: number, halfword: Halfword): boolean {
  const stored = storedRegister(pc, halfword);
  if (stored === undefined) return false;
  for (let at = pc - 2; at >= pc - REACH; at -= 2) {
    const [first, second] = [halfword(at), halfword(at + 2)];
    if (first === undefined || second === undefined) return false;
    if (modified16(first) === stored) return true;
    if (at <= pc - 4 && modified32(first, second) === stored) return true;
  }
  return false;
}

/** Rt of STR, STRH and STRB with immediate offset, or with a register: ARMv7-M A7.7.161 to A7.7.171. */
function storedRegister(pc: number, halfword: Halfword): number | undefined {
  const first = halfword(pc);
  if (first === undefined) return undefined;
  const immediate = (first & 0xf800) === 0x6000 || (first & 0xf800) === 0x8000 || (first & 0xf800) === 0x7000;
  if (immediate || (first & 0xfe00) === 0x5000 || (first & 0xfe00) === 0x5200) return first & 7;
  if ((first & 0xff10) === 0xf800) return (halfword(pc + 2) ?? 0) >>> 12;
  return undefined;
}

/** Rd of ORR T1 (A7.7.91). */
function modified16(word: number): number | undefined {
  return (word & 0xffc0) === 0x4300 ? word & 7 : undefined;
}

/** Rd of ORR (immediate) T1, ORR (register) T2 and BFI T1 (A7.7.90, A7.7.91, A7.7.14). */
function modified32(first: number, second: number): number | undefined {
  const orr = (first & 0xfbe0) === 0xf040 || (first & 0xffe0) === 0xea40;
  const bfi = (first & 0xfff0) === 0xf360;
  return orr || bfi ? (second >>> 8) & 15 : undefined;
}
