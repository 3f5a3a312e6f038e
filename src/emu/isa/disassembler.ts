import type { Decoded } from './decoder.js';
import type { AssemblyContext, Fields, Isa, Row } from './instruction.js';
import { insert } from './pattern.js';
import { fieldsOf } from './variant.js';

const TOKEN = /\{([^}]+)\}/;

/** Assembly text of a decoded instruction. */
export function disassemble(
  isa: Isa,
  { row, fields }: Pick<Decoded, 'row' | 'fields'>,
  pc: number,
  inItBlock = false,
): string {
  const context: AssemblyContext = { pc, inItBlock, row };
  return row.text.replaceAll(/\{([^}]+)\}/g, (_, token: string) => {
    const [letter, format] = formatOf(isa, token);
    return format.print(fields, letter, context);
  });
}

/** `{d}` uses the format called `d`, `{i:imm}` the format called `imm` on the letter i. */
function formatOf(isa: Isa, token: string) {
  const [letter, kind] = token.split(':') as [string, string | undefined];
  const format = isa.formats[kind ?? letter];
  if (!format) throw new Error(`${isa.name} has no operand format '${kind ?? letter}'`);
  return [letter, format] as const;
}

/** All encodings that a line of assembly can stand for, shortest first, for tests. */
export function assemble(isa: Isa, line: string, pc: number, inItBlock = false): { row: Row; word: number }[] {
  const found: { row: Row; word: number }[] = [];
  for (const row of isa.rows) {
    const fields = parseRow(isa, row, line.trim(), { pc, inItBlock, row });
    if (!fields) continue;
    const word = encode(row, fields);
    if (word !== undefined && (!row.when || row.when(fieldsOf(row, word)))) found.push({ row, word });
  }
  return found.sort((a, b) => a.row.pattern.length - b.row.pattern.length);
}

/** Puts operands into a row's pattern; undefined if one does not fit. */
export function encode(row: Row, fields: Fields): number | undefined {
  let word = row.pattern.match;
  for (const field of row.pattern.fields) {
    const value = fields[field.letter];
    if (value === undefined || value < 0 || value >= 2 ** field.width) return undefined;
    word = insert(field, word, value);
  }
  return word >>> 0;
}

/** Matches a line against a row's text, trying every split of the line between its operands. */
function parseRow(isa: Isa, row: Row, line: string, context: AssemblyContext): Fields | undefined {
  const tight = (text: string) => text.replaceAll(/,\s+/g, ',');
  return parseFrom(isa, tight(row.text), tight(line), context);
}

function parseFrom(isa: Isa, text: string, line: string, context: AssemblyContext): Fields | undefined {
  const token = TOKEN.exec(text);
  if (!token) return text === line ? {} : undefined;
  const before = text.slice(0, token.index);
  if (!line.startsWith(before)) return undefined;
  const rest = line.slice(before.length);
  const after = text.slice(token.index + token[0].length);
  const [letter, format] = formatOf(isa, token[1]!);
  for (let length = rest.length; length >= 0; length--) {
    const fields = format.parse(rest.slice(0, length), letter, context);
    if (!fields) continue;
    const others = parseFrom(isa, after, rest.slice(length), context);
    if (others && agree(fields, others)) return { ...others, ...fields };
  }
  return undefined;
}

const agree = (a: Fields, b: Fields) => Object.entries(a).every(([letter, value]) => (b[letter] ?? value) === value);
