import { describe, expect, test } from 'vitest';
import { riscv } from '../../src/emu/cpu/riscv/core.js';
import { rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { defineDevice } from '../../src/emu/device.js';
import { Machine } from '../../src/emu/machine.js';
import { program, START } from './guest.js';

const TABLE = START + 0x1_0000;
const DATA = START + 0x2_0000;
const DEVICE = 0x1000_0000;
/** Leaf with V, R, W, X, A and D (Priv 4.4.1). */
const leaf = (physical: number) => ((physical >>> 12) << 10) | 0xcf;
const GIBIBYTE = 0x4000_0000;

/** Stores a word where a register says, as a DMA controller does. */
const storer = defineDevice({
  name: 'storer',
  size: 0x1000,
  write: (_offset, value, _size, d) => void d.bus.write(value >>> 0, 4, 0x55),
});

/**
 * Supervisor mode, with memory at its place and seen again 1 GiB above it: LR, what stands between, SC. s0 leads to the data, s1 to
 * its alias, s2 to the device, s3 to the table. Gives a0: 0 where the SC succeeded.
 */
function outcome(between: string, options: { lr?: string; sc?: string; translated?: boolean } = {}) {
  const { lr = 'lr.d a1,(s0)', sc = 'sc.d a0,a2,(s0)', translated = true } = options;
  const source = `
    la s0,${DATA}
    la s1,${DATA + GIBIBYTE}
    slli s0,s0,32
    srli s0,s0,32
    slli s1,s1,32
    srli s1,s1,32
    li s2,${DEVICE}
    la s3,${TABLE}
    slli s3,s3,32
    srli s3,s3,32
    addi t1,zero,1
    li t0,${(translated ? 1 : 0) * 0x8000}
    slli t0,t0,48
    srli t2,s3,12
    or t0,t0,t2
    csrrw zero,satp,t0
    addi t0,zero,-1
    csrrw zero,pmpaddr0,t0
    addi t0,zero,0x1f
    csrrw zero,pmpcfg0,t0
    li t0,0x800
    csrrs zero,mstatus,t0
    auipc t0,0
    addi t0,t0,16
    csrrw zero,mepc,t0
    mret
    addi a0,zero,2
    sd zero,0(s0)
    ${lr}
    ${between}
    ${sc}
  loop:
    jal zero,loop`;
  const table = new DataView(new ArrayBuffer(4096));
  for (const [gibibyte, physical] of [0, GIBIBYTE, START, START].entries()) {
    table.setUint32(8 * gibibyte, leaf(physical), true);
  }
  const cpu = riscv({
    ...{ name: 'rv64', xlen: 64, isa: 'imafdc', modes: 'msu', pmpEntries: 1, mmu: ['sv39'], misaligned: 'do' },
    ...{ harts: [{ hartId: 0, resetVector: START }], timebase: 10_000_000 },
  });
  const machine = new Machine(
    {
      ...{ name: 'reservations', cpu, hertz: 100_000_000 },
      memories: { ram: { kind: 'ram', address: START, size: 0x10_0000 } },
      devices: { storer: { address: DEVICE, device: storer } },
    },
    {
      image: [
        { physicalAddress: START, data: program(source, rv64gc) },
        { physicalAddress: TABLE, data: new Uint8Array(table.buffer) },
      ],
    },
  );
  machine.runCycles(200);
  expect(machine.cpu.register('mcause')).toBe(0);
  return machine.cpu.register('a0');
}

const [SUCCEEDS, FAILS] = [0, 1];

describe.each([true, false])('Unpriv 8.2, translated: %s', (translated) => {
  const of = (between: string, options = {}) => outcome(between, { translated, ...options });

  test('an SC behind its LR succeeds, also with instructions and a load between them', () => {
    expect(of('')).toBe(SUCCEEDS);
    expect(of('ld a3,8(s0)\naddi a3,a3,1\nsd a3,8(s0)')).toBe(SUCCEEDS);
  });

  test('one elsewhere fails, and so does one behind another SC', () => {
    expect(of('', { sc: 'addi s4,s0,8\nsc.d a0,a2,(s4)' })).toBe(FAILS);
    expect(of('sc.d a3,a2,(s0)')).toBe(FAILS);
  });

  test('a device that stores to the bytes ends the reservation, one that stores elsewhere does not', () => {
    expect(of('sw s0,0(s2)')).toBe(FAILS);
    expect(of('addi a3,s0,4\nsw a3,0(s2)')).toBe(FAILS);
    expect(of('addi a3,s0,8\nsw a3,0(s2)')).toBe(SUCCEEDS);
    expect(of('addi a3,s0,-4\nsw a3,0(s2)')).toBe(SUCCEEDS);
  });
});

test('an SC through another address of the same bytes fails', () => {
  expect(outcome('', { sc: 'sc.d a0,a2,(s1)' })).toBe(FAILS);
});

test('what is reserved through an alias is known by its physical address', () => {
  const alias = { lr: 'lr.d a1,(s1)', sc: 'sc.d a0,a2,(s1)' };
  expect(outcome('', alias)).toBe(SUCCEEDS);
  expect(outcome('sw s0,0(s2)', alias)).toBe(FAILS);
  expect(outcome('sw s1,0(s2)', alias)).toBe(SUCCEEDS);
});

test('an entry that leads there now leads elsewhere: the bytes are others', () => {
  const remapped = 'ld a3,24(s3)\nsd a3,24(s3)';
  expect(outcome(remapped, { lr: 'lr.d a1,(s1)', sc: 'sc.d a0,a2,(s1)' })).toBe(FAILS);
  expect(outcome('ld a3,8(s3)\nsd a3,8(s3)')).toBe(SUCCEEDS);
});

test('other tables: an SC fails', () => {
  expect(outcome('csrrs t0,satp,zero\nslli t1,t1,44\nxor t0,t0,t1\ncsrrw zero,satp,t0')).toBe(FAILS);
  expect(outcome('csrrs t0,satp,zero\ncsrrw zero,satp,t0')).toBe(SUCCEEDS);
});
