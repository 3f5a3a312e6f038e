/** The line table as rows: growing typed arrays, since large images have hundreds of thousands. */

import type { LineHeader } from './dwarf-line-header.js';
import { DwarfError } from './dwarf-reader.js';

/** Consecutive rows whose addresses rise, from `low` up to but without `high`. */
export interface Sequence {
  readonly low: number;
  readonly high: number;
  /** The program that made them: it knows what their file numbers mean. */
  readonly header: LineHeader;
  readonly firstRow: number;
  readonly lastRow: number;
}

/** More rows than any firmware has; a damaged file must not take all memory. */
const MAX_ROWS = 1 << 24;

/** Columns of the table in DWARF 5, 6.2.2; `files` are the program's own numbers. */
export class LineRows {
  addresses = new Float64Array(1024);
  lines = new Uint32Array(1024);
  files = new Uint32Array(1024);
  columns = new Uint16Array(1024);
  statements = new Uint8Array(1024);
  length = 0;

  add(address: number, file: number, line: number, column: number, isStatement: boolean): void {
    const row = this.length;
    if (row === this.addresses.length) this.#grow();
    this.addresses[row] = address;
    this.files[row] = file;
    this.lines[row] = line;
    this.columns[row] = column;
    this.statements[row] = isStatement ? 1 : 0;
    this.length = row + 1;
  }

  /** The last row at or before `address` in the sequence: of several at one address, the last holds. */
  find(sequence: Sequence, address: number): number {
    let low = sequence.firstRow;
    let high = sequence.lastRow;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.addresses[middle]! <= address) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #grow(): void {
    const size = this.addresses.length * 2;
    if (size > MAX_ROWS) throw new DwarfError(`more than ${MAX_ROWS} rows`);
    const addresses = new Float64Array(size);
    addresses.set(this.addresses);
    this.addresses = addresses;
    const words = (old: Uint32Array<ArrayBuffer>) => {
      const larger = new Uint32Array(size);
      larger.set(old);
      return larger;
    };
    this.lines = words(this.lines);
    this.files = words(this.files);
    const columns = new Uint16Array(size);
    columns.set(this.columns);
    this.columns = columns;
    const statements = new Uint8Array(size);
    statements.set(this.statements);
    this.statements = statements;
  }
}
