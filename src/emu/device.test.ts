import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineDevice } from './device.js';
import { DeviceHarness } from './device-harness.js';
import { UsageError } from './errors.js';
import type { RegisterCell } from './register-file.js';
import { notModelled, r, rc_r, rc_w0, rc_w1, reg, registers, repeat, rs, rw, t, w } from './registers.js';
import { i32 } from './state.js';

const LAYOUT = registers({
  CR: reg(0x00, { EN: rw(0), MODE: rw(4, 2), LIN: notModelled(rw(8), 'LIN') }, 0x10, 'RM 1.2'),
  SR: reg(0x04, { A: rc_w1(0), B: rc_w0(1), C: rc_r(2), D: rs(3), E: t(4), F: r(5) }, 0x27),
  KEY: reg(0x08, { KEY: w(0, 32) }),
  IPR: repeat(2, 4, reg(0x10, { PRI: rw(0, 8) })),
  S: repeat(2, 8, { CR: reg(0x20, { EN: rw(0) }), NDTR: reg(0x24, { NDT: rw(0, 16) }) }),
});

const probe = defineDevice({
  name: 'probe',
  size: 0x40,
  registers: LAYOUT,
  state: { writes: i32() },
  setup(d) {
    const tick = d.event('tick', () => d.state.writes[0]!++);
    const irq = d.output('irq');
    d.onWrite(d.regs.CR, () => {
      irq.set(d.regs.CR.EN);
      if (d.regs.CR.EN === 1) tick.after(10);
    });
    d.onRead(d.regs.KEY, () => 0xffff_fff0);
    return {
      get ticks() {
        return d.state.writes[0]!;
      },
    };
  },
});

describe('a device by registers', () => {
  it('follows the access words', () => {
    const h = new DeviceHarness(probe);
    h.write(0x00, 0xffff_ffff);
    expect(h.read(0x00)).toBe(0x131);
    h.write(0x04, 0b11_1001); // clear A by 1, B by 0 (written 0), set D, toggle E, F is read-only
    expect(h.read(0x04)).toBe(0b11_1100);
    expect(h.read(0x04)).toBe(0b11_1000); // C was cleared by the read
    expect(h.handle.SR.reads).toBe(2);
    expect(h.read(0x08)).toBe(0xffff_fff0);
  });

  it('merges narrow accesses byte by byte', () => {
    const h = new DeviceHarness(probe);
    h.write(0x24, 0x1234);
    h.write(0x25, 0xab, 1);
    expect(h.read(0x24)).toBe(0xab34);
    expect(h.read(0x25, 1)).toBe(0xab);
    h.write(0x05, 0, 1); // rc_w0 bits of the other byte stay
    expect(h.read(0x04, 1)).toBe(0x27);
  });

  it('reports reserved and unmodelled bits once a register, by name', () => {
    const h = new DeviceHarness(probe, { name: 'usart2' });
    h.write(0x00, 0x8000_0110);
    h.write(0x00, 0x8000_0110);
    expect(h.problems.map((p) => p.what)).toEqual([
      'USART2.CR.LIN was written: LIN is not modelled',
      'USART2.CR was written with reserved bits changed (bit 31)',
    ]);
  });

  it('stands still without its clock and while held in reset', () => {
    const h = new DeviceHarness(probe);
    h.write(0x00, 0x11);
    h.run(4);
    h.instance.setEnabled(false);
    expect(h.read(0x00)).toBe(0);
    h.run(100);
    expect(h.handle.ticks).toBe(0);
    h.instance.setEnabled(true);
    h.run(5);
    expect(h.handle.ticks).toBe(0);
    h.run(1);
    expect(h.handle.ticks).toBe(1);
    h.instance.setHeld(true);
    h.write(0x00, 0x31);
    expect(h.read(0x00)).toBe(0x10);
    expect(h.signal('irq').level).toBe(0);
    expect(h.problems.map((p) => p.kind)).toEqual(['gated']);
  });

  it('has repeated registers and groups', () => {
    const h = new DeviceHarness(probe);
    h.write(0x14, 0x7f);
    h.write(0x28, 1);
    expect(h.handle.IPR[1]!.PRI).toBe(0x7f);
    expect(h.handle.S[1]!.CR.EN).toBe(1);
    expect(h.handle.S[1]!.CR.name).toBe('S1CR');
  });

  it('types registers and fields', () => {
    const h = new DeviceHarness(probe);
    expectTypeOf(h.handle.CR.MODE).toEqualTypeOf<number>();
    expectTypeOf(h.handle.ticks).toEqualTypeOf<number>();
    // @ts-expect-error no such field
    void h.handle.CR.MOED;
    // @ts-expect-error no such register
    void h.handle.CR3;
  });
});

