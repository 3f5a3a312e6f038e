import { Board } from '../../src/boards/define.js';
import { riscvVirt } from '../../src/boards/riscv-virt.js';
import { rv32 } from '../../src/emu/cpu/riscv/core.js';
import { rv32imac } from '../../src/emu/cpu/riscv/isa.js';
import { assemble } from '../../src/emu/isa/disassembler.js';
import type { Isa } from '../../src/emu/isa/instruction.js';

/** Where guest programs of these tests start. */
export const START = 0x8000_0000;

/**
 * Assembles lines for address `START`; `name:` is a label, `.word n` data, `li` and `la` (always two instructions) are known,
 * and a label may stand wherever an address can.
 */
export function program(source: string, isa: Isa = rv32imac): Uint8Array {
  const lines = source
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  const labels = new Map<string, number>();
  let bytes: number[] = [];
  for (const pass of ['sizes', 'bytes']) {
    bytes = [];
    for (const line of lines) {
      const label = /^(\w+):$/.exec(line)?.[1];
      if (label !== undefined) labels.set(label, START + bytes.length);
      else bytes.push(...encoded(isa, line, START + bytes.length, pass === 'sizes' ? undefined : labels));
    }
  }
  return Uint8Array.from(bytes);
}

function encoded(isa: Isa, line: string, pc: number, labels: ReadonlyMap<string, number> | undefined): number[] {
  const data = /^\.word (.*)$/.exec(line);
  if (data) return littleEndian(Number(data[1]) | 0, 4);
  const constant = /^l[ia] (\w+), ?(\S+)$/.exec(line);
  if (constant) {
    const value = Number.isNaN(Number(constant[2])) ? (labels?.get(constant[2]!) ?? 0) : Number(constant[2]);
    const low = (value << 20) >> 20;
    const register = constant[1]!;
    const upper = `0x${((value - low) >>> 12).toString(16)}`;
    return [`lui ${register},${upper}`, `addi ${register},${register},${low}`].flatMap((one) =>
      encoded(isa, one, pc, labels),
    );
  }
  const text = line.replace(/\b[a-z]\w*$/, (name) => {
    const isTarget = /^(c\.)?(b\w+|jal?) /.test(line);
    return isTarget ? `0x${(labels ? labels.get(name)! : pc).toString(16)}` : name;
  });
  const [found] = assemble(isa, text, pc);
  if (!found) throw new Error(`cannot assemble '${line}' (${text})`);
  return littleEndian(found.word, found.row.pattern.length / 8);
}

const littleEndian = (word: number, length: number) => Array.from({ length }, (_, i) => (word >>> (8 * i)) & 0xff);

/** `riscv-virt` with a hart that has machine mode alone. */
const machineModeOnly = new Board(
  'riscv-virt',
  { ...riscvVirt.chip, cpu: rv32({ resetVector: 0x1000, timebase: 10_000_000, clint: 0x200_0000, plic: 0xc00_0000 }) },
  riscvVirt.parts,
);

/** A board with a program at the start of RAM; M mode only unless another one is given. */
export function guest(
  source: string,
  board: Board<(typeof riscvVirt.chip)['devices'], Record<never, never>> = machineModeOnly,
) {
  const machine = board.createMachine({ image: [{ physicalAddress: START, data: program(source) }] });
  return {
    machine,
    board: board.handlesOf(machine),
    run: (cycles: number) => machine.runCycles(cycles),
    /** Values of registers and CSRs by name. */
    read: (...names: string[]) => names.map((name) => machine.cpu.register(name)),
    /** As the guest would read it, side effects included. */
    word: (address: number) => machine.bus.read(address, 4),
  };
}
