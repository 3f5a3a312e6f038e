import { mask } from '../../emu/bits.js';
import type { Behaviour, SvdPeripheral, SvdRegister } from './model.js';

/** What a peripheral's registers come to, word by word: which bits take a write, which a read shows, and what either does besides. */

type Masks =
  | 'readable'
  | 'writable'
  | 'oneToClear'
  | 'oneToSet'
  | 'oneToToggle'
  | 'zeroToClear'
  | 'zeroToSet'
  | 'zeroToToggle'
  | 'clear'
  | 'set'
  | 'readClear'
  | 'readSet';

const READS = new Set(['read-only', 'read-write', 'read-writeOnce']);
const WRITES = new Set(['write-only', 'read-write', 'writeOnce', 'read-writeOnce']);

/** A register's bits in one word: from bit `low` up, `shift` bits of the register are below. */
interface Part {
  readonly register: SvdRegister;
  readonly word: number;
  readonly low: number;
  readonly shift: number;
  readonly width: number;
}

function* partsOf(register: SvdRegister): Generator<Part> {
  for (let done = 0; done < register.size; ) {
    const bit = register.offset * 8 + done;
    const low = bit % 32;
    const width = Math.min(32 - low, register.size - done);
    yield { register, word: Math.floor(bit / 32) * 4, low, shift: done, width };
    done += width;
  }
}

/** Bits of a field that are in the part, as the word has them. */
function fieldMask({ low, shift, width }: Part, field: { readonly low: number; readonly width: number }): number {
  const first = Math.max(field.low - shift, 0);
  const behind = Math.min(field.low + field.width - shift, width);
  return behind > first ? mask(low + first, behind - first) : 0;
}

export class StubLayout {
  readonly peripheral: SvdPeripheral;
  /** Index of a word by its offset. */
  readonly #indices = new Map<number, number>();
  readonly #parts = new Map<number, Part[]>();
  readonly resets: Int32Array;
  readonly masks: Readonly<Record<Masks, Int32Array>>;

  constructor(peripheral: SvdPeripheral) {
    this.peripheral = peripheral;
    for (const register of peripheral.registers) {
      for (const part of partsOf(register)) {
        const there = this.#parts.get(part.word);
        if (there) there.push(part);
        else this.#parts.set(part.word, [part]);
      }
    }
    for (const word of [...this.#parts.keys()].sort((a, b) => a - b)) this.#indices.set(word, this.#indices.size);
    const words = () => new Int32Array(this.#indices.size);
    this.resets = words();
    this.masks = {
      readable: words(),
      writable: words(),
      oneToClear: words(),
      oneToSet: words(),
      oneToToggle: words(),
      zeroToClear: words(),
      zeroToSet: words(),
      zeroToToggle: words(),
      clear: words(),
      set: words(),
      readClear: words(),
      readSet: words(),
    };
    for (const [word, parts] of this.#parts) this.#word(this.#indices.get(word)!, parts);
  }

  get words(): number {
    return this.resets.length;
  }

  /** Index of the word at an offset that is a multiple of 4; undefined where no register has a byte of it. */
  index(word: number): number | undefined {
    return this.#indices.get(word);
  }

  /** Several registers may share a word (`alternateRegister`): the first says what its bits do besides being stored. */
  #word(index: number, parts: readonly Part[]): void {
    let [taken, shown] = [0, 0];
    for (const part of parts) {
      const own = mask(part.low, part.width);
      const reset = Number((part.register.reset >> BigInt(part.shift)) & 0xffff_ffffn) << part.low;
      if (READS.has(part.register.access)) {
        this.resets[index]! |= reset & own & ~shown;
        shown |= own;
      }
      let rest = own;
      for (const field of part.register.fields) {
        const bits = fieldMask(part, field);
        this.#bits(index, bits, bits & ~taken, field);
        rest &= ~bits;
      }
      this.#bits(index, rest, rest & ~taken, part.register);
      taken |= own;
    }
  }

  #bits(index: number, bits: number, free: number, { access, write, read }: Behaviour): void {
    const { masks } = this;
    if (READS.has(access)) masks.readable[index]! |= bits;
    if (READS.has(access) && read !== 'none') masks[read === 'clear' ? 'readClear' : 'readSet'][index]! |= free;
    if (!WRITES.has(access)) return;
    if (write !== 'modify') masks[write][index]! |= free;
    // What only takes writes does not change what another register of the place shows.
    else if (READS.has(access)) masks.writable[index]! |= bits;
  }

  /** The register that an access means: of its place and size, else one that it touches. */
  registerAt(offset: number, size: number): SvdRegister | undefined {
    const here = this.#parts.get(offset & ~3) ?? [];
    const exact = here.find(({ register }) => register.offset === offset && register.size === size * 8);
    const touched = here.find(
      ({ register }) => register.offset < offset + size && offset < register.offset + register.size / 8,
    );
    return (exact ?? touched)?.register;
  }
}

/** `{UE TE MODE=output}`: the fields of a value that are not 0, by name. */
export function fieldsText(register: SvdRegister, value: number): string {
  const shown: string[] = [];
  for (const { name, low, width, values } of register.fields) {
    if (low >= 32) continue;
    const bits = Math.min(width, 32 - low);
    const own = (value >>> low) & mask(0, bits);
    const named = values.get(own >>> 0);
    if (own !== 0) shown.push(width === 1 ? name : `${name}=${named ?? own >>> 0}`);
  }
  return shown.length === 0 ? '' : ` {${shown.join(' ')}}`;
}
