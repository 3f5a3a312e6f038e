import { DEVICES } from '../kinds/index.js';
import type { RawDevice } from '../schema.js';
import { type ModelRow, modelOf, PASSIVE } from './compatibles.js';
import type { Draft } from './draft.js';
import type { Names } from './names.js';
import type { Span } from './resources.js';
import type { DtNode } from './tree.js';

/** Devices: those with a model by `compatible`, the others as stubs. */

/** How a node's interrupt is named in a machine file: `plic.10`, `nvic.37`. */
export type LineOf = (node: DtNode, index: number) => string | undefined;

export class DeviceImport {
  readonly #draft: Draft;
  readonly #names: Names;
  readonly #lineOf: LineOf;
  readonly #own: ReadonlySet<string>;

  /** @param own names in `compatible` that are types of the user's own */
  constructor(draft: Draft, names: Names, lineOf: LineOf, own: ReadonlySet<string> = new Set()) {
    this.#draft = draft;
    this.#names = names;
    this.#lineOf = lineOf;
    this.#own = own;
  }

  /** A node that has addresses. What contains others gives them room. */
  add(node: DtNode): void {
    const { resources } = this.#draft;
    const spans = resources.spans(node).filter(({ size }) => size > 0);
    if (spans.length === 0) return;
    if (resources.isMisnamed(node) && !resources.isDisabled(node))
      this.#note(node, `is at 0x${spans[0]!.address.toString(16)} by its property reg, which counts`);
    const row = modelOf(node, resources, this.#own);
    const options = row?.options?.(node, resources) ?? {};
    if (row && typeof options !== 'string' && (DEVICES.has(row.type) || this.#own.has(row.type)))
      this.#model(node, row, options, spans);
    else if (!resources.isDisabled(node)) this.#stubs(node, spans, typeof options === 'string' ? options : undefined);
  }

  #nameOf(node: DtNode, index: number): string {
    return index === 0 ? this.#names.of(node) : `${this.#names.of(node)}_${index}`;
  }

  #model(node: DtNode, row: ModelRow, options: Readonly<Record<string, unknown>>, spans: readonly Span[]): void {
    for (const [index, span] of (row.each ? spans : spans.slice(0, 1)).entries()) {
      const name = this.#nameOf(node, index);
      // A device in use in RAM is no matter of taste, as nodes that overlap are: it is told as the mistake that it is.
      if (!this.#isInRam(node, span) && !this.#claimed(node, span)) continue;
      const device: RawDevice = { type: row.type, at: span.address, ...options };
      const irq = this.#irq(node, row);
      if (irq !== undefined) device.irq = irq;
      if (row.wires) device.wires = { ...row.wires };
      const clock = this.#clock(node, name);
      if (clock !== undefined) device.clock = clock;
      this.#draft.put('devices', name, device, node);
      if (!this.#draft.made.has(node)) this.#draft.made.set(node, name);
    }
  }

  #irq(node: DtNode, { outputs }: ModelRow): RawDevice['irq'] {
    const lines = this.#draft.resources.interrupts(node).map((_, index) => this.#lineOf(node, index));
    const [only] = lines;
    if (!outputs) return only;
    const named: Record<string, string> = {};
    for (const [index, line] of lines.entries()) {
      const output = typeof outputs === 'function' ? outputs(index) : outputs[index];
      if (line !== undefined && output !== undefined) named[output] = line;
    }
    return Object.keys(named).length > 0 ? named : undefined;
  }

  /** The name of its clock, where the tree says how fast that is. */
  #clock(node: DtNode, name: string): string | undefined {
    const { resources } = this.#draft;
    const [source] = resources.specifiers(node, 'clocks', '#clock-cells');
    const own = resources.u32(node, 'clock-frequency') ?? bytesAsNumber(node.properties.get('clock-frequency'));
    const hertz = own ?? (source && resources.hertz(source));
    if (hertz === undefined || hertz <= 0) return undefined;
    const clock = own === undefined && source ? this.#names.of(source.node) : `${name}_clock`;
    this.#draft.put('clocks', clock, hertz, own === undefined && source ? source.node : node);
    return clock;
  }

  #stubs(node: DtNode, spans: readonly Span[], why: string | undefined): void {
    for (const [index, span] of spans.entries()) {
      if (this.#claimed(node, span)) this.#draft.stub(this.#nameOf(node, index), span, node, why);
    }
  }

  /** What overlaps with something that came before is left out; nodes in use come before disabled ones. */
  #claimed(node: DtNode, span: Span): boolean {
    const { resources } = this.#draft;
    const end = span.address + span.size;
    if (end > 2 ** 32) {
      if (!resources.isDisabled(node)) this.#note(node, 'lies beyond the 4 GiB of addresses that a machine has');
      return false;
    }
    if (this.#draft.claim(span)) return true;
    if (!resources.isDisabled(node) && !this.#draft.isChip)
      this.#note(node, 'overlaps with another one, which is kept');
    return false;
  }

  #isInRam(node: DtNode, span: Span): boolean {
    const { resources, isChip } = this.#draft;
    return !isChip && !resources.isDisabled(node) && this.#draft.isRam(span);
  }

  #note(node: DtNode, what: string): void {
    this.#draft.notes.push(`${this.#draft.resources.path(node)} ${what}`);
  }
}

function bytesAsNumber(value: Uint8Array | undefined): number | undefined {
  if (value?.length !== 8) return undefined;
  const hertz = Number(new DataView(value.buffer, value.byteOffset).getBigUint64(0));
  return Number.isSafeInteger(hertz) ? hertz : undefined;
}

/** Whether the node can be a device: it says what it is, and is no bus. */
export function isDevice(node: DtNode, compatible: readonly string[]): boolean {
  return compatible.length > 0 && !compatible.every((name) => PASSIVE.has(name)) && node.properties.has('reg');
}
