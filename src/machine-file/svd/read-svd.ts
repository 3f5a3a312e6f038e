import { readFileSync, statSync } from 'node:fs';
import { UsageError } from '../../emu/errors.js';
import { byName, childrenOf, Derivation, type Layers, layerWith, textOf } from './derive.js';
import type { SvdCpu, SvdDevice, SvdPeripheral } from './model.js';
import { numberIn } from './numbers.js';
import { Budget, elements, type Inherited, inherit, RegisterReader } from './read-registers.js';
import { MAX_SVD, parseXml, type XmlElement } from './xml.js';

/** Chips from CMSIS-SVD files (CMSIS-SVD schema 1.1 to 1.3). */

const MAX_PERIPHERALS = 4096;
const MAX_INTERRUPT = 1024;
/** Where nothing says otherwise (schema: registerPropertiesGroup). */
const DEFAULTS: Inherited = { size: 32, access: 'read-write', resetValue: 0n, resetMask: 0xffff_ffff_ffff_ffffn };

function readCpu(device: XmlElement): SvdCpu | undefined {
  const cpu = device.child('cpu');
  const name = cpu?.text('name');
  if (!cpu || name === undefined) return undefined;
  const priorityBits = numberIn(cpu, 'nvicPrioBits');
  return { name, priorityBits, interrupts: numberIn(cpu, 'deviceNumInterrupts'), where: cpu.where };
}

/** Its own: one that is derived from another has not its lines, whatever the file leaves out. */
function interruptsOf(element: XmlElement): SvdPeripheral['interrupts'] {
  const own = element.children('interrupt');
  return own.flatMap((one) => {
    const value = numberIn(one, 'value');
    if (value !== undefined && value >= MAX_INTERRUPT)
      one.refuse(`the interrupt ${value} is none: they end at ${MAX_INTERRUPT}`);
    return value === undefined ? [] : [{ name: one.text('name') ?? `${value}`, value }];
  });
}

/** Up to where its address blocks reach; those for other masters and reserved ones too. */
function blockEnd(layers: Layers): number {
  const blocks = layerWith(layers, 'addressBlock')?.children('addressBlock') ?? [];
  return Math.max(0, ...blocks.map((one) => (numberIn(one, 'offset') ?? 0) + (numberIn(one, 'size') ?? 0)));
}

class DeviceReader {
  readonly #device: XmlElement;
  readonly #budget = new Budget();
  readonly #peripherals: SvdPeripheral[] = [];
  constructor(device: XmlElement) {
    this.#device = device;
  }

  read(): readonly SvdPeripheral[] {
    const all = childrenOf([this.#device], 'peripherals', ['peripheral']);
    const derivation = new Derivation(all);
    const siblings = byName(all);
    const properties = inherit([this.#device], DEFAULTS);
    for (const element of all) this.#peripheral(element, derivation.layers(element, siblings), derivation, properties);
    return this.#peripherals;
  }

  #peripheral(element: XmlElement, layers: Layers, derivation: Derivation, from: Inherited): void {
    const base = numberIn(element, 'baseAddress') ?? element.refuse('the peripheral has no <baseAddress>');
    const registers = new RegisterReader(derivation, this.#budget).read(layers, inherit(layers, from));
    const wholeWords = (bytes: number) => Math.max(4, Math.ceil(bytes / 4) * 4);
    const used = wholeWords(registers.reduce((far, { offset, size }) => Math.max(far, offset + size / 8), 0));
    const size = Math.max(used, wholeWords(blockEnd(layers)));
    for (const { name, shift } of elements(layers, 'bytes')) {
      if (this.#peripherals.length === MAX_PERIPHERALS) element.refuse(`more than ${MAX_PERIPHERALS} peripherals`);
      const at = base + shift;
      if (at + size > 2 ** 32) element.refuse(`'${name}' reaches past the 32-bit addresses`);
      const { where } = element;
      const group = textOf(layers, 'groupName');
      this.#peripherals.push({
        name,
        group,
        base: at,
        size,
        used,
        interrupts: interruptsOf(element),
        registers,
        where,
      });
    }
  }
}

/** @throws UsageError with line and column */
export function readSvd(bytes: Uint8Array, path: string): SvdDevice {
  const root = parseXml(bytes, path);
  if (root.tag !== 'device') {
    const remedy = 'give the .svd file of the chip as its vendor publishes it';
    root.refuse(`the file is no SVD: its root element is <${root.tag.slice(0, 40)}>, not <device>`, remedy);
  }
  const units = numberIn(root, 'addressUnitBits') ?? 8;
  if (units !== 8) root.refuse(`addresses count units of ${units} bits, not of 8`);
  const peripherals = new DeviceReader(root).read();
  if (peripherals.length === 0) root.refuse('the file describes no peripheral');
  return { name: root.text('name') ?? 'chip', vendor: root.text('vendor'), cpu: readCpu(root), peripherals, path };
}

/** Files that were read already, by path: every stub of a chip names the same one. */
const known = new Map<string, { readonly stamp: number; readonly device: SvdDevice }>();

/** @throws UsageError when the file cannot be read, or is no SVD */
export function readSvdFile(path: string): SvdDevice {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAX_SVD)
      throw new UsageError({ what: `the SVD file is no file of at most ${MAX_SVD} bytes`, where: path });
    const stamp = stats.mtimeMs;
    const before = known.get(path);
    if (before?.stamp === stamp) return before.device;
    const device = readSvd(readFileSync(path), path);
    known.set(path, { stamp, device });
    return device;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const remedy = 'correct the path; vendors publish SVD files, and https://github.com/cmsis-svd collects them';
    throw new UsageError({ what: 'the SVD file cannot be read', where: path, remedy }, { cause: error });
  }
}
