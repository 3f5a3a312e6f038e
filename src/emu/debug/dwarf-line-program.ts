/** Runs a line number program: DWARF 5, 6.2.2 (registers) and 6.2.5 (opcodes). */

import { classicFile, type LineHeader } from './dwarf-line-header.js';
import type { LineRows, Sequence } from './dwarf-line-rows.js';
import { DwarfError } from './dwarf-reader.js';

/** Standard opcodes, 6.2.5.2. */
const DW_LNS = {
  copy: 1,
  advancePc: 2,
  advanceLine: 3,
  setFile: 4,
  setColumn: 5,
  negateStatement: 6,
  constAddPc: 8,
  fixedAdvancePc: 9,
} as const;

/** Extended opcodes, 6.2.5.3. */
const DW_LNE = { endSequence: 1, setAddress: 2, defineFile: 3 } as const;

/** The registers, and the sequence under way. */
class LineMachine {
  readonly header: LineHeader;
  readonly rows: LineRows;
  readonly sequences: Sequence[] = [];
  address = 0;
  operation = 0;
  file = 1;
  line = 1;
  column = 0;
  isStatement: boolean;
  #firstRow: number;
  #rises = true;
  problem: string | undefined;

  constructor(header: LineHeader, rows: LineRows) {
    this.header = header;
    this.rows = rows;
    this.isStatement = header.defaultIsStatement;
    this.#firstRow = rows.length;
  }

  run(): void {
    const { program, opcodeBase } = this.header;
    try {
      while (program.more) {
        const opcode = program.u8();
        if (opcode >= opcodeBase) this.#special(opcode);
        else if (opcode === 0) this.#extended();
        else this.#standard(opcode);
      }
    } finally {
      // Rows without an end_sequence have no last address: they name nothing.
      this.rows.length = this.#firstRow;
    }
  }

  #special(opcode: number): void {
    const adjusted = opcode - this.header.opcodeBase;
    this.#advance(Math.floor(adjusted / this.header.lineRange));
    this.line += this.header.lineBase + (adjusted % this.header.lineRange);
    this.#append();
  }

  /** 6.2.5.1: operations are instructions but on VLIW machines. */
  #advance(operations: number): void {
    const { minimumInstructionLength, maximumOperations } = this.header;
    const total = this.operation + operations;
    this.#moveTo(this.address + minimumInstructionLength * Math.floor(total / maximumOperations));
    this.operation = total % maximumOperations;
  }

  #moveTo(address: number): void {
    if (address > Number.MAX_SAFE_INTEGER) throw new DwarfError('an address past 2^53');
    this.address = address;
  }

  #append(): void {
    const { rows } = this;
    if (rows.length > this.#firstRow && this.address < rows.addresses[rows.length - 1]!) this.#rises = false;
    rows.add(this.address, this.file, this.line, this.column, this.isStatement);
  }

  #standard(opcode: number): void {
    const { program, operands, lineRange, opcodeBase } = this.header;
    if (opcode === DW_LNS.copy) this.#append();
    else if (opcode === DW_LNS.advancePc) this.#advance(program.uleb());
    else if (opcode === DW_LNS.advanceLine) this.line += program.sleb();
    else if (opcode === DW_LNS.setFile) this.file = program.uleb();
    else if (opcode === DW_LNS.setColumn) this.column = program.uleb();
    else if (opcode === DW_LNS.negateStatement) this.isStatement = !this.isStatement;
    else if (opcode === DW_LNS.constAddPc) this.#advance(Math.floor((255 - opcodeBase) / lineRange));
    else if (opcode === DW_LNS.fixedAdvancePc) {
      this.#moveTo(this.address + program.u16());
      this.operation = 0;
    } else for (let left = operands[opcode]!; left > 0; left--) program.uleb();
  }

  #extended(): void {
    const { program, files } = this.header;
    const length = program.uleb();
    if (length === 0) return;
    const end = program.at + length;
    const opcode = program.u8();
    if (opcode === DW_LNE.endSequence) this.#endSequence();
    else if (opcode === DW_LNE.setAddress) {
      this.#moveTo(program.unsigned(length - 1));
      this.operation = 0;
    } else if (opcode === DW_LNE.defineFile) files.push(classicFile(program));
    if (program.at > end) throw new DwarfError(`an extended opcode longer than its ${length} bytes at byte ${end}`);
    program.skip(end - program.at);
  }

  #endSequence(): void {
    const { rows } = this;
    const [low, high] = [rows.addresses[this.#firstRow]!, this.address];
    if (rows.length > this.#firstRow && this.#rises && low < high) {
      this.sequences.push({ low, high, header: this.header, firstRow: this.#firstRow, lastRow: rows.length - 1 });
    } else {
      if (rows.length > this.#firstRow && low !== high) this.problem ??= `addresses fall in the sequence at ${low}`;
      rows.length = this.#firstRow;
    }
    this.address = 0;
    this.operation = 0;
    this.file = 1;
    this.line = 1;
    this.column = 0;
    this.isStatement = this.header.defaultIsStatement;
    this.#firstRow = rows.length;
    this.#rises = true;
  }
}

/**
 * Appends the program's rows to `rows` and its sequences to `sequences`.
 * @returns what is wrong with it; the sequences before that stay
 */
export function runLineProgram(header: LineHeader, rows: LineRows, sequences: Sequence[]): string | undefined {
  const machine = new LineMachine(header, rows);
  try {
    machine.run();
  } catch (error) {
    if (!(error instanceof DwarfError)) throw error;
    machine.problem ??= error.message;
  }
  for (const one of machine.sequences) sequences.push(one);
  return machine.problem;
}
