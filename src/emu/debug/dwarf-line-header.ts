/** The header of a line number program: DWARF 5, 6.2.4; versions 2 to 4 in DWARF 4, 6.2.4. */

import { type FormContext, type FormValue, readForm } from './dwarf-form.js';
import { DwarfError, type DwarfReader, type DwarfUnit, type StringPlace, textAt } from './dwarf-reader.js';

/** The string sections that file names may stand in. */
export interface LineStrings {
  readonly str: Uint8Array;
  readonly lineStr: Uint8Array;
}

/** A file that lines belong to. */
export interface LineFile {
  readonly name: StringPlace;
  readonly directory: number;
}

/** What the state machine and the paths need; `program` stands at the first opcode. */
export interface LineHeader {
  /** Where the unit stands in `.debug_line`. */
  readonly offset: number;
  readonly version: number;
  readonly minimumInstructionLength: number;
  readonly maximumOperations: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** Number of LEB128 operands by opcode (index 0 unused). */
  readonly operands: readonly number[];
  readonly directories: readonly StringPlace[];
  readonly files: LineFile[];
  readonly program: DwarfReader;
}

const DW_LNCT_PATH = 1;
const DW_LNCT_DIRECTORY_INDEX = 2;

/** Versions 2 to 4: strings, ended by an empty one. Number 0 is not in the table. */
function classicDirectories(reader: DwarfReader): StringPlace[] {
  const found: StringPlace[] = [];
  while (reader.bytes[reader.at] !== 0) found.push(reader.string());
  reader.u8();
  return found;
}

/** Name, directory, time, length; also the operands of DW_LNE_define_file. */
export function classicFile(reader: DwarfReader): LineFile {
  const name = reader.string();
  const directory = reader.uleb();
  reader.uleb();
  reader.uleb();
  return { name, directory };
}

function classicFiles(reader: DwarfReader): LineFile[] {
  const found: LineFile[] = [];
  while (reader.bytes[reader.at] !== 0) found.push(classicFile(reader));
  reader.u8();
  return found;
}

/** Version 5: entries whose fields are described first (6.2.4.1). */
function describedEntries(reader: DwarfReader, context: FormContext): Map<number, FormValue>[] {
  const formats: [content: number, form: number][] = [];
  for (let left = reader.u8(); left > 0; left--) formats.push([reader.uleb(), reader.uleb()]);
  const count = reader.uleb();
  const found: Map<number, FormValue>[] = [];
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    found.push(new Map(formats.map(([content, form]) => [content, readForm(reader, form, context)])));
    if (reader.at === start) throw new DwarfError(`${count} entries without bytes at byte ${start}`);
  }
  return found;
}

function pathOf(entry: Map<number, FormValue>): StringPlace {
  const path = entry.get(DW_LNCT_PATH);
  if (typeof path !== 'object') throw new DwarfError('a file or directory entry without a name');
  return path;
}

/** @throws DwarfError when the header is cut off or of an unknown version */
export function readLineHeader(unit: DwarfUnit, strings: LineStrings): LineHeader {
  const { reader, offset, offsetSize } = unit;
  const version = reader.u16();
  if (version < 2 || version > 5) throw new DwarfError(`version ${version}; 2 to 5 are known`);
  const addressSize = version >= 5 ? reader.u8() : 0;
  if (version >= 5) reader.u8(); // segment selector size
  const headerLength = reader.unsigned(offsetSize);
  const program = reader.at + headerLength;
  const minimumInstructionLength = reader.u8();
  const maximumOperations = version >= 4 ? Math.max(1, reader.u8()) : 1;
  const defaultIsStatement = reader.u8() !== 0;
  const lineBase = reader.s8();
  const lineRange = reader.u8();
  const opcodeBase = reader.u8();
  if (lineRange === 0) throw new DwarfError('a line range of 0');
  const operands = [0];
  for (let opcode = 1; opcode < opcodeBase; opcode++) operands.push(reader.u8());
  const context: FormContext = { version, offsetSize, addressSize, ...strings };
  const directories = version >= 5 ? describedEntries(reader, context).map(pathOf) : classicDirectories(reader);
  const files = version >= 5 ? describedEntries(reader, context).map(describedFile) : classicFiles(reader);
  if (program < reader.at) throw new DwarfError(`a header length of ${headerLength} ends inside the file names`);
  reader.skip(program - reader.at);
  const machine = { minimumInstructionLength, maximumOperations, defaultIsStatement, lineBase, lineRange, opcodeBase };
  return { offset, version, ...machine, operands, directories, files, program: reader };
}

function describedFile(entry: Map<number, FormValue>): LineFile {
  const directory = entry.get(DW_LNCT_DIRECTORY_INDEX);
  return { name: pathOf(entry), directory: typeof directory === 'number' ? directory : 0 };
}

function isAbsolute(path: string): boolean {
  return /^([/\\]|[A-Za-z]:[/\\])/.test(path);
}

/** Forward slashes, without `.` and `a/..`. */
export function tidyPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    const last = parts.at(-1);
    if (part === '.' || (part === '' && parts.length > 0)) continue;
    if (part === '..' && last === '') continue;
    if (part === '..' && last !== undefined && last !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

function join(directory: string, path: string): string {
  return directory === '' ? path : `${directory}/${path}`;
}

/**
 * The path of file `index` as the line program numbers it: from 1 up to version 4, from 0 in version 5.
 * @param compiledIn gives the unit's compilation directory, where relative directories start; asked only when needed.
 * Version 5 repeats it as directory 0, but an assembler that was not told of mapped paths writes the unmapped one there.
 */
export function filePath(header: LineHeader, index: number, compiledIn: () => string | undefined): string | undefined {
  const modern = header.version >= 5;
  const file = header.files[modern ? index : index - 1];
  if (!file) return undefined;
  const name = textAt(file.name);
  if (isAbsolute(name)) return tidyPath(name);
  const place = header.directories[modern ? file.directory : file.directory - 1];
  const directory = place ? textAt(place) : '';
  if (isAbsolute(directory)) return tidyPath(join(directory, name));
  const first = modern && header.directories[0] ? textAt(header.directories[0]) : '';
  const base = compiledIn() ?? first;
  return tidyPath(join(base, modern && file.directory === 0 ? name : join(directory, name)));
}
