import type { MachineFlags } from '../../../src/machine-file/flags.js';
import { CPUS, DEVICES, PARTS } from '../../../src/machine-file/kinds/index.js';
import type { AnyKind } from '../../../src/machine-file/kinds/kind.js';
import { optionSchemas } from '../../../src/machine-file/kinds/option-schemas.js';
import { zod } from '../../../src/machine-file/libraries.js';
import { mutant, type Random } from '../mutants.js';
import { ODD_NUMBERS, ODD_WORDS, oddText, pick } from './odd-values.js';

/** Flags that describe machines, with words of them exchanged. */

type Flags = { readonly [K in keyof MachineFlags]: K extends 'machine' ? string : readonly string[] };

const SMALL: Flags = {
  machine: 'none',
  cpu: ['rv32,clock=100MHz'],
  memory: ['ram@0x80000000:64K'],
  device: ['uart0=ns16550@0x10000000,irq=plic.10'],
};

export const FLAGS: Flags = {
  machine: 'none',
  cpu: ['rv32,clock=core,resetVector=0x80000000'],
  clock: ['xtal=12MHz', 'core=xtal*25/3', 'u=from=core,gate=a.irq'],
  memory: ['ram@0x80000000:64K,fill=0x5a', 'bg@0:64K:rom,in=soc'],
  alias: ['low@0:4K=ram+0x1000'],
  container: ['soc@0x40000000:64K'],
  device: [
    'uart0=ns16550@0x100,in=soc,priority=1,irq=plic.10',
    'a=mmio-calculator@0x10000000,irq=3+4,wires.irq=cpu.hart0.msip',
    'gpioa=stm32-gpio@0x50000000',
  ],
  part: ['k=keypad,rows=PA1+PA2,columns=PA3,keys=12'],
  wire: ['PA6 = PA7'],
  window: ['w@0x1000:4K,select=a.irq,shows=ram+none'],
  bitBand: ['0x22000000:1K=0x80000000'],
  absent: ['X@0x60000000:4K'],
  pinName: ['D1=PA9'],
  sharedIrq: ['3'],
  set: ['a.busyCycles=3'],
};

/** Further flags, each by itself. */
const OTHERS: readonly (readonly [keyof MachineFlags, string])[] = [
  ['image', 'app.elf'],
  ['image', 'app.bin@0x80000000'],
  ['image', 'app.elf,cpu=cpu0'],
  ['load', 'app.bin@0x80000000'],
  ['remove', 'uart0'],
  ['option', 'ram=1M'],
  ['bridge', 'u'],
  ['drive', 'disk.img'],
  ['pflash', 'flash.img'],
];
const SINGLES = ['name', 'boot', 'bios', 'kernel', 'initrd', 'append'] as const;

const WORD = /[^,=@:+.*/\s]+|[,=@:+.*/\s]/g;

/** Some words of a flag become others, or are cut out or doubled. */
function damaged(text: string, random: Random): string {
  if (random(8) === 0) return new TextDecoder().decode(mutant(new TextEncoder().encode(text), random));
  const words = text.match(WORD) ?? [];
  for (let edits = 1 + random(3); edits > 0; edits--) {
    const at = random(words.length + 1);
    const kind = random(6);
    if (kind === 0) words.splice(at, 1 + random(3));
    else if (kind === 1) words.splice(at, 0, ...words.slice(at, at + 1 + random(4)));
    else if (kind === 2) words.splice(at, 0, pick(random, [',', '=', '@', ':', '+', '.', '*', '/', ',,', ' ']));
    else words.splice(at, 1, oddText(random));
  }
  return words.join('');
}

export function damagedFlags(random: Random): object {
  const base = random(5) === 0 ? FLAGS : SMALL;
  const flags: Record<string, unknown> = { ...base };
  const sort = random(6);
  if (sort === 0) {
    const [key, text] = pick(random, OTHERS);
    flags[key] = [damaged(text, random)];
  } else if (sort === 1) flags[pick(random, SINGLES)] = oddText(random);
  else if (sort === 2) {
    const key = pick(
      random,
      Object.keys(FLAGS).filter((one) => one !== 'machine'),
    ) as keyof Flags;
    const more = FLAGS[key] as readonly string[];
    flags[key] = [...((base[key] as readonly string[] | undefined) ?? []), damaged(pick(random, more), random)];
  } else {
    const key = pick(
      random,
      Object.keys(base).filter((one) => one !== 'machine'),
    ) as keyof Flags;
    const all = [...(base[key] as readonly string[])];
    const at = random(all.length);
    all[at] = damaged(all[at]!, random);
    flags[key] = all;
  }
  return flags;
}

/** Each option of each kind with each odd value, and each flag that is nothing but one. */
export function listedFlags(): readonly (() => string)[] {
  const all: (() => string)[] = [];
  const o = optionSchemas(zod().z, '.');
  const odd = [...ODD_NUMBERS, ...ODD_WORDS];
  const add = (more: object) => all.push(() => JSON.stringify({ ...SMALL, ...more }));
  for (const key of [...Object.keys(FLAGS), ...OTHERS.map(([key]) => key)]) {
    if (key === 'machine') continue;
    for (const value of odd) add({ [key]: [...((SMALL[key as keyof Flags] as readonly string[]) ?? []), value] });
  }
  for (const key of SINGLES) for (const value of odd) add({ [key]: value });
  for (const [flag, kinds] of [
    ['device', DEVICES],
    ['part', PARTS],
    ['cpu', CPUS],
  ] as const) {
    for (const kind of (kinds as ReadonlyMap<string, AnyKind>).values()) {
      for (const option of Object.keys(kind.shape?.(o) ?? {})) {
        for (const value of odd) {
          const at = flag === 'device' ? '@0x10000000' : '';
          add({ [flag]: [`x=${kind.type}${at},${option}=${value}`] });
        }
      }
    }
  }
  return all;
}
