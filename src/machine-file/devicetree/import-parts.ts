import { DEVICES, PARTS } from '../kinds/index.js';
import type { RawDevice, RawPart } from '../schema.js';
import type { Draft } from './draft.js';
import type { Names } from './names.js';
import type { Specifier } from './resources.js';
import { type DtNode, nodeAt } from './tree.js';

/** What hangs on pins and buses: LEDs, keys, chips on I2C, and the console. */

const ACTIVE_LOW = 1;

/** The net of a pin, `PD12`. */
export type PinOf = (pin: Specifier) => string | undefined;

/** By the kind of the port's device. */
export function pinOfDraft(draft: Draft): PinOf {
  return ({ node, cells: [number = 0] }) => {
    const name = draft.made.get(node);
    const device = name === undefined ? undefined : draft.raw.devices?.[name];
    const kind = device && DEVICES.get(device.type);
    return device && kind?.pin?.({ ...kind.fromName?.(name!), ...device }, number);
  };
}

export function importPins(draft: Draft, nodes: readonly DtNode[], names: Names, pinOf: PinOf): void {
  const { resources } = draft;
  for (const parent of nodes) {
    const isLeds = resources.isCompatible(parent, 'gpio-leds', 'sifive,gpio-leds');
    if (!isLeds && !resources.isCompatible(parent, 'gpio-keys', 'gpio-keys-polled', 'sifive,gpio-buttons')) continue;
    // SiFive's nodes are one LED or button each.
    for (const node of resources.has(parent, 'gpios') ? [parent] : parent.children) {
      const [one] = resources.specifiers(node, 'gpios', '#gpio-cells', 1);
      const pin = one && pinOf(one);
      if (!one || pin === undefined || resources.isDisabled(node)) continue;
      const isLow = ((one.cells[1] ?? 0) & ACTIVE_LOW) !== 0;
      const part: RawPart = isLeds ? { type: 'led', pin } : { type: 'button', pin };
      if (isLeds && isLow) part['activeLow'] = true;
      if (!isLeds && !isLow) part['activeHigh'] = true;
      draft.put('parts', names.of(node, resources.text(node, 'label')), part, node);
    }
  }
}

/** Chips on I2C by `compatible`: kind of part, and its options. */
const ON_I2C: readonly (readonly [names: RegExp, type: string, options?: (draft: Draft, node: DtNode) => object])[] = [
  [/,lm75[ab]?$/, 'lm75'],
  [/,bmp280$/, 'bmp280'],
  [/^(atmel|microchip|st|onnn|nxp|renesas),24c\d+$|^atmel,at24$/, 'i2c-eeprom', eepromOptions],
  [/^solomon,ssd1306(fb)?(-i2c)?$/, 'ssd1306', displayOptions],
];

function eepromOptions({ resources }: Draft, node: DtNode): object {
  const kilobits = Number(/24c(\d+)$/.exec(resources.compatible(node).find((name) => /24c\d+$/.test(name)) ?? '')?.[1]);
  const size = resources.u32(node, 'size') ?? (kilobits > 0 ? kilobits * 128 : undefined);
  const page = resources.u32(node, 'pagesize');
  return { ...(size !== undefined && { size }), ...(page !== undefined && { page }) };
}

function displayOptions({ resources }: Draft, node: DtNode): object {
  const first = (...names: string[]) => names.map((name) => resources.u32(node, name)).find((one) => one !== undefined);
  const [width, height] = [first('width', 'solomon,width'), first('height', 'solomon,height')];
  return { ...(width !== undefined && { width }), ...(height !== undefined && { height }) };
}

export function importBusParts(draft: Draft, nodes: readonly DtNode[], names: Names): void {
  const { resources } = draft;
  for (const node of nodes) {
    const parent = resources.parent(node);
    const bus = parent && draft.made.get(parent);
    if (bus === undefined || resources.isDisabled(node) || draft.mapped.has(node)) continue;
    if (!/i2c|spi/i.test(busType(draft, bus))) continue;
    const address = resources.u32(node, 'reg');
    const onI2c = /i2c/.test(busType(draft, bus)) ? ON_I2C : [];
    const found = onI2c.find(([pattern]) => resources.compatible(node).some((name) => pattern.test(name)));
    const compatible = resources.compatible(node);
    if (found && address !== undefined && PARTS.has(found[1])) {
      const part: RawPart = { type: found[1], bus, address, ...found[2]?.(draft, node) };
      draft.put('parts', names.of(node), part, node);
    } else if (compatible.length > 0) {
      draft.unmodelled.push({ name: names.of(node), path: resources.path(node), compatible });
    }
  }
}

/** The device's type; that of a known chip's device is its name. */
function busType(draft: Draft, name: string): string {
  const device: RawDevice | undefined = draft.raw.devices?.[name];
  return device?.type ?? name;
}

/** The UART that `/chosen` names: Linux's and U-Boot's `stdout-path`, or Zephyr's console. */
export function consoleNode(draft: Draft): DtNode | undefined {
  const { resources } = draft;
  const chosen = nodeAt(resources.root, '/chosen');
  if (!chosen) return undefined;
  for (const property of ['stdout-path', 'linux,stdout-path', 'zephyr,console', 'zephyr,shell-uart']) {
    const cell = resources.u32(chosen, property);
    const found = resources.named(resources.text(chosen, property)) ?? resources.byPhandle(cell);
    if (found) return found;
  }
  return undefined;
}

/** Pins of a UART from the names of its pin control nodes, as Zephyr's and Linux's trees for ST's chips have them. */
function uartPins(draft: Draft, uart: DtNode): { tx?: string; rx?: string } {
  const pins: { tx?: string; rx?: string } = {};
  for (const cell of draft.resources.cells(uart, 'pinctrl-0')) {
    const [, role, port, number] = /_(tx|rx)_p([a-k])(\d+)$/.exec(draft.resources.byPhandle(cell)?.name ?? '') ?? [];
    if (role === 'tx' || role === 'rx') pins[role] = `P${port!.toUpperCase()}${number}`;
  }
  return pins;
}

export function importConsole(draft: Draft): void {
  const node = consoleNode(draft);
  const uart = node && draft.made.get(node);
  if (!node || uart === undefined || draft.stubs.has(uart)) {
    if (node) draft.notes.push(`the console ${draft.resources.path(node)} has no model: nothing will be shown`);
    return;
  }
  draft.put('parts', 'console', { type: 'terminal', uart, ...uartPins(draft, node) }, node);
}
