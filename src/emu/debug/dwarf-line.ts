/** From addresses to source lines and back, by the image's `.debug_line` (DWARF 2 to 5). */

import { LineFiles } from './dwarf-line-files.js';
import { readLineHeader } from './dwarf-line-header.js';
import { runLineProgram } from './dwarf-line-program.js';
import { LineRows, type Sequence } from './dwarf-line-rows.js';
import { DwarfError, type DwarfUnit, splitUnits } from './dwarf-reader.js';
import { debugSection } from './dwarf-section.js';
import { type ElfImage, hexAddress } from './elf-image.js';

/** Where in the source an instruction comes from. */
export interface SourceLine {
  /** As short as unambiguous: `clock.c`, or `drivers/clock.c` where there are two. */
  readonly file: string;
  /** As the compiler saw it, usually absolute, with forward slashes. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1; 0 where the compiler did not say. */
  readonly column: number;
}

/** Everything read from `.debug_line`. */
interface Loaded {
  readonly rows: LineRows;
  /** By `low`. */
  readonly sequences: readonly Sequence[];
  /** For each sequence the largest `high` up to it, which tells when no earlier one can hold an address. */
  readonly reach: Float64Array;
  readonly files: LineFiles;
  readonly problem: string | undefined;
}

/**
 * What the linker drops (`--gc-sections`) keeps its line programs, moved to address 0 or to a marker: a sequence counts
 * only where a segment is loaded, at 0 only where that is code.
 */
function isLoaded(image: ElfImage, sequence: Sequence): boolean {
  return image.segments.some(
    ({ virtualAddress, memorySize, flags }) =>
      sequence.low >= virtualAddress &&
      sequence.low < virtualAddress + memorySize &&
      (sequence.low !== 0 || flags.includes('x')),
  );
}

function readPrograms(image: ElfImage, rows: LineRows, sequences: Sequence[]): { files: LineFiles; problem?: string } {
  const strings = { str: debugSection(image, '.debug_str'), lineStr: debugSection(image, '.debug_line_str') };
  const bytes = debugSection(image, '.debug_line');
  const files = new LineFiles(image);
  if (bytes.length === 0) return { files, problem: 'the image has no line information: compile with -g' };
  const split = splitUnits(bytes);
  let problem: string | undefined;
  const report = (unit: DwarfUnit, what: string | undefined) => {
    if (what) problem ??= `.debug_line, program at ${hexAddress(unit.offset)}: ${what}`;
  };
  for (const unit of split.units) {
    try {
      const header = readLineHeader(unit, strings);
      files.add(header);
      report(unit, runLineProgram(header, rows, sequences));
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
      report(unit, error.message);
    }
  }
  return { files, problem: problem ?? (split.problem && `.debug_line: ${split.problem}`) };
}

function load(image: ElfImage): Loaded {
  const rows = new LineRows();
  const all: Sequence[] = [];
  let read: { files: LineFiles; problem?: string };
  try {
    read = readPrograms(image, rows, all);
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
    read = { files: new LineFiles(image), problem: error.message };
  }
  const sequences = all.filter((one) => isLoaded(image, one)).sort((a, b) => a.low - b.low);
  const reach = new Float64Array(sequences.length);
  let highest = 0;
  for (const [i, { high }] of sequences.entries()) {
    highest = Math.max(highest, high);
    reach[i] = highest;
  }
  return { rows, sequences, reach, files: read.files, problem: read.problem };
}

/**
 * The line table of an image, read at the first question. Damaged debug information never throws: what cannot be read
 * has no lines, and `problem` says why.
 */
export class LineTable {
  readonly #image: ElfImage;
  #loaded: Loaded | undefined;

  constructor(image: ElfImage) {
    this.#image = image;
  }

  #load(): Loaded {
    this.#loaded ??= load(this.#image);
    return this.#loaded;
  }

  /** What could not be read, in a sentence; undefined when all could. Reads the table. */
  get problem(): string | undefined {
    return this.#load().problem;
  }

  /** The line of the instruction that holds `address`; undefined outside compiled code and for code of no line. */
  at(address: number): SourceLine | undefined {
    const { rows, files } = this.#load();
    const sequence = this.#sequenceAt(address);
    if (!sequence) return undefined;
    const row = rows.find(sequence, address);
    const line = rows.lines[row]!;
    const path = files.path(sequence.header, rows.files[row]!);
    // Line 0 is code the compiler attributes to no line (DWARF 5, 6.2.2).
    if (line === 0 || path === undefined) return undefined;
    return { file: files.shortName(path), path, line, column: rows.columns[row]! };
  }

  /** Of several sequences the innermost: what was dropped to address 0 may overlap what really starts behind it. */
  #sequenceAt(address: number): Sequence | undefined {
    const { sequences, reach } = this.#load();
    let low = 0;
    let high = sequences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sequences[middle]!.low <= address) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && reach[i]! > address; i--) {
      if (address < sequences[i]!.high) return sequences[i];
    }
    return undefined;
  }

  /**
   * The lowest address of `line` where a statement begins, else the lowest at all. `file` is a path or the end of one
   * (`clock.c`, `src/clock.c`).
   * @returns undefined when no instruction belongs to exactly that line
   */
  addressOf(file: string, line: number): number | undefined {
    const { rows, sequences, files } = this.#load();
    const wanted = files.numbers(file);
    let statement: number | undefined;
    let other: number | undefined;
    for (const { header, firstRow, lastRow } of sequences) {
      const numbers = wanted.get(header);
      if (!numbers) continue;
      for (let row = firstRow; row <= lastRow; row++) {
        if (rows.lines[row] !== line || !numbers.has(rows.files[row]!)) continue;
        const address = rows.addresses[row]!;
        if (rows.statements[row] === 1) statement = Math.min(statement ?? address, address);
        else other = Math.min(other ?? address, address);
      }
    }
    return statement ?? other;
  }
}
