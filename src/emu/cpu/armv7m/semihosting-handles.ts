import type { CoreArena } from '../../cpu.js';

/** What an open handle stands for. */
export const KIND = { closed: 0, input: 1, output: 2, error: 3, file: 4, features: 5 } as const;

const HANDLES = 32;
const NAME_BYTES = 256;
const FIELDS = 4;

/** The table of open handles, in the machine's state: kind, mode, position and name of each. Handle 0 is never used. */
export class SemihostingHandles {
  readonly #words: Int32Array;
  readonly #positions: Float64Array;
  readonly #names: Uint8Array;

  constructor(arena: CoreArena) {
    this.#words = arena.i32('cpu.semihosting-handles', HANDLES * FIELDS);
    this.#positions = arena.f64('cpu.semihosting-positions', HANDLES);
    this.#names = arena.u8('cpu.semihosting-names', HANDLES * NAME_BYTES);
  }

  reset(): void {
    this.#words.fill(0);
    this.#positions.fill(0);
    this.#names.fill(0);
  }

  /** A new handle, or 0 when there is none left or the name is too long. */
  open(kind: number, mode: number, name: string): number {
    const bytes = Buffer.from(name, 'utf8');
    if (bytes.length > NAME_BYTES) return 0;
    for (let handle = 1; handle < HANDLES; handle++) {
      if (this.kind(handle) !== KIND.closed) continue;
      this.#words.set([kind, mode, bytes.length], handle * FIELDS);
      this.#positions[handle] = 0;
      this.#names.set(bytes, handle * NAME_BYTES);
      return handle;
    }
    return 0;
  }
  close(handle: number): void {
    this.#words[handle * FIELDS] = KIND.closed;
  }
  kind(handle: number): number {
    return handle > 0 && handle < HANDLES ? this.#words[handle * FIELDS]! : KIND.closed;
  }
  mode(handle: number): number {
    return this.#words[handle * FIELDS + 1]!;
  }
  name(handle: number): string {
    const from = handle * NAME_BYTES;
    return Buffer.from(this.#names.subarray(from, from + this.#words[handle * FIELDS + 2]!)).toString('utf8');
  }
  position(handle: number): number {
    return this.#positions[handle]!;
  }
  seek(handle: number, position: number): void {
    this.#positions[handle] = position;
  }
}
