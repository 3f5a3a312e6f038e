import { hex, mask } from '../../emu/bits.js';
import { type DeviceContext, type DeviceType, defineDevice } from '../../emu/device.js';
import { markNamedOnly } from '../../emu/not-modelled.js';
import { registerViews } from '../../emu/register-file.js';
import { type FieldSpecs, type RegisterSpec, reg, rw } from '../../emu/registers.js';
import { i32, u8 } from '../../emu/state.js';
import type { SvdPeripheral, SvdRegister } from './model.js';
import { StubLayout } from './stub-layout.js';

/**
 * A peripheral that stands for nothing but its registers: reads give reset values or what was written, as its SVD file says access by access;
 * nothing else happens. Every access is told to `board.on('access', …)`, the first one is reported.
 */

const layouts = new WeakMap<object, StubLayout>();

/** The registers of a stub; undefined for other devices. */
export const stubLayoutOf = (device: object): StubLayout | undefined => layouts.get(device);

function stateOf(words: number) {
  return {
    /** What reads show. */
    shown: i32(Math.max(words, 1)),
    /** What was written last, write-only bits too. */
    written: i32(Math.max(words, 1)),
    reported: u8(),
  };
}
type Context = DeviceContext<Record<never, never>, ReturnType<typeof stateOf>>;

/** Names that views of registers need for themselves. */
const RESERVED = new Set(['value', 'reset', 'reads', 'name', 'index', 'fields', 'section', 'constructor', '__proto__']);

class Stub {
  readonly #layout: StubLayout;
  constructor(layout: StubLayout) {
    this.#layout = layout;
  }

  reset({ state }: Context): void {
    state.shown.set(this.#layout.resets);
    state.written.fill(0);
  }

  read(offset: number, size: number, d: Context): number {
    const index = this.#layout.index(offset & ~3);
    const low = (offset & 3) * 8;
    const bits = mask(low, size * 8);
    let value = 0;
    if (index !== undefined) {
      const { readable, readClear, readSet } = this.#layout.masks;
      value = ((d.state.shown[index]! & readable[index]! & bits) >>> low) >>> 0;
      d.state.shown[index] = (d.state.shown[index]! & ~(readClear[index]! & bits)) | (readSet[index]! & bits);
    }
    this.#tell('read', offset, size, value, d);
    return value;
  }

  write(offset: number, value: number, size: number, d: Context): void {
    const index = this.#layout.index(offset & ~3);
    const low = (offset & 3) * 8;
    if (index !== undefined) this.#store(index, (value << low) >>> 0, mask(low, size * 8), d);
    this.#tell('write', offset, size, value, d);
  }

  #store(index: number, value: number, bits: number, { state }: Context): void {
    const m = this.#layout.masks;
    const ones = value & bits;
    const zeros = ~value & bits;
    const taken = m.writable[index]! & bits;
    let shown = (state.shown[index]! & ~taken) | (value & taken);
    shown &= ~((ones & m.oneToClear[index]!) | (zeros & m.zeroToClear[index]!) | (bits & m.clear[index]!));
    shown |= (ones & m.oneToSet[index]!) | (zeros & m.zeroToSet[index]!) | (bits & m.set[index]!);
    shown ^= (ones & m.oneToToggle[index]!) | (zeros & m.zeroToToggle[index]!);
    state.shown[index] = shown;
    state.written[index] = (state.written[index]! & ~bits) | ones;
  }

  #tell(access: 'read' | 'write', offset: number, size: number, value: number, d: Context): void {
    const register = this.#layout.registerAt(offset, size)?.name ?? `+${hex(offset, 2)}`;
    d.emit('access', { access, register, offset, size, value });
    if (d.state.reported[0] !== 0) return;
    d.state.reported[0] = 1;
    d.report({
      kind: 'unmodelled',
      what: `${this.#layout.peripheral.name} is used (${this.#layout.peripheral.name}.${register}), but it is not modelled`,
      remedy: 'reads give reset values, writes are kept, nothing else happens: do not rely on this block',
    });
  }
}

/** Fields that a view of 32 bits can have. */
function viewFields({ fields, size }: SvdRegister): FieldSpecs {
  const found: Record<string, ReturnType<typeof rw>> = {};
  let taken = 0;
  for (const { name, low, width } of fields) {
    if (RESERVED.has(name) || low + width > Math.min(size, 32) || (taken & mask(low, width)) !== 0) continue;
    taken |= mask(low, width);
    found[name] = rw(low, width);
  }
  return found;
}

/** Registers to look at in tests: `board.tim2.CR1.CEN`. */
function viewsOf(layout: StubLayout, d: Context): object {
  const specs: Record<string, RegisterSpec> = {};
  const values: Record<string, () => number> = {};
  for (const register of layout.peripheral.registers) {
    const { name, offset, size, access, reset } = register;
    if (RESERVED.has(name) || name in specs || name in d) continue;
    const index = layout.index(offset & ~3)!;
    const low = (offset & 3) * 8;
    const bits = mask(0, Math.min(size, 32 - low));
    const words = access === 'write-only' || access === 'writeOnce' ? d.state.written : d.state.shown;
    const bytes = size === 8 ? 1 : size === 16 ? 2 : 4;
    // Where it lies and as wide as it is; of one that crosses words (they are no table of a chip's) the first word is shown.
    const at = offset % bytes === 0 ? offset : offset & ~3;
    specs[name] = reg(at, viewFields(register), Number(reset & 0xffff_ffffn), undefined, { bytes });
    values[name] = () => ((words[index]! >>> low) & bits) >>> 0;
  }
  return registerViews(specs, values);
}

/** A device of nothing but the registers of an SVD file's peripheral. */
export function svdStub(peripheral: SvdPeripheral): DeviceType<{ readonly name: string }> {
  const layout = new StubLayout(peripheral);
  const stub = new Stub(layout);
  const device = defineDevice({
    name: peripheral.name,
    size: peripheral.size,
    state: stateOf(layout.words),
    read: (offset, size, d) => stub.read(offset, size, d),
    write: (offset, value, size, d) => stub.write(offset, value, size, d),
    setup(d) {
      d.onReset(() => stub.reset(d));
      stub.reset(d);
      return viewsOf(layout, d);
    },
  });
  layouts.set(device, layout);
  return markNamedOnly(device) as DeviceType<{ readonly name: string }>;
}
