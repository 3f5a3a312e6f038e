import { describe, expect, test } from 'vitest';
import type { CpuBus } from '../../bus-access.js';
import type { StateAllocator } from './allocator.js';
import type { CpuState } from './cpu-state.js';
import { FaultStatus } from './fault-status.js';
import { FetchFault, GuestMemory, UnalignedFault } from './guest-memory.js';
import { MpuState } from './mpu-state.js';
import type { Priorities } from './priorities.js';
import { Shield } from './shield.js';
import { CCR } from './system-bits.js';

/** A bus of bytes that each hold the low byte of their address, and a list of what was asked of it. */
function scene(state: { ccr?: number; privileged?: boolean } = {}) {
  const accesses: string[] = [];
  const bus: CpuBus = {
    read(address, size, access = 0) {
      accesses.push(`r${size} ${(address >>> 0).toString(16)}${access & 4 ? ' user' : ''}`);
      let value = 0;
      for (let i = 0; i < size; i++) value |= ((address + i) & 0xff) << (8 * i);
      return value >>> 0;
    },
    write(address, size, value) {
      accesses.push(`w${size} ${(address >>> 0).toString(16)}=${(value >>> 0).toString(16)}`);
    },
    fetch16: () => 0xbf00,
    codeAt: () => undefined,
    constantWord: () => undefined,
    codeDecoded: () => {},
    peek: () => undefined,
    guard: () => {},
    withdraw: () => {},
    renew: () => false,
    track: () => {},
    forgetCode: () => {},
    memories: [],
    showBank: () => {},
  };
  const allocator: StateAllocator = { i32: (_, n) => new Int32Array(n), f64: (_, n) => new Float64Array(n) };
  const cpu = {
    ccr: 0,
    privileged: true,
    chargePieces: () => {},
    chargeBridge: () => {},
    ...state,
  } as unknown as CpuState;
  const priorities = { executionPriority: () => 256 } as Priorities;
  const shield = new Shield({ bus, state: cpu, priorities, mpu: new MpuState(allocator), stop: () => {} });
  const memory = new GuestMemory({
    bus,
    memory: new ArrayBuffer(0x90_0000),
    state: cpu,
    priorities,
    status: new FaultStatus(allocator),
    shield,
    control: { tpr: 0 },
  });
  return { memory, accesses };
}

describe('unaligned accesses (A3.2.1, DDI 0439D 3.3.2)', () => {
  test('go out in aligned pieces, lowest address first', () => {
    const { memory, accesses } = scene();
    expect(memory.load(0x2000_0002, 4, 0)).toBe(0x0504_0302);
    expect(memory.load(0x2000_0001, 2, 0)).toBe(0x0201);
    expect(memory.load(0x2000_0003, 4, 0)).toBe(0x0605_0403);
    expect(accesses).toEqual([
      'r2 20000002',
      'r2 20000004',
      'r1 20000001',
      'r1 20000002',
      'r1 20000003',
      'r1 20000004',
      'r1 20000005',
      'r1 20000006',
    ]); // prettier-ignore
    accesses.length = 0;
    memory.store(0x2000_0002, 0x1122_3344, 4, 0);
    memory.store(0x2000_0001, 0x5566, 2, 0);
    expect(accesses).toEqual(['w2 20000002=3344', 'w2 20000004=1122', 'w1 20000001=66', 'w1 20000002=55']);
  });

  test('trap where the instruction, UNALIGN_TRP or the private peripheral bus asks for it', () => {
    expect(() => scene().memory.load(0x2000_0001, 4, 2)).toThrow(UnalignedFault);
    expect(() => scene({ ccr: CCR.UNALIGN_TRP }).memory.store(0x2000_0001, 0, 2, 0)).toThrow(UnalignedFault);
    expect(() => scene().memory.load(0xe000_ed02, 4, 0)).toThrow(UnalignedFault);
  });

  test('fault in Device memory of the default map (A3.2.1, B3.1)', () => {
    const { memory, accesses } = scene();
    for (const address of [0x4000_0001, 0x5fff_ffff, 0xa000_0001, 0xc000_0003, 0xe010_0001]) {
      expect(() => memory.load(address, 4, 0)).toThrow(UnalignedFault);
      expect(() => memory.store(address, 0, 2, 0)).toThrow(UnalignedFault);
    }
    expect(accesses).toEqual([]);
    expect(memory.load(0x6000_0001, 2, 0)).toBe(0x0201);
    expect(memory.load(0x9fff_fff1, 2, 0)).toBe(0xf2f1);
  });
});

test('unprivileged code and LDRT are told from privileged code on the bus (B3.1)', () => {
  const user = scene({ privileged: false });
  user.memory.load(0x2000_0000, 4, 0);
  const ldrt = scene();
  ldrt.memory.load(0x2000_0000, 4, 4);
  ldrt.memory.load(0x2000_0000, 4, 0);
  expect([user.accesses, ldrt.accesses]).toEqual([['r4 20000000 user'], ['r4 20000000 user', 'r4 20000000']]);
});

test('nothing is fetched from execute-never regions (B3.1, table B3-1)', () => {
  const { memory } = scene();
  for (const address of [0, 0x1fff_fffe, 0x2000_0000, 0x6000_0000, 0x9fff_fffe])
    expect(memory.fetch16(address)).toBe(0xbf00);
  for (const address of [0x4000_0000, 0x5fff_fffe, 0xa000_0000, 0xdfff_fffe, 0xe000_0000, 0xffff_fffe]) {
    expect(() => memory.fetch16(address)).toThrow(FetchFault);
  }
});

test('64-bit accesses are two words, the lower address first', () => {
  const { memory, accesses } = scene();
  expect(memory.load64(0x2000_0010, 0)).toBe(0x1716_1514_1312_1110n);
  memory.store64(0x2000_0010, -2n, 0);
  expect(accesses).toEqual(['r4 20000010', 'r4 20000014', 'w4 20000010=fffffffe', 'w4 20000014=ffffffff']);
});
