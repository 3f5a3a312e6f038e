import { UsageError } from '../emu/errors.js';
import type { Source } from './load-yaml.js';
import { Mistakes } from './mistakes.js';
import type { RawMachine } from './schema.js';

/** Command line flags as the same description that a file holds. Each thing remembers the flag it came from. */

/** What the flags that say a machine come to, as commander collects them. */
export interface MachineFlags {
  readonly board?: string;
  readonly machine?: string;
  readonly name?: string;
  readonly cpu?: readonly string[];
  readonly clock?: readonly string[];
  readonly memory?: readonly string[];
  readonly alias?: readonly string[];
  readonly container?: readonly string[];
  readonly device?: readonly string[];
  readonly part?: readonly string[];
  readonly wire?: readonly string[];
  readonly window?: readonly string[];
  readonly bitBand?: readonly string[];
  readonly absent?: readonly string[];
  readonly sharedIrq?: readonly string[];
  readonly bridge?: readonly string[];
  readonly option?: readonly string[];
  readonly load?: readonly string[];
  readonly pinName?: readonly string[];
  readonly set?: readonly string[];
  readonly remove?: readonly string[];
  readonly image?: readonly string[];
  readonly boot?: string;
  readonly bios?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly drive?: readonly string[];
  readonly pflash?: readonly string[];
}

type Values = Record<string, unknown>;

/** @param folder where relative paths begin */
export function fromFlags(flags: MachineFlags, folder: string): Source {
  return new FlagReader(folder).read(flags);
}

class FlagReader {
  readonly #folder: string;
  readonly #raw: Record<string, unknown> = {};
  /** Flags by what they said: `devices.uart0`. */
  readonly #said = new Map<string, string>();
  readonly #mistakes = new Mistakes();

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(flags: MachineFlags): Source {
    for (const key of ['board', 'machine', 'name'] as const) this.#single(key, flags[key]);
    this.#named('cpus', '--cpu', flags.cpu, cpuOf);
    this.#named('clocks', '--clock', flags.clock, clockOf);
    this.#named('memory', '--memory', flags.memory, memoryOf);
    this.#named('memory', '--alias', flags.alias, aliasOf);
    this.#named('containers', '--container', flags.container, rangeOf);
    this.#named('devices', '--device', flags.device, deviceOf);
    this.#named('parts', '--part', flags.part, thingOf);
    this.#named('windows', '--window', flags.window, windowOf);
    this.#named('absent', '--absent', flags.absent, rangeOf);
    this.#listed('wires', '--wire', flags.wire, (text) => text);
    this.#listed('bitBands', '--bit-band', flags.bitBand, bitBandOf);
    this.#listed('contents', '--load', flags.load, contentsOf);
    this.#named('pinNames', '--pin-name', flags.pinName, pairOf);
    this.#listed('sharedIrqs', '--shared-irq', flags.sharedIrq, Number);
    this.#listed('remove', '--remove', flags.remove, (text) => text);
    this.#listed('images', '--image', flags.image, imageOf);
    if (flags.bridge) this.#single('bridges', { clocks: flags.bridge }, '--bridge');
    this.#named('options', '--option', flags.option, pairOf);
    this.#named('set', '--set', flags.set, pairOf);
    this.#boot(flags);
    const mistakes = this.#mistakes.all;
    return { raw: this.#raw as RawMachine, where: (...path) => this.#whereOf(path), folder: this.#folder, mistakes };
  }

  #whereOf(path: readonly (string | number)[]): string {
    for (let length = path.length; length > 0; length--) {
      const flag = this.#said.get(path.slice(0, length).join('\0'));
      if (flag !== undefined) return flag;
    }
    return 'the command line';
  }

  #single(key: string, value: unknown, flag = `--${key}`): void {
    if (value === undefined) return;
    this.#raw[key] = value;
    this.#said.set(key, flag);
  }

  #named(
    key: string,
    flag: string,
    values: readonly string[] | undefined,
    parse: (text: string, where: string, index: number) => readonly [string, unknown],
  ): void {
    for (const [i, text] of (values ?? []).entries()) {
      const where = `${flag} #${i + 1}`;
      const parsed = this.#mistakes.guard(where, () => parse(text, where, i));
      if (parsed === undefined) continue;
      const [name, value] = parsed;
      const group = (this.#raw[key] ?? {}) as Values;
      if (Object.hasOwn(group, name)) {
        this.#mistakes.add(
          `${this.#whereOf([key, name])} and ${where}`,
          `'${name}' is there twice`,
          'choose another name',
        );
        continue;
      }
      // Assigned so that a name such as `__proto__` is one like others.
      this.#raw[key] = Object.defineProperty({ ...group }, name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      this.#said.set([key, name].join('\0'), where);
    }
  }

  #listed(
    key: string,
    flag: string,
    values: readonly string[] | undefined,
    parse: (text: string, where: string) => unknown,
  ): void {
    if (!values || values.length === 0) return;
    const list: unknown[] = [];
    for (const [i, text] of values.entries()) {
      const where = `${flag} #${i + 1}`;
      const parsed = this.#mistakes.guard(where, () => ({ value: parse(text, where) }));
      if (parsed === undefined) continue;
      this.#said.set([key, list.length].join('\0'), where);
      list.push(parsed.value);
    }
    this.#raw[key] = list;
    this.#said.set(key, flag);
  }

  #boot({ boot, bios, kernel, initrd, append, drive, pflash }: MachineFlags): void {
    const all = Object.entries({ protocol: boot, bios, kernel, initrd, append, drive, pflash });
    const given = all.filter(([, value]) => value !== undefined);
    if (given.length === 0) return;
    this.#raw['boot'] = Object.fromEntries(given);
    this.#said.set('boot', '--boot');
    for (const [key] of given) this.#said.set(['boot', key].join('\0'), key === 'protocol' ? '--boot' : `--${key}`);
  }
}

