import { describe, expect, test } from 'vitest';
import type { Board, DeviceRows, PartRows } from '../../src/boards/define.js';
import { defineBoard } from '../../src/boards/index.js';
import { riscvVirt, riscvVirt64 } from '../../src/boards/riscv-virt.js';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import type { Row } from '../../src/emu/isa/instruction.js';
import { encode, randomFields } from '../differential/riscv-encode.js';
import { place } from '../differential/riscv-frame.js';
import { Random } from '../differential/riscv-random.js';
import { START } from './guest.js';

const IMAGES = process.env['FWTEST_LONG'] ? 200 : 4;
const CYCLES = 20_000;
const CUTS = 20;
/** Where wild programs find devices and the ends of memories. */
const PLACES = [
  0x10_0000, 0x200_0000, 0x200_bff8, 0x400_0000, 0x400_1000, 0xc00_0000, 0xc20_0000, 0x1000_0000, 0x1000_1000,
  0x8000_0000, 0x87ff_fffe,
];

/** Instructions of all rows with random operands, words without meaning among them. */
function wildImage(rows: readonly Row[], random: Random): Uint8Array {
  const view = new DataView(new ArrayBuffer(0x2000));
  for (let at = 0; at < 0x1ff8; ) {
    const row = random.pick(rows);
    if (random.chance(5)) view.setUint32(at, random.word(), true);
    at = place(view, at, [encode(row, randomFields(row, random))]);
  }
  return new Uint8Array(view.buffer);
}

const CSRS = [
  'mie',
  'mstatus',
  'medeleg',
  'mideleg',
  'satp',
  'mcounteren',
  'scounteren',
  'fcsr',
  'pmpcfg0',
  'pmpaddr0',
];

/** A machine before a wild program, with registers that lead to devices and the ends of memories. */
function wildMachine(board: Board<DeviceRows, PartRows>, rows: readonly Row[], seed: number, engine: EngineMode) {
  const random = new Random(seed);
  const data = wildImage(rows, random);
  const machine = board.createMachine({ image: [{ physicalAddress: START, data }], engine });
  machine.runCycles(5);
  const { cpu } = machine;
  for (let i = 1; i < 32; i++) cpu.setRegister(`x${i}`, random.chance(50) ? random.pick(PLACES) : random.value());
  for (const name of CSRS) if (random.chance(60)) cpu.setRegister(name, random.word());
  for (const name of ['mtvec', 'stvec']) cpu.setRegister(name, START + 4 * random.below(0x400) + random.below(2));
  return machine;
}

describe.each([
  ['RV32GC', riscvVirt, rv32gc.rows],
  ['RV64GC', riscvVirt64, rv64gc.rows],
] as const)('wild programs of %s', (_, board, rows) => {
  test('neither hang nor crash the host, time always goes on, and how they are run makes no difference', () => {
    for (let seed = 1; seed <= IMAGES; seed++) {
      const [whole, cut] = [wildMachine(board, rows, seed, 'cold'), wildMachine(board, rows, seed, 'hot')];
      whole.runCycles(CYCLES);
      const random = new Random(seed);
      const goal = cut.cycles + CYCLES;
      for (let to = cut.cycles; to < goal; ) {
        to = Math.min(goal, to + 1 + random.below(2 * (CYCLES / CUTS)));
        cut.run({ cycles: to });
      }
      const end = ({ cycles, cpu }: typeof whole) => ({ cycles, pc: cpu.register64!('pc'), locked: cpu.locked });
      if (!whole.cpu.locked) expect(whole.cycles, `seed ${seed}`).toBeGreaterThanOrEqual(CYCLES);
      expect(end(cut), `seed ${seed}`).toEqual(end(whole));
      expect(cut.hash(), `seed ${seed}`).toBe(whole.hash());
    }
  });
});

describe('an instruction whose extension is off', () => {
  const guarded = [...rv64gc.rows].filter((row) => row.guard !== undefined);
  // mstatus.FS is off at reset, and the hart has no Zb.
  const board = defineBoard({
    name: 'without-extensions',
    cpus: { cpu0: { type: 'rv64', isa: 'imafdc', clock: '50MHz', resetVector: START } },
    memory: { ram: { at: START, size: '64K' } },
  });

  test('raises illegal instruction in a cycle, and does not retire', () => {
    const random = new Random(1);
    const view = new DataView(new ArrayBuffer(4 * guarded.length));
    for (const [i, row] of guarded.entries()) place(view, 4 * i, [encode(row, randomFields(row, random))]);
    const machine = board.createMachine({ image: [{ physicalAddress: START, data: new Uint8Array(view.buffer) }] });
    const { cpu } = machine;
    for (const [i, row] of guarded.entries()) {
      const at = START + 4 * i;
      const [cycles, retired] = [machine.cycles, cpu.register('minstret')];
      for (const name of ['pc', 'mtvec']) cpu.setRegister(name, at);
      for (let times = 1; times <= 3; times++) {
        machine.step();
        const state = { cycles: machine.cycles - cycles, mcause: cpu.register('mcause'), pc: cpu.pc };
        expect(state, row.text).toEqual({ cycles: times, mcause: 2, pc: at });
      }
      expect(cpu.register('minstret') - retired, row.text).toBe(0);
    }
  });
});
