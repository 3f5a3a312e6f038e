import { describe, expect, test } from 'vitest';
import { defineBoard } from '../../src/boards/index.js';
import { riscvVirt } from '../../src/boards/riscv-virt.js';
import { rv32imac, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { encode, randomFields } from '../differential/riscv-encode.js';
import { place } from '../differential/riscv-frame.js';
import { Random } from '../differential/riscv-random.js';
import { START } from './guest.js';

const IMAGES = process.env['FWTEST_LONG'] ? 200 : 20;
const CYCLES = 20_000;
/** Where wild programs find devices and the ends of memories. */
const PLACES = [
  0x10_0000, 0x200_0000, 0x200_bff8, 0x400_0000, 0x400_1000, 0xc00_0000, 0xc20_0000, 0x1000_0000, 0x1000_1000,
  0x8000_0000, 0x87ff_fffe,
];

/** Instructions of all rows with random operands, words without meaning among them. */
function wildImage(random: Random): Uint8Array {
  const view = new DataView(new ArrayBuffer(0x2000));
  for (let at = 0; at < 0x1ff8; ) {
    const row = random.pick(rv32imac.rows);
    if (random.chance(5)) view.setUint32(at, random.word(), true);
    at = place(view, at, [encode(row, randomFields(row, random))]);
  }
  return new Uint8Array(view.buffer);
}

describe('wild programs', () => {
  test('neither hang nor crash the host, and time always goes on', () => {
    for (let seed = 1; seed <= IMAGES; seed++) {
      const random = new Random(seed);
      const machine = riscvVirt.createMachine({ image: [{ physicalAddress: START, data: wildImage(random) }] });
      const vector = START + 4 * random.below(0x400);
      machine.runCycles(5);
      for (let i = 1; i < 32; i++)
        machine.cpu.setRegister(`x${i}`, random.chance(50) ? random.pick(PLACES) : random.value());
      machine.cpu.setRegister('mtvec', vector + random.below(2));
      machine.cpu.setRegister('mie', random.word());
      machine.runCycles(CYCLES);
      if (!machine.cpu.locked) expect(machine.cycles, `seed ${seed}`).toBeGreaterThanOrEqual(CYCLES);
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
