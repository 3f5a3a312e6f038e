import type { Fields, Isa, Row } from '../../src/emu/isa/instruction.js';
import type { Program } from '../../src/emu/isa/ir.js';
import { emit, staticsOf } from '../../src/emu/isa/variant.js';

/** The registers that an instruction writes, read off its operations. */
export function writtenRegisters(isa: Isa, row: Row, fields: Fields, pc: number): number[] {
  const program = emit(isa, { row, statics: staticsOf(row, fields), inItBlock: false }, { fields, pc });
  return program.flatMap((node) => (node.op === 'setReg' ? indices(program, node.args[0]) : []));
}

/** A constant, or every set bit of one where the operations run over a list. */
function indices(program: Program, id: number): number[] {
  const node = program[id]!;
  if (node.op === 'const') return [Number(node.value)];
  const list = node.op === 'bits' ? program[node.args[0]]! : undefined;
  if (list?.op !== 'const') throw new Error(`a register index is made by '${node.op}'`);
  return Array.from({ length: 32 }, (_, bit) => bit).filter((bit) => (Number(list.value) >>> bit) & 1);
}
