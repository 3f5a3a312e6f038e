import { expect, test } from 'vitest';
import { rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { Breakpoints } from '../../src/runner/breakpoints.js';
import { program } from './guest.js';
import { machineOf, RAM } from './harts.js';

const TABLE = RAM + 0x1000;
/** Where the same memory is seen again. */
const HIGH = 0xffff_ffff_8000_0000n;

/** Supervisor mode goes to and fro between two addresses of one loop, which differ in their high words alone. */
const SOURCE = `
    lui s3,0x80001
    slli s3,s3,32
    srli s3,s3,44
    addi t0,zero,1
    slli t0,t0,63
    or t0,t0,s3
    csrrw zero,satp,t0
    addi t0,zero,-1
    csrrw zero,pmpaddr0,t0
    addi t0,zero,0x1f
    csrrw zero,pmpcfg0,t0
    lui t0,0x1
    addi t0,t0,-2048
    csrrs zero,mstatus,t0
    addi s1,zero,-1
    slli s1,s1,32
    auipc t0,0
    addi t0,t0,16
    csrrw zero,mepc,t0
    mret
  loop:
    addi a0,a0,1
    auipc t0,0
    xor t0,t0,s1
    jalr zero,-4(t0)
`;
const LOOP = RAM + 4 * 20;

test.each<EngineMode>(['cold', 'hot', 'auto'])('breakpoints are at 64 bits of an address, engine %s', (engine) => {
  const table = new DataView(new ArrayBuffer(4096));
  for (const slot of [2, 510]) table.setUint32(8 * slot, ((RAM >>> 12) << 10) | 0xcf, true);
  const image = [
    { physicalAddress: RAM, data: program(SOURCE, rv64gc) },
    { physicalAddress: TABLE, data: new Uint8Array(table.buffer) },
  ];
  const machine = machineOf(image, { xlen: 64 }, { engine });
  const breakpoints = new Breakpoints(machine);
  const run = () => {
    if (breakpoints.standsAtOne) machine.step();
    const end = machine.runCycles(2000);
    if (end === 'breakpoint') breakpoints.noteHit();
    return [end, machine.cpu.register64!('pc'), machine.cpu.register('a0')];
  };
  const high = HIGH + BigInt(LOOP - RAM);
  const ends = [breakpoints.add(high)];
  expect(run()).toEqual(['breakpoint', high, 1]);
  expect(run()).toEqual(['breakpoint', high, 3]);
  ends.push(breakpoints.add(LOOP));
  expect(run()).toEqual(['breakpoint', BigInt(LOOP), 4]);
  expect(run()).toEqual(['breakpoint', high, 5]);
  ends[0]!();
  expect(run()).toEqual(['breakpoint', BigInt(LOOP), 6]);
  expect(run()).toEqual(['breakpoint', BigInt(LOOP), 8]);
  ends[1]!();
  const [end] = run();
  expect(end).toBe('limit');
});

test('a breakpoint that is elsewhere changes nothing', () => {
  const image = [{ physicalAddress: RAM, data: program('loop:\naddi a0,a0,1\njal zero,loop', rv64gc) }];
  const [one, other] = [machineOf(image, { xlen: 64 }), machineOf(image, { xlen: 64 })];
  new Breakpoints(one).add(HIGH);
  for (const cycles of [1, 7, 100, 1001]) {
    expect(one.runCycles(cycles)).toBe(other.runCycles(cycles));
    expect(one.hash()).toBe(other.hash());
  }
});
