import { type DeviceType, defineDevice, type Narrow } from '../../device.js';
import { markNamedOnly } from '../../not-modelled.js';
import { type RegisterSpec, reg, registers, rw } from '../../registers.js';
import { u8 } from '../../state.js';

const WORD = { BITS: rw(0, 32) } as const;

/**
 * Parses a list of registers: names at ascending offsets of 4, `NAME=0x2` with a reset value, `@0x20` to go on at
 * another offset.
 */
export function parseRegisters(list: string): Record<string, RegisterSpec> {
  const found: Record<string, RegisterSpec> = {};
  let offset = 0;
  for (const word of list.trim().split(/\s+/)) {
    if (word.startsWith('@')) {
      offset = Number(word.slice(1));
      continue;
    }
    const [name, reset] = word.split('=');
    found[name!] = reg(offset, WORD, Number(reset ?? 0));
    offset += 4;
  }
  return registers(found);
}

/**
 * A block that the chip has and the model does not: registers read as reset or last written, nothing else happens, and
 * the first access is reported by name.
 */
export function unmodelledBlock(
  name: string,
  size: number,
  list: string,
  narrow: Narrow = 'merge',
): DeviceType<{ readonly name: string }> {
  const device = defineDevice({
    name,
    size,
    registers: parseRegisters(list),
    narrow,
    state: { reported: u8() },
    access(register, d) {
      if (d.state.reported[0] !== 0) return;
      d.state.reported[0] = 1;
      d.report({
        kind: 'unmodelled',
        what: `${name} is used (${name}.${register}), but it is not modelled`,
        remedy: 'reads give reset values, writes are kept, nothing else happens: do not rely on this block',
      });
    },
  });
  return markNamedOnly(device);
}
