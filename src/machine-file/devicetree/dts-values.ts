import { DtsExpressions, unescaped } from './dts-expression.js';
import type { Place } from './dts-file.js';
import type { DtsScanner } from './dts-scanner.js';
import { u64 } from './values.js';

/** The values of properties in source text (chapter 6.3). References stay open until all nodes are known. */

/** `&label`, `&{/path}` or `&{label/path}`: in cells the node's phandle, elsewhere its path. */
export interface DtsReference {
  readonly kind: 'phandle' | 'path';
  readonly target: string;
  readonly place: Place;
}

export type DtsValue = readonly (Uint8Array | DtsReference)[];

export const REFERENCE = /&(?:([A-Za-z_]\w*)|\{([\w,.+*#?@/-]*)\})/y;
export const LABEL = /([A-Za-z_]\w*)[ \t\r\n]*:/y;
const BYTE = /[0-9a-fA-F]{2}/y;

/** The target of a reference that is next: a label or a path. */
export function reference(scanner: DtsScanner): string | undefined {
  return scanner.match(REFERENCE)?.replace(/^&\{(.*)\}$/, '$1');
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (one) => one.charCodeAt(0) & 0xff);
}

export class DtsValues {
  readonly #scanner: DtsScanner;
  readonly #expressions: DtsExpressions;
  readonly #label: (name: string, at: Place) => void;
  /** @param label told of labels inside values */
  constructor(scanner: DtsScanner, label: (name: string, at: Place) => void) {
    this.#scanner = scanner;
    this.#expressions = new DtsExpressions(scanner);
    this.#label = label;
  }

  /** Everything between `=` and `;`. */
  value(): DtsValue {
    const parts: (Uint8Array | DtsReference)[] = [];
    do {
      this.#labels();
      this.#part(parts);
      this.#labels();
    } while (this.#scanner.take(','));
    return parts;
  }

  /** An integer that must be there, as `/memreserve/` has them. */
  integer(behind: string): bigint {
    const value = this.#expressions.integer();
    return value ?? this.#scanner.refuse(`expected a number ${behind}, found ${this.#scanner.found()}`);
  }

  #labels(): void {
    for (;;) {
      const at = this.#scanner.place;
      const name = this.#scanner.match(LABEL);
      if (name === undefined) return;
      this.#label(name, at);
    }
  }

  #part(parts: (Uint8Array | DtsReference)[]): void {
    const scanner: DtsScanner = this.#scanner;
    const place = scanner.place;
    const text = scanner.quoted();
    if (text !== undefined) parts.push(bytesOf(`${unescaped(text)}\0`));
    else if (scanner.take('<')) this.#cells(parts, 32);
    else if (scanner.take('[')) parts.push(this.#bytes());
    else if (scanner.take('/bits/')) this.#cells(parts, this.#width());
    else if (scanner.take('/incbin/')) parts.push(this.#file(place));
    else {
      const target = reference(scanner);
      if (target === undefined) scanner.refuse(`expected a value, found ${scanner.found()}`);
      parts.push({ kind: 'path', target, place });
    }
  }

  #width(): number {
    const at = this.#scanner.place;
    const width = Number(this.integer('behind /bits/'));
    if (![8, 16, 32, 64].includes(width)) this.#scanner.refuse(`/bits/ ${width}: it can be 8, 16, 32 or 64`, at);
    this.#scanner.expect('<', 'behind /bits/');
    return width;
  }

  #cells(parts: (Uint8Array | DtsReference)[], width: number): void {
    const scanner: DtsScanner = this.#scanner;
    let pending: bigint[] = [];
    const flush = () => {
      if (pending.length > 0) parts.push(packed(pending, width));
      pending = [];
    };
    while (!scanner.take('>')) {
      this.#labels();
      const place = scanner.place;
      const target = reference(scanner);
      if (target !== undefined) {
        if (width !== 32) scanner.refuse(`&${target} needs cells of 32 bits, these have ${width}`, place);
        flush();
        parts.push({ kind: 'phandle', target, place });
        continue;
      }
      if (scanner.peek() === '>') continue;
      pending.push(this.#cell(width, place));
    }
    flush();
  }

  /** A number of so many bits; a negative one has ones above them. */
  #cell(width: number, place: Place): bigint {
    const scanner: DtsScanner = this.#scanner;
    const value = this.#expressions.integer();
    if (value === undefined) scanner.refuse(`expected a number, a reference or '>', found ${scanner.found()}`);
    const above = value >> BigInt(width);
    if (above !== 0n && above !== (1n << BigInt(64 - width)) - 1n) {
      scanner.refuse(`0x${value.toString(16)} does not fit in ${width} bits`, place);
    }
    return BigInt.asUintN(width, value);
  }

  #bytes(): Uint8Array {
    const scanner: DtsScanner = this.#scanner;
    const bytes: number[] = [];
    while (!scanner.take(']')) {
      this.#labels();
      const byte = scanner.match(BYTE);
      if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
      else if (scanner.peek() !== ']')
        scanner.refuse(`expected two hexadecimal digits or ']', found ${scanner.found()}`);
    }
    return Uint8Array.from(bytes);
  }

  /** `/incbin/("file")` or `/incbin/("file", offset, length)`. */
  #file(at: Place): Uint8Array {
    const scanner: DtsScanner = this.#scanner;
    scanner.expect('(', 'behind /incbin/');
    const name = scanner.quoted();
    if (name === undefined) scanner.refuse(`expected a file in quotes, found ${scanner.found()}`);
    let [offset, length]: [bigint, bigint | undefined] = [0n, undefined];
    if (scanner.take(',')) {
      offset = this.integer('for the offset');
      scanner.expect(',', 'behind the offset');
      length = this.integer('for the length');
    }
    scanner.expect(')', 'behind the file');
    const bytes = scanner.named(unescaped(name), at);
    const end = length === undefined ? BigInt(bytes.length) : offset + length;
    if (offset > end || end > BigInt(bytes.length)) scanner.refuse(`'${name}' has only ${bytes.length} bytes`, at);
    return bytes.subarray(Number(offset), Number(end));
  }
}

function packed(values: readonly bigint[], width: number): Uint8Array {
  const size = width / 8;
  const bytes = new Uint8Array(values.length * size);
  values.forEach((value, index) => {
    bytes.set(u64(value).subarray(8 - size), index * size);
  });
  return bytes;
}
