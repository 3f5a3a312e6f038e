import type { DeviceType } from './device.js';
import { DeviceHarness, type HarnessOptions } from './device-harness.js';
import { Hasher } from './hash.js';

/** What escaped: something that differed between two runs from one snapshot. */
export interface EscapedState {
  readonly device: string;
  /** What was observed in the first and in the second run, from where they part. */
  readonly first: string;
  readonly second: string;
}

/**
 * Runs a scenario twice on one device from one saved state and compares everything that can be observed: what the
 * scenario returns, registers, declared state, wires, events, logs and reports. A difference is state that lives
 * outside registers and declared `state`: a variable of a closure, a field of the handle, a module.
 * @returns undefined when nothing escaped
 */
export function checkDeviceState<T extends object>(
  device: DeviceType<T>,
  scenario: (harness: DeviceHarness<T>) => unknown,
  options: HarnessOptions = {},
): EscapedState | undefined {
  const harness = new DeviceHarness(device, options);
  const saved = harness.save();
  const runs: string[][] = [];
  for (let run = 0; run < 2; run++) {
    harness.restore(saved);
    harness.problems.length = 0;
    harness.events.length = 0;
    const returned = scenario(harness);
    runs.push(observed(harness, returned));
  }
  const [first, second] = runs as [string[], string[]];
  const at = first.findIndex((line, i) => line !== second[i]);
  if (at < 0) return undefined;
  return { device: device.name, first: first[at]!, second: second[at] ?? 'nothing' };
}

function observed<T extends object>(harness: DeviceHarness<T>, returned: unknown): string[] {
  const lines = [`returned ${JSON.stringify(returned)}`];
  for (const register of harness.instance.registers) lines.push(`${register.name} = 0x${register.value.toString(16)}`);
  for (const { event, detail } of harness.events) lines.push(`event ${event} ${JSON.stringify(detail)}`);
  for (const { what } of harness.problems) lines.push(`report: ${what}`);
  for (const { name, clock, remaining } of harness.scheduler.armed) {
    lines.push(`event ${name} due in ${remaining} ticks of ${clock}`);
  }
  const { arena } = harness;
  const bytes = arena.bytes();
  for (const { name, offset, byteLength } of arena.entries) {
    lines.push(`${name} = ${digest((hasher) => hasher.bytes(bytes.subarray(offset, offset + byteLength)))}`);
  }
  for (const kept of arena.kept) lines.push(`${kept.name}: ${digest((hasher) => kept.digest(hasher))}`);
  return lines;
}

function digest(feed: (hasher: Hasher) => void): string {
  const hasher = new Hasher();
  feed(hasher);
  return hasher.digest();
}
