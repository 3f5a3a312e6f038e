import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberText } from './dump.js';
import type { MachineFlags } from './flags.js';
import type { RawMachine } from './schema.js';

/** For tests: a description as the flags that say the same. Bytes go into files of `folder`. */
export function flagsFor(raw: RawMachine, folder: string): MachineFlags {
  const { cpus, clocks, memory, devices, parts, windows, absent } = raw;
  const each = <T>(group: Readonly<Record<string, T>> | undefined, text: (name: string, value: T) => string) =>
    Object.entries(group ?? {}).map(([name, value]) => text(name, value));
  return {
    machine: 'none',
    ...(raw.name !== undefined && { name: raw.name }),
    cpu: each(cpus, (name, { type, ...rest }) => `${name}=${type}${pairs(rest)}`),
    clock: each(clocks, (name, clock) =>
      typeof clock === 'object' ? `${name}=${pairs(clock).slice(1)}` : `${name}=${clock}`,
    ),
    memory: each(memory, (name, { at, size, ...rest }) => `${name}@${at}:${size}${pairs(rest)}`),
    device: each(devices, (name, { type, at, ...rest }) => `${name}=${type}@${at}${pairs(rest)}`),
    part: each(parts, (name, { type, ...rest }) => `${name}=${type}${pairs(rest)}`),
    window: each(windows, (name, { at, size, shows, select }) => {
      return `${name}@${at}:${size},select=${select},shows=${shows.map((one) => one ?? 'none').join('+')}`;
    }),
    absent: each(absent, (name, { at, size }) => `${name}@${at}:${size}`),
    bitBand: (raw.bitBands ?? []).map(({ alias, size, target }) => `${alias}:${size}=${target}`),
    sharedIrq: (raw.sharedIrqs ?? []).map(String),
    ...(raw.bridges && { bridge: raw.bridges.clocks }),
    wire: raw.wires ?? [],
    pinName: each(raw.pinNames, (name, pin) => `${name}=${pin}`),
    load: (raw.contents ?? []).map(({ at, contents }, i) => {
      const file = join(folder, `contents${i}.bin`);
      writeFileSync(file, Buffer.from(contents ?? '', 'base64'));
      return `${file}@${at}`;
    }),
  };
}

/** `,irq.tx=19,irq.rx=20,clock=apb1`. */
function pairs(values: object, prefix = ''): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => pair(`${prefix}${key}`, key, value))
    .join('');
}

function pair(path: string, key: string, value: unknown): string {
  if (Array.isArray(value) && typeof value[0] === 'object') return pairs({ ...value }, `${path}.`);
  if (Array.isArray(value)) return `,${path}=${value.join('+')}`;
  if (typeof value === 'object' && value !== null) return pairs(value, `${path}.`);
  if (typeof value === 'number') return `,${path}=${numberText(key, value)}`;
  return `,${path}=${String(value).replaceAll(',', ',,')}`;
}
