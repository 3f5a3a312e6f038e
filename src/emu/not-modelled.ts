import { hex } from './bits.js';
import { type DeviceType, defineDevice } from './device.js';
import { i32, u8 } from './state.js';

const namedOnly = new WeakSet<object>();

/** Marks a device that stands for a block which is not modelled. */
export function markNamedOnly<D extends object>(device: D): D {
  namedOnly.add(device);
  return device;
}

/** Whether a device has a name and registers, but no behaviour. */
export function isNamedOnly(device: object): boolean {
  return namedOnly.has(device);
}

/**
 * A block the chip has and the model does not: reads give reset values until something is written, writes are kept,
 * and the first access is reported by name. `resets` are reset values by offset.
 */
export function notModelledBlock(
  block: string,
  options: {
    readonly size?: number;
    readonly resets?: Readonly<Record<number, number>>;
    readonly section?: string;
  } = {},
): DeviceType<{ readonly name: string }> {
  const size = options.size ?? 0x400;
  const state = { used: i32(), bytes: u8(size) };
  const setReset = (bytes: Uint8Array): void => {
    for (const [offset, value] of Object.entries(options.resets ?? {})) {
      for (let i = 0; i < 4; i++) bytes[Number(offset) + i] = value >>> (8 * i);
    }
  };
  const report = (d: { state: { used: Int32Array }; report(p: object): void }, offset: number): void => {
    if (d.state.used[0] !== 0) return;
    d.state.used[0] = 1;
    d.report({
      kind: 'unmodelled',
      what: `${block} is used (offset ${hex(offset, 3)}), but it is not modelled`,
      remedy: 'reads give reset values and writes are kept; nothing else happens',
      section: options.section,
    });
  };
  const device = defineDevice({
    name: block,
    size,
    state,
    read(offset, _size, d) {
      report(d, offset);
      let value = 0;
      for (let i = 0; i < 4 && offset + i < size; i++) value |= d.state.bytes[offset + i]! << (8 * i);
      return value;
    },
    write(offset, value, bytes, d) {
      report(d, offset);
      for (let i = 0; i < bytes; i++) d.state.bytes[offset + i] = value >>> (8 * i);
    },
    setup(d) {
      d.onReset(() => setReset(d.state.bytes));
    },
  });
  return markNamedOnly(device);
}