describe('a register table', () => {
  it('fails where fields or registers overlap', () => {
    expect(() => reg(0, { A: rw(0, 4), B: rw(3) })).toThrow('fields A and B overlap');
    expect(() => registers({ A: reg(0, {}), B: reg(0, {}) })).toThrow('registers A and B overlap');
  });
});

describe('a register with a field that is called like one of its own properties', () => {
  it('keeps the property, and its other fields', () => {
    const specs = { CFG: reg(0, { offset: rw(0, 4), live: rw(4, 4), ON: rw(8) }, 0x153) };
    const device = defineDevice({ name: 'odd', size: 4, registers: specs });
    const { CFG } = new DeviceHarness(device).handle as unknown as {
      CFG: Pick<RegisterCell, 'offset' | 'value'> & { live: unknown; ON: number };
    };
    expect([CFG.offset, CFG.live, CFG.ON, CFG.value]).toEqual([0, undefined, 1, 0x153]);
  });
});

describe('a device by read and write', () => {
  const banana = defineDevice({
    name: 'banana',
    size: 0x100,
    read: (offset) => (offset === 0 ? 0xba00_0001 : 0xdead_beef),
  });

  it('gives the low bytes and refuses writes', () => {
    const h = new DeviceHarness(banana);
    expect([h.read(0), h.read(4), h.read(0, 1), h.read(4, 2)]).toEqual([0xba00_0001, 0xdead_beef, 1, 0xbeef]);
    h.write(8, 1);
    expect(h.problems[0]!.kind).toBe('guest-error');
  });

  it.each([undefined, null, '0x12', Number.NaN, 1.5, 2 ** 32, -(2 ** 31) - 1, true, 5n])(
    'refuses to read %o',
    (value) => {
      const h = new DeviceHarness(defineDevice({ name: 'odd', size: 0x10, read: () => value as unknown as number }), {
        name: 'rom',
      });
      expect(() => h.read(8)).toThrow(/read\(\) of device rom returned .* for offset 0x08/);
      expect(() => h.read(8, 1)).toThrow(UsageError);
    },
  );

  it('takes signed and unsigned numbers of 32 bits', () => {
    const values = [-1, 0xffff_ffff, -(2 ** 31), 0];
    const h = new DeviceHarness(defineDevice({ name: 'ids', size: 0x10, read: (offset) => values[offset >> 2]! }));
    expect([0, 4, 8, 12].map((offset) => h.read(offset))).toEqual([0xffff_ffff, 0xffff_ffff, 0x8000_0000, 0]);
  });
});

it('a computed register shows its value to the bus and to tests alike', () => {
  const device = defineDevice({
    name: 'counter',
    size: 4,
    registers: { COUNT: reg(0, { LOW: r(0, 8), HIGH: r(8, 8) }) },
    state: { count: i32() },
    setup(d) {
      d.computed(d.regs.COUNT, () => d.state.count[0]!);
      return { set: (value: number) => d.state.count.fill(value) };
    },
  });
  const harness = new DeviceHarness(device);
  harness.handle.set(0x1234);
  expect(harness.read(0)).toBe(0x1234);
  expect([harness.instance.peek(0, 4), harness.instance.peek(1, 1)]).toEqual([0x1234, 0x12]);
  expect([harness.handle.COUNT.value, harness.handle.COUNT.HIGH]).toEqual([0x1234, 0x12]);
});