/** `key=value` pairs between commas; a comma of a value is written twice, as in QEMU. */
export function pairsOf(text: string, where: string): Values {
  const values: Values = {};
  const pieces = text
    .replaceAll(',,', '\0')
    .split(',')
    .map((piece) => piece.replaceAll('\0', ','));
  for (const piece of pieces) {
    if (piece === '') continue;
    const at = piece.indexOf('=');
    const [key, value] = at < 0 ? [piece, 'true'] : [piece.slice(0, at), piece.slice(at + 1)];
    put(
      values,
      key
        .trim()
        .split(/\.(.*)/s)
        .filter((one) => one !== ''),
      readValue(key, value),
      where,
    );
  }
  return values;
}

/** `irq.tx=19` is `{ irq: { tx: 19 } }`; what lies deeper keeps its dots. */
function put(values: Values, [head, rest]: readonly string[], value: unknown, where: string): void {
  if (head === undefined)
    throw new UsageError({ what: `'=${String(value)}' has no key`, where, remedy: 'give key=value' });
  if (rest === undefined) {
    Object.defineProperty(values, head, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  const inner = values[head] ?? {};
  if (typeof inner !== 'object')
    throw new UsageError({ what: `'${head}' is a value and has parts`, where, remedy: 'give one of them' });
  put(inner as Values, [rest], value, where);
  values[head] = inner;
}

/** Keys whose values are text whatever they look like. */
const TEXT = new Set(['contents', 'registers', 'block', 'keys', 'commandLine', 'file']);
/** Keys that are numbers without another spelling. */
const NUMBERS = new Set(['priority', 'count']);

function readValue(key: string, text: string): unknown {
  if (TEXT.has(key)) return text;
  if (text === 'true' || text === 'on') return true;
  if (text === 'false' || text === 'off') return false;
  if (NUMBERS.has(key) && /^-?\d+$/.test(text)) return Number(text);
  return /^[^+]+(\+[^+]+)+$/.test(text) ? text.split('+') : text;
}

/** `head,key=value,…` */
function headed(text: string, where: string): readonly [string, Values] {
  const comma = text.search(/(?<!,),(?!,)/);
  return comma < 0 ? [text, {}] : [text.slice(0, comma), pairsOf(text.slice(comma + 1), where)];
}

/** `cortex-m4,clock=16MHz`, or `cpu1=cortex-m4,…`. */
function cpuOf(text: string, where: string, index: number): readonly [string, Values] {
  const [head, values] = headed(text, where);
  const [, name, type] = /^(?:([^=]+)=)?(.+)$/.exec(head) ?? [];
  if (type === undefined)
    throw new UsageError({ what: `'${text}' names no CPU`, where, remedy: 'give cortex-m4,clock=16MHz' });
  return [name ?? `cpu${index}`, { type, ...values }];
}

/** `hse=8MHz`, `pll=hse*9/2`, `pll=from=hse,multiply=9`, `adc=pll/4,gate=rcc.APB2ENR.8`. */
function clockOf(text: string, where: string): readonly [string, unknown] {
  const [, name, rest] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || rest === undefined || rest === '') {
    throw new UsageError({ what: `'${text}' is no clock`, where, remedy: 'give hse=8MHz, or pll=hse*9/2' });
  }
  const [head, values] = headed(rest, where);
  if (/^(hertz|from)=/.test(head)) return [name, pairsOf(rest, where)];
  if (/^\d/.test(head)) return [name, Object.keys(values).length === 0 ? head : { hertz: head, ...values }];
  const [, from, multiply, divide] = /^([\w.-]+?)(?:\*(\d+))?(?:\/(\d+))?$/.exec(head) ?? [];
  if (from === undefined)
    throw new UsageError({ what: `'${head}' is no clock`, where, remedy: 'give a frequency, or source*9/2' });
  return [name, { from, ...(multiply && { multiply }), ...(divide && { divide }), ...values }];
}

const SPOT = /^([^@=]+)@([^:=]+)(?::([^:=]+))?(?::([^:=]+))?(?:=(.+))?$/;
const MEMORY_REMEDY = 'give name@address:size, such as sram@0x20000000:128K';

/** `flash@0x08000000:1M:rx`, with `rwx`, `rx`, `rom`, `ram` or `flash` at the end, and `,fill=0xff,file=…`. */
function memoryOf(text: string, where: string): readonly [string, Values] {
  const [head, values] = headed(text, where);
  const [, name, at, size, access] = SPOT.exec(head) ?? [];
  if (name === undefined || (size === undefined && values['size'] === undefined)) {
    throw new UsageError({ what: `'${text}' is no memory`, where, remedy: MEMORY_REMEDY });
  }
  return [name, { ...accessOf(access, where), at, ...(size && { size }), ...values }];
}

function accessOf(text: string | undefined, where: string): Values {
  if (text === undefined) return {};
  if (['ram', 'rom', 'flash'].includes(text)) return { kind: text };
  if (!/^r?w?x?$/.test(text)) {
    throw new UsageError({ what: `'${text}' is no access`, where, remedy: 'give rwx, rw, rx, r, ram, rom or flash' });
  }
  return { ...(!text.includes('w') && { kind: 'rom' }), ...(!text.includes('x') && { execute: false }) };
}

/** `mirror@0x0:64K=flash`, with `,offset=0x1000`. */
function aliasOf(text: string, where: string): readonly [string, Values] {
  const comma = text.search(/(?<!,),(?!,)/);
  const [, name, at, size, , target] = SPOT.exec(comma < 0 ? text : text.slice(0, comma)) ?? [];
  const values = comma < 0 ? {} : pairsOf(text.slice(comma + 1), where);
  if (name === undefined || (target === undefined && values['of'] === undefined)) {
    throw new UsageError({
      what: `'${text}' is no alias`,
      where,
      remedy: 'give name@address[:size]=memory, such as boot@0:64K=flash',
    });
  }
  const [, of, offset] = /^([^+]+)(?:\+(.+))?$/.exec(target ?? '') ?? [];
  return [name, { kind: 'alias', at, ...(size && { size }), ...(of && { of }), ...(offset && { offset }), ...values }];
}

/** `soc@0x40000000:1M`. */
function rangeOf(text: string, where: string): readonly [string, Values] {
  const [head, values] = headed(text, where);
  const [, name, at, size] = SPOT.exec(head) ?? [];
  if (name === undefined)
    throw new UsageError({ what: `'${text}' is no range`, where, remedy: 'give name@address:size' });
  return [name, { at, ...(size && { size }), ...values }];
}

/** `uart0=ns16550@0x10000000,irq=plic.10`. */
function deviceOf(text: string, where: string): readonly [string, Values] {
  const [name, values] = thingOf(text, where);
  const [, type, at] = /^([^@]+)@(.+)$/.exec(values.type) ?? [];
  return [name, type === undefined ? values : { ...values, type, at }];
}

/** `led1=led,pin=PD12`. */
function thingOf(text: string, where: string): readonly [string, Values & { type: string }] {
  const [head, values] = headed(text, where);
  const [, name, type] = /^([^=]+)=(.+)$/.exec(head) ?? [];
  if (name === undefined || type === undefined) {
    throw new UsageError({
      what: `'${text}' names nothing`,
      where,
      remedy: 'give name=type, such as uart0=ns16550@0x10000000,irq=10',
    });
  }
  return [name, { ...values, type }];
}

/** `boot@0:1M,select=syscfg.memoryMode,shows=flash+system+none+sram1`. */
function windowOf(text: string, where: string): readonly [string, Values] {
  const [name, values] = rangeOf(text, where);
  const shows = [values['shows']].flat().filter((one) => one !== undefined);
  return [name, { ...values, shows: shows.map((one) => (one === 'none' ? null : one)) }];
}

/** `app.elf`, `app.bin@0x08000000`, and for one of several processors `app.elf,cpu=cpu1`. */
function imageOf(text: string): string | Values {
  const [, image, cpu] = /^(.+),cpu=([^,=]+)$/.exec(text) ?? [];
  if (image === undefined) return text;
  const [, file, at] = /^(.+)@(0x[0-9a-fA-F_]+|\d[\d_]*)$/.exec(image) ?? [];
  return file === undefined ? { file: image, cpu } : { file, at, cpu };
}

/** `kernel.bin@0x80200000`. */
function contentsOf(text: string, where: string): Values {
  const [, file, at] = /^(.+)@([^@]+)$/.exec(text) ?? [];
  if (file !== undefined) return { file, at };
  throw new UsageError({ what: `'${text}' does not say where it goes`, where, remedy: 'give file@0x80200000' });
}

/** `0x22000000:1M=0x20000000`. */
function bitBandOf(text: string, where: string): Values {
  const [, alias, size, target] = /^([^:]+):([^=]+)=(.+)$/.exec(text) ?? [];
  if (alias !== undefined) return { alias, target, size };
  throw new UsageError({ what: `'${text}' is no bit-band alias`, where, remedy: 'give 0x22000000:1M=0x20000000' });
}

/** `calc.busyCycles=16`. */
function pairOf(text: string, where: string): readonly [string, unknown] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError({ what: `'${text}' sets nothing`, where, remedy: 'give name=value' });
  const key = text.slice(0, at);
  return [key, readValue(key.split('.').at(-1)!, text.slice(at + 1))];
}
