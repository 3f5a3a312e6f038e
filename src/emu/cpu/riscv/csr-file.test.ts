import { describe, expect, test } from 'vitest';
import { HartHarness, ILLEGAL } from './hart-harness.js';
import { PRIVILEGE } from './privilege.js';
import type { Modes } from './riscv-options.js';

const WIDTHS = [32, 64] as const;
const ONES = -1;
const sd = { 32: 1n << 31n, 64: 1n << 63n };
const { machine, supervisor, user } = PRIVILEGE;
/** UXL and SXL: 2 (Priv 3.1.6.2). */
const UXL = 2n << 32n;
const SXL = 2n << 34n;

describe.each(WIDTHS)('RV%i', (xlen) => {
  const wide = xlen === 64;
  const of = (modes: Modes, rest = {}) => new HartHarness({ xlen, modes, mmu: [], ...rest });

  test('misa names the width, the extensions and the modes, and keeps them (Priv 3.1.1)', () => {
    const letters = (text: string) => [...text].reduce((sum, one) => sum | (1n << BigInt(one.charCodeAt(0) - 65)), 0n);
    const mxl = wide ? 2n << 62n : 1n << 30n;
    expect(of('msu').kept('misa', 0)).toBe(mxl | letters('IMAFDCSU'));
    expect(of('mu', { isa: 'imac' }).kept('misa', ONES)).toBe(mxl | letters('IMACU'));
    expect(of('m', { isa: 'imac' }).kept('misa', ONES)).toBe(mxl | letters('IMAC'));
  });

  test('mstatus keeps the fields of the modes there are (Priv 3.1.6)', () => {
    const lengths = { msu: wide ? UXL | SXL : 0n, mu: wide ? UXL : 0n, m: 0n };
    const all = { msu: 0x7e_79aan, mu: 0x22_7888n, m: 0x7888n } as const;
    for (const modes of ['msu', 'mu', 'm'] as const) {
      expect(of(modes).kept('mstatus', ONES)).toBe(all[modes] | sd[xlen] | lengths[modes]);
      expect(of(modes, { isa: 'imac' }).kept('mstatus', ONES)).toBe((all[modes] & ~0x6000n) | lengths[modes]);
    }
  });

  test('mstatus.MPP takes modes that are there, and no others', () => {
    const mpp = (modes: Modes, value: number) => {
      const harness = of(modes);
      harness.write('mstatus', 3 << 11);
      return (Number(BigInt.asIntN(32, harness.kept('mstatus', value << 11) as bigint)) >> 11) & 3;
    };
    expect([0, 1, 2, 3].map((value) => mpp('msu', value))).toEqual([0, 1, 3, 3]);
    expect([0, 1, 2, 3].map((value) => mpp('mu', value))).toEqual([0, 3, 3, 3]);
    expect([0, 1, 2, 3].map((value) => mpp('m', value))).toEqual([3, 3, 3, 3]);
  });

  test('sstatus is a view of mstatus (Priv 4.1.1)', () => {
    const harness = of('msu');
    harness.write('mstatus', 0x1888);
    expect(harness.kept('sstatus', ONES)).toBe(0xc_6122n | sd[xlen] | (wide ? UXL : 0n));
    expect((harness.read('mstatus') as bigint) & 0xffff_ffffn & ~(1n << 31n)).toBe(0xc_79aan);
  });

  test('FS is Off until set, Dirty once a register or flag is written, and SD says so (Priv 3.1.6.6)', () => {
    const harness = of('msu');
    expect(harness.read('fcsr')).toBe(ILLEGAL);
    harness.write('mstatus', 1 << 13);
    const fs = () => (harness.read('mstatus') as bigint) & (0x6000n | sd[xlen]);
    expect(fs()).toBe(0x2000n);
    expect(harness.write('fcsr', 0xff)).toBe(0n);
    expect(fs()).toBe(0x6000n | sd[xlen]);
    expect([harness.read('fflags'), harness.read('frm'), harness.read('fcsr')]).toEqual([0x1fn, 7n, 0xffn]);
    harness.write('mstatus', 2 << 13);
    expect(fs()).toBe(0x4000n);
    expect(of('m', { isa: 'imac' }).read('fflags')).toBe(ILLEGAL);
  });

  test('bits 9 and 8 of the number say who may use a CSR, bits 11 and 10 whether it can be written (Priv 2.1)', () => {
    const harness = of('msu');
    harness.write('mcounteren', ONES);
    harness.write('scounteren', ONES);
    const readable = (csr: string) =>
      [user, supervisor, machine].map((privilege) => {
        harness.privilege = privilege;
        return harness.read(csr) !== ILLEGAL;
      });
    expect(readable('cycle')).toEqual([true, true, true]);
    expect(readable('sscratch')).toEqual([false, true, true]);
    expect(readable('mscratch')).toEqual([false, false, true]);
    expect([harness.write('mhartid', 0), harness.set('cycle', 0), harness.read(0x800)]).toEqual(Array(3).fill(ILLEGAL));
  });

  test('CSRs of modes and widths that are not there are none', () => {
    const none = (harness: HartHarness, names: string[]) => names.filter((name) => harness.read(name) !== ILLEGAL);
    expect(none(of('m'), ['mcounteren', 'medeleg', 'mideleg', 'menvcfg', 'sstatus', 'satp', 'stimecmp'])).toEqual([]);
    expect(none(of('mu'), ['medeleg', 'mideleg', 'sstatus', 'satp', 'senvcfg', 'stimecmp'])).toEqual([]);
    expect(none(of('msu', { isa: 'imac' }), ['stimecmp', 'fcsr'])).toEqual([]);
    const upper = ['mstatush', 'mcycleh', 'timeh', 'menvcfgh', 'stimecmph', 'mhpmcounter3h', 'pmpcfg1', 'pmpcfg3'];
    expect(none(of('msu'), upper)).toEqual(wide ? [] : upper);
  });

  test('mcounteren and scounteren open counters (Priv 3.1.11, 4.1.5)', () => {
    const harness = of('msu');
    const open = (m: number, s: number, csr: string) => {
      harness.privilege = machine;
      harness.write('mcounteren', m);
      harness.write('scounteren', s);
      return [user, supervisor, machine].map((privilege) => {
        harness.privilege = privilege;
        return harness.read(csr) !== ILLEGAL;
      });
    };
    expect(open(0, 7, 'time')).toEqual([false, false, true]);
    expect(open(2, 0, 'time')).toEqual([false, true, true]);
    expect(open(2, 2, 'time')).toEqual([true, true, true]);
    expect(open(2, 2, 'instret')).toEqual([false, false, true]);
    expect(open(8, 8, 'hpmcounter3')).toEqual([true, true, true]);
    const small = of('mu');
    small.write('mcounteren', 1);
    small.privilege = user;
    expect([small.read('cycle'), small.read('time')]).toEqual([expect.any(BigInt), ILLEGAL]);
  });

  test('medeleg and mideleg keep what can be delegated (Priv 3.1.8)', () => {
    expect(of('msu').kept('medeleg', ONES)).toBe(0xb3ffn);
    expect(of('msu').kept('mideleg', ONES)).toBe(0x222n);
  });

  test('mie and mip keep the interrupts there are; what wires make is not written (Priv 3.1.9)', () => {
    expect([of('msu').kept('mie', ONES), of('mu').kept('mie', ONES)]).toEqual([0xaaan, 0x888n]);
    expect([of('msu').kept('mip', ONES), of('mu').kept('mip', ONES)]).toEqual([0x222n, 0n]);
  });

  test('a set or clear of mip does not take the wire for what software wrote in SEIP (Priv 3.1.9)', () => {
    const harness = of('msu');
    harness.signals.get('cpu.seip').set(1);
    expect(harness.set('mip', 2)).toBe(0x200n);
    harness.signals.get('cpu.seip').set(0);
    expect(harness.read('mip')).toBe(2n);
    harness.set('mip', 0x200);
    expect(harness.read('mip')).toBe(0x202n);
  });

  test('sie and sip show what is delegated; of sip only SSIP can be written (Priv 4.1.3)', () => {
    const harness = of('msu');
    harness.write('mie', ONES);
    expect([harness.read('sie'), harness.read('sip')]).toEqual([0n, 0n]);
    harness.write('mideleg', 0x22);
    harness.write('mip', 0x222);
    expect([harness.read('sie'), harness.read('sip')]).toEqual([0x22n, 0x22n]);
    harness.write('sip', 0);
    harness.write('sie', 0x200);
    expect([harness.read('mip'), harness.read('mie')]).toEqual([0x220n, 0xa88n]);
  });

  test('mtvec and stvec: modes 2 and 3 are reserved, mepc and sepc have no bit 0', () => {
    const harness = of('msu');
    for (const [tvec, epc] of [
      ['mtvec', 'mepc'],
      ['stvec', 'sepc'],
    ] as const) {
      expect(harness.kept(tvec, 0x101)).toBe(0x101n);
      expect(harness.kept(tvec, 0x202)).toBe(0x101n);
      expect(harness.kept(epc, 0x103)).toBe(0x102n);
    }
    if (wide) expect(harness.kept('mepc', 0x1234_5678_9abc_def1n)).toBe(0x1234_5678_9abc_def0n);
  });

  test('satp: a MODE that is not there changes nothing; TVM leaves it to machine mode (Priv 4.1.11, 3.1.6.5)', () => {
    const harness = of('msu', { mmu: [wide ? 'sv39' : 'sv32'] });
    const mode = (value: bigint) => value << (wide ? 60n : 31n);
    const paged = mode(wide ? 8n : 1n) | 0x12345n;
    expect(harness.kept('satp', paged)).toBe(paged);
    if (wide) expect(harness.kept('satp', mode(9n) | 1n)).toBe(paged);
    expect(of('msu').kept('satp', paged)).toBe(0n);
    harness.privilege = supervisor;
    expect(harness.read('satp')).toBe(paged);
    harness.privilege = machine;
    harness.write('mstatus', 1 << 20);
    harness.privilege = supervisor;
    expect([harness.read('satp'), harness.write('satp', 0)]).toEqual([ILLEGAL, ILLEGAL]);
    harness.privilege = machine;
    expect(harness.read('satp')).toBe(paged);
  });

  test('menvcfg has STCE where there is Sstc, and FIOM with supervisor mode (Priv 3.1.18, Sstc 3)', () => {
    const envcfg = (harness: HartHarness) => {
      const low = harness.kept('menvcfg', ONES) as bigint;
      return wide ? low : low | ((harness.kept('menvcfgh', ONES) as bigint) << 32n);
    };
    expect(envcfg(of('msu'))).toBe((1n << 63n) | 1n);
    expect(envcfg(of('msu', { isa: 'imac' }))).toBe(1n);
    expect(envcfg(of('mu'))).toBe(0n);
    expect(of('msu').kept('senvcfg', ONES)).toBe(1n);
  });

  test('there is no trigger, and event counters are zero (Debug 0.13 5.2, Priv 3.1.10)', () => {
    const harness = of('msu');
    for (const csr of ['tselect', 'tdata1', 'tdata2', 'mhpmcounter31', 'mhpmevent3']) {
      expect(harness.kept(csr, ONES), csr).toBe(0n);
    }
    expect(harness.read('tinfo')).toBe(1n);
  });

  test('after a reset machine mode runs at the reset vector, interrupts off (Priv 3.4)', () => {
    const harness = of('msu');
    for (const csr of ['mstatus', 'mie', 'satp', 'mtvec', 'pmpcfg0', 'medeleg']) harness.write(csr, 0x8888);
    harness.hart.setRegister('a0', 5);
    harness.privilege = user;
    harness.cluster.reset('software');
    expect(harness.privilege).toBe(machine);
    expect(harness.register('pc')).toBe(0x8000_0000n);
    expect(harness.read('mstatus')).toBe(wide ? UXL | SXL : 0n);
    expect(['mcause', 'satp', 'pmpcfg0'].map((csr) => harness.read(csr))).toEqual([0n, 0n, 0n]);
  });
});
