/** Attribute values: DWARF 5, 7.5.6 "Form Encodings". */

import { DwarfError, type DwarfReader, type StringPlace } from './dwarf-reader.js';

/** What the size and place of a value depend on. */
export interface FormContext {
  readonly version: number;
  readonly offsetSize: 4 | 8;
  readonly addressSize: number;
  /** `.debug_str`. */
  readonly str: Uint8Array;
  /** `.debug_line_str`. */
  readonly lineStr: Uint8Array;
}

/** A number, a string, or undefined for a value that is stepped over. */
export type FormValue = number | StringPlace | undefined;

type ReadForm = (reader: DwarfReader, context: FormContext) => FormValue;

/** Values of fixed size that are read as numbers. */
const fixed =
  (size: number): ReadForm =>
  (reader) =>
    reader.unsigned(size);
/** Values of no interest, with their length before them. */
const block =
  (length: (reader: DwarfReader) => number): ReadForm =>
  (reader) =>
    void reader.skip(length(reader));
const offset: ReadForm = (reader, context) => reader.unsigned(context.offsetSize);
const uleb: ReadForm = (reader) => reader.uleb();

function stringIn(section: Uint8Array, at: number): StringPlace {
  if (at >= section.length) throw new DwarfError(`a string at ${at} is outside its section`);
  return { section, offset: at };
}

const FORMS: ReadonlyMap<number, ReadForm> = new Map<number, ReadForm>([
  [0x01, (reader, context) => reader.unsigned(context.addressSize)], // addr
  [0x03, block((reader) => reader.u16())], // block2
  [0x04, block((reader) => reader.u32())], // block4
  [0x05, fixed(2)], // data2
  [0x06, fixed(4)], // data4
  [0x07, fixed(8)], // data8
  [0x08, (reader) => reader.string()], // string
  [0x09, block((reader) => reader.uleb())], // block
  [0x0a, block((reader) => reader.u8())], // block1
  [0x0b, fixed(1)], // data1
  [0x0c, fixed(1)], // flag
  [0x0d, (reader) => reader.sleb()], // sdata
  [0x0e, (reader, context) => stringIn(context.str, reader.unsigned(context.offsetSize))], // strp
  [0x0f, uleb], // udata
  // DWARF 2 gave ref_addr the size of an address (7.5.4 there).
  [0x10, (reader, context) => reader.unsigned(context.version === 2 ? context.addressSize : context.offsetSize)],
  [0x11, fixed(1)], // ref1
  [0x12, fixed(2)], // ref2
  [0x13, fixed(4)], // ref4
  [0x14, fixed(8)], // ref8
  [0x15, uleb], // ref_udata
  [0x17, offset], // sec_offset
  [0x18, block((reader) => reader.uleb())], // exprloc
  [0x19, () => undefined], // flag_present
  [0x1a, (reader) => void reader.uleb()], // strx
  [0x1b, (reader) => void reader.uleb()], // addrx
  [0x1c, fixed(4)], // ref_sup4
  [0x1d, (reader, context) => void reader.skip(context.offsetSize)], // strp_sup
  [0x1e, (reader) => void reader.skip(16)], // data16, an MD5 sum in line tables
  [0x1f, (reader, context) => stringIn(context.lineStr, reader.unsigned(context.offsetSize))], // line_strp
  [0x20, fixed(8)], // ref_sig8
  [0x21, () => undefined], // implicit_const: the value is in the abbreviation
  [0x22, uleb], // loclistx
  [0x23, uleb], // rnglistx
  [0x25, (reader) => void reader.skip(1)], // strx1
  [0x26, (reader) => void reader.skip(2)], // strx2
  [0x27, (reader) => void reader.skip(3)], // strx3
  [0x28, (reader) => void reader.skip(4)], // strx4
  [0x29, fixed(1)], // addrx1
  [0x2a, fixed(2)], // addrx2
  [0x2b, (reader) => void reader.skip(3)], // addrx3
  [0x2c, fixed(4)], // addrx4
]);

/**
 * Reads one value. Strings by index (strx, as in split DWARF) and constants in the abbreviation are stepped over.
 * @throws DwarfError for a form that does not exist
 */
export function readForm(reader: DwarfReader, form: number, context: FormContext): FormValue {
  const read = FORMS.get(form);
  if (!read) throw new DwarfError(`an unknown form 0x${form.toString(16)} at byte ${reader.at}`);
  return read(reader, context);
}
