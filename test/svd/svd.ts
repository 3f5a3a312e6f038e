import { readFileSync } from 'node:fs';
import { mask } from '../../src/emu/bits.js';
import { child, type Element, parseXml, textOf } from './xml.js';

/** Peripherals and registers of a CMSIS-SVD file, derived ones spelled out. */

export interface SvdRegister {
  readonly name: string;
  readonly address: number;
  readonly reset: number;
  /** Bits that a field describes. */
  readonly fields: number;
}
export interface SvdPeripheral {
  readonly name: string;
  readonly base: number;
  readonly registers: readonly SvdRegister[];
}

export function readSvd(path: string): SvdPeripheral[] {
  const device = child(parseXml(readFileSync(path, 'utf8')), 'device');
  const peripherals = device && child(device, 'peripherals');
  if (peripherals === undefined) throw new Error(`${path} holds no <peripherals>`);
  const byName = new Map(peripherals.children.map((one) => [textOf(one, 'name')!, one]));
  return peripherals.children.map((one) => {
    const source = byName.get(one.attributes.derivedFrom ?? '') ?? one;
    const base = number(textOf(one, 'baseAddress'));
    const registers = child(one, 'registers') ?? child(source, 'registers');
    return { name: textOf(one, 'name')!, base, registers: registers?.children.map((r) => register(r, base)) ?? [] };
  });
}

function register(element: Element, base: number): SvdRegister {
  return {
    name: textOf(element, 'name')!,
    address: base + number(textOf(element, 'addressOffset')),
    reset: number(textOf(element, 'resetValue')),
    fields: (child(element, 'fields')?.children ?? []).reduce((bits, field) => (bits | fieldMask(field)) >>> 0, 0),
  };
}

function fieldMask(field: Element): number {
  return mask(number(textOf(field, 'bitOffset')), number(textOf(field, 'bitWidth')));
}

function number(text = '0'): number {
  const value = Number(text.trim());
  if (Number.isNaN(value)) throw new Error(`'${text}' is no number`);
  return value;
}
