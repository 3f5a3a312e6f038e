/** The directories that compilation units were compiled in: DWARF 5, 7.5.1 and 3.1.1. Line tables before 5 need them. */

import { type FormContext, readForm } from './dwarf-form.js';
import { DwarfError, DwarfReader, type DwarfUnit, splitUnits, textAt } from './dwarf-reader.js';

/** The sections that unit entries refer to. */
export interface UnitSections {
  readonly info: Uint8Array;
  readonly abbrev: Uint8Array;
  readonly str: Uint8Array;
  readonly lineStr: Uint8Array;
}

const DW_AT_STMT_LIST = 0x10;
const DW_AT_COMP_DIR = 0x1b;
const DW_FORM_IMPLICIT_CONST = 0x21;
const DW_UT_SKELETON = 4;
const DW_UT_SPLIT_COMPILE = 5;
const DW_UT_TYPE = 2;
const DW_UT_SPLIT_TYPE = 6;

/** An attribute's name and form. */
type Pair = readonly [name: number, form: number];

/**
 * Finds abbreviations (7.5.3). Only a unit's first entry is of interest, so tables are searched, not kept; searching is
 * limited to a multiple of the section's size, which only overlapping tables of damaged files reach.
 */
class Abbreviations {
  readonly #section: Uint8Array;
  readonly #found = new Map<string, readonly Pair[]>();
  #left: number;

  constructor(section: Uint8Array) {
    this.#section = section;
    this.#left = 8 * section.length;
  }

  find(offset: number, code: number): readonly Pair[] {
    const key = `${offset}:${code}`;
    const known = this.#found.get(key);
    if (known) return known;
    const reader = new DwarfReader(this.#section, offset, Math.min(this.#section.length, offset + this.#left));
    try {
      const pairs = this.#search(reader, code);
      this.#found.set(key, pairs);
      return pairs;
    } finally {
      this.#left -= reader.at - offset;
    }
  }

  #search(reader: DwarfReader, code: number): readonly Pair[] {
    for (let found = reader.uleb(); found !== 0; found = reader.uleb()) {
      reader.uleb(); // tag
      reader.u8(); // has children
      const pairs = this.#pairs(reader);
      if (found === code) return pairs;
    }
    throw new DwarfError(`abbreviation ${code} is missing`);
  }

  #pairs(reader: DwarfReader): Pair[] {
    const pairs: Pair[] = [];
    for (;;) {
      const name = reader.uleb();
      const form = reader.uleb();
      if (form === DW_FORM_IMPLICIT_CONST) reader.sleb();
      if (name === 0 && form === 0) return pairs;
      pairs.push([name, form]);
    }
  }
}

/** The unit's abbreviation table and how its values are encoded; the reader then stands at the first entry. */
function readHeader({ reader, offsetSize }: DwarfUnit, sections: UnitSections) {
  const version = reader.u16();
  if (version < 2 || version > 5) throw new DwarfError(`.debug_info has version ${version}`);
  const type = version >= 5 ? reader.u8() : 0;
  let addressSize = version >= 5 ? reader.u8() : 0;
  const abbreviations = reader.unsigned(offsetSize);
  if (version < 5) addressSize = reader.u8();
  if (type === DW_UT_SKELETON || type === DW_UT_SPLIT_COMPILE) reader.skip(8);
  if (type === DW_UT_TYPE || type === DW_UT_SPLIT_TYPE) reader.skip(8 + offsetSize);
  const context: FormContext = { version, offsetSize, addressSize, str: sections.str, lineStr: sections.lineStr };
  return { abbreviations, context };
}

function readUnit(unit: DwarfUnit, sections: UnitSections, tables: Abbreviations, into: Map<number, string>): void {
  const { abbreviations, context } = readHeader(unit, sections);
  const code = unit.reader.uleb();
  if (code === 0) return;
  let lines: number | undefined;
  let directory: string | undefined;
  for (const [name, form] of tables.find(abbreviations, code)) {
    const value = readForm(unit.reader, form, context);
    if (name === DW_AT_STMT_LIST && typeof value === 'number') lines = value;
    if (name === DW_AT_COMP_DIR && typeof value === 'object') directory = textAt(value);
  }
  if (lines !== undefined && directory !== undefined && !into.has(lines)) into.set(lines, directory);
}

/**
 * The compilation directory by offset of the line program in `.debug_line`. A unit that cannot be read is left out: its
 * paths stay relative.
 */
export function compilationDirectories(sections: UnitSections): Map<number, string> {
  const found = new Map<number, string>();
  const tables = new Abbreviations(sections.abbrev);
  for (const unit of splitUnits(sections.info).units) {
    try {
      readUnit(unit, sections, tables, found);
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
    }
  }
  return found;
}
