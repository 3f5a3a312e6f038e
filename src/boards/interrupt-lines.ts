import type { DeviceRow } from '../emu/device-row.js';
import { UsageError } from '../emu/errors.js';
import type { MachineDescription } from '../emu/machine-description.js';

/** Which devices are wired to which numbered interrupt lines. */

type Rows = Readonly<Record<string, DeviceRow>>;

/** Devices by the lines of the first core, `38`, and of others, `cpu1.38`. */
function usersOf(rows: Rows, cores: readonly string[]): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const [name, row] of Object.entries(rows)) {
    for (const line of linesOf(row, cores)) users.set(line, [...(users.get(line) ?? []), name]);
  }
  return users;
}

/** `38`, `nvic.38`, `plic.38`, `cpu.38` and the first core's own name mean the same line. */
function linesOf({ irq, wires = {} }: DeviceRow, [first = 'cpu', ...others]: readonly string[]): Set<string> {
  const irqs = typeof irq === 'object' ? Object.values(irq) : irq === undefined ? [] : [irq];
  const ends = [...irqs.map((line) => String(line)), ...Object.values(wires).flat()];
  const lines = ends.flatMap((end) => {
    const [, head, line] = /^(?:(\w+)\.)?(\d+)$/.exec(end) ?? [];
    if (line === undefined) return [];
    if (head === undefined || ['cpu', 'nvic', 'plic', first].includes(head)) return [line];
    return others.includes(head) ? [end] : [];
  });
  return new Set(lines);
}

/**
 * A chip's devices may share a line, as their manual says; one that is added may join those, but not take the line of a single device.
 * @throws UsageError
 */
export function checkLines(
  { name, chip }: { readonly name: string; readonly chip: Pick<MachineDescription, 'cpu' | 'devices'> },
  devices: Rows,
  added: Readonly<Record<string, unknown>>,
): void {
  const cores = chip.cpu.members?.map((one) => one.name) ?? [];
  const before = usersOf(chip.devices, cores);
  for (const [line, names] of usersOf(devices, cores)) {
    if (names.length < 2 || (before.get(line)?.length ?? 0) > 1 || !names.some((one) => one in added)) continue;
    const say = `defineBoard({ board: '…', devices: { … }, sharedIrqs: [${line}] })`;
    throw new UsageError({
      what: `interrupt ${line} is taken by ${names.join(' and ')}`,
      where: `board '${name}'`,
      remedy: `give each a line of its own, or say that they share it: ${say}`,
    });
  }
}
