import type { CpuBus } from '../../bus-access.js';
import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../device.js';
import { r, reg, registers, repeat, rw, w } from '../../registers.js';
import type { CoreModel } from './core-model.js';
import { componentIds } from './coresight-ids.js';

const CODE_COMPARATORS = 6;
const LITERAL_COMPARATORS = 2;
const COMPARATORS = CODE_COMPARATORS + LITERAL_COMPARATORS;
const POWER_ON = { powerOnOnly: true };
/** Word address, the same in FP_COMP and on the bus: the Code region. */
const WORD = 0x1fff_fffc;
const REMAP = 0;

/** Flash Patch and Breakpoint unit, version 1 (C1.11): comparators 0–5 for instructions, 6 and 7 for literals. */
export const FPB = registers({
  FP_CTRL: reg(
    0x00,
    { ENABLE: rw(0), KEY: w(1), NUM_CODE: r(4, 4), NUM_LIT: r(8, 4), NUM_CODE_HIGH: r(12, 3), REV: r(28, 4) },
    (LITERAL_COMPARATORS << 8) | (CODE_COMPARATORS << 4),
    'ARMv7-M C1.11.3',
    POWER_ON,
  ),
  FP_REMAP: reg(0x04, { REMAP: rw(5, 24), RMPSPT: r(29) }, 0x2000_0000, 'ARMv7-M C1.11.4', POWER_ON),
  FP_COMP: repeat(
    COMPARATORS,
    4,
    reg(0x08, { ENABLE: rw(0), COMP: rw(2, 27), REPLACE: rw(30, 2) }, 0, 'ARMv7-M C1.11.5', POWER_ON),
  ),
  ...componentIds({ part: 0x003, revision: 2 }, 'DDI 0439D table 8-1'),
});
type Fpb = DeviceContext<typeof FPB>;

/** What the comparators do now; follows from the registers. */
interface Patches {
  readonly breakpoints: ReadonlySet<number>;
  /** Words of code, and of literals, and where what replaces them lies. */
  readonly code: ReadonlyMap<number, number>;
  readonly literals: ReadonlyMap<number, number>;
}
const NO_PATCHES: Patches = { breakpoints: new Set(), code: new Map(), literals: new Map() };

function patchesOf({ regs }: Fpb): Patches {
  if (regs.FP_CTRL.ENABLE === 0) return NO_PATCHES;
  const breakpoints = new Set<number>();
  const [code, literals] = [new Map<number, number>(), new Map<number, number>()];
  const table = (regs.FP_REMAP.value & 0x3fff_ffe0) >>> 0;
  for (const [index, comparator] of regs.FP_COMP.entries()) {
    if (comparator.ENABLE === 0) continue;
    const word = comparator.value & WORD;
    const { REPLACE: replace } = comparator;
    if (index >= CODE_COMPARATORS) literals.set(word, table + 4 * index);
    else if (replace === REMAP) code.set(word, table + 4 * index);
    if (index < CODE_COMPARATORS && replace & 1) breakpoints.add(word);
    if (index < CODE_COMPARATORS && replace & 2) breakpoints.add(word + 2);
  }
  return { breakpoints, code, literals };
}

/**
 * FPB at 0xE0002000. A breakpoint acts as a BKPT instruction in place of the one there; a remapped word of code or a literal is
 * read from the table in SRAM instead. Stores of the core to that table are followed; those of DMA are not.
 */
export function fpb(model: CoreModel, bus: CpuBus): DeviceType<Handle<typeof FPB>> {
  return defineDevice({
    name: 'fpb',
    size: 0x1000,
    registers: FPB,
    setup(d) {
      let present = NO_PATCHES;
      const apply = (): void => {
        const before = present;
        present = patchesOf(d);
        if (before !== present) install(model, bus, before, present);
      };
      const { FP_CTRL, FP_REMAP, FP_COMP } = d.regs;
      // The enable bit changes only together with KEY (C1.11.3).
      d.onWrite(FP_CTRL, (value, old, written) => {
        FP_CTRL.value = written & 2 ? value & ~2 : old;
        apply();
      });
      d.onWrite(FP_REMAP, apply);
      for (const comparator of FP_COMP) d.onWrite(comparator, apply);
      d.onReset(apply);
      model.onRestored.push(apply);
    },
  });
}

function install(model: CoreModel, bus: CpuBus, before: Patches, now: Patches): void {
  const { memory, shield, points } = model;
  const words = [...before.code.keys(), ...now.code.keys()];
  memory.patch = now.code.size === 0 ? undefined : (address) => patched(bus, now.code, address);
  points.replace('fpb', now.breakpoints);
  points.changed(words.map((word) => [word, word + 4]));
  const tables = [...now.code.values()];
  const remapped = tables.length > 0 || now.literals.size > 0;
  const observer = {
    replaced: (address: number, size: number) => literal(bus, now.literals, address, size),
    accessed(address: number, size: number, _value: number, write: boolean) {
      if (!write || !tables.some((table) => address < table + 4 && address + size > table)) return;
      points.changed([...now.code.keys()].map((word) => [word, word + 4]));
    },
  };
  shield.look('fpb', remapped ? observer : undefined, [
    ...[...now.literals.keys()].map((word) => ({ from: word, to: word + 4, kind: 'read' as const })),
    ...tables.map((table) => ({ from: table, to: table + 4, kind: 'write' as const })),
  ]);
}

function patched(bus: CpuBus, code: ReadonlyMap<number, number>, address: number): number | undefined {
  const table = code.get(address & ~3);
  return table === undefined ? undefined : bus.read(table + (address & 2), 2);
}

/** A load that lies in one word; the bytes that it asks for. */
function literal(
  bus: CpuBus,
  literals: ReadonlyMap<number, number>,
  address: number,
  size: number,
): number | undefined {
  const table = literals.get((address & ~3) >>> 0);
  return table === undefined ? undefined : bus.read(table + (address & 3), size);
}
