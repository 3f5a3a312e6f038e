import { frequencyText, sizeText } from './quantities.js';
import type { RawMachine } from './schema.js';

/** Writes a description as YAML: one line a device, addresses in hexadecimal. */

const SCHEMA = './node_modules/fwtest/schema/machine.schema.json';
const FREQUENCIES = new Set(['clock', 'hertz', 'hse', 'lse', 'i2sCkin', 'timebase', 'limit']);
/** Numbers that are people's, not addresses. */
const DECIMAL_BELOW = 4096;

export function yamlOf(raw: RawMachine): string {
  const lines = [`# yaml-language-server: $schema=${SCHEMA}`];
  for (const [key, value] of Object.entries(raw)) lines.push(...section(key, value));
  return `${lines.join('\n')}\n`;
}

/** A named group line by line; everything else on one. */
function section(key: string, value: unknown): string[] {
  if (Array.isArray(value) && value.some((one) => typeof one === 'object' || typeof one === 'string'))
    return [`${key}:`, ...value.map((one) => `  - ${flow(key, one)}`)];
  if (!isObject(value) || Array.isArray(value) || key === 'bridges' || key === 'semihosting')
    return [`${key}: ${flow(key, value)}`];
  const inner = key === 'clocks' ? 'hertz' : '';
  return [`${key}:`, ...Object.entries(value).map(([name, one]) => `  ${word(name)}: ${flow(inner, one)}`)];
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What matters most comes first. */
const FIRST = ['type', 'kind', 'of', 'at', 'size', 'file', 'irq', 'clock'];
const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);

function flow(key: string, value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => flow(key, one)).join(', ')}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    entries.sort(([a], [b]) => rank(a) - rank(b));
    return `{ ${entries.map(([name, one]) => `${word(name)}: ${flow(name, one)}`).join(', ')} }`;
  }
  if (typeof value === 'number') return numberText(key, value);
  return typeof value === 'string' ? word(value) : String(value);
}

export function numberText(key: string, value: number): string {
  if (FREQUENCIES.has(key) && value >= 1 && Number.isInteger(value)) return frequencyText(value);
  if (key === 'size' || key === 'offset') return Number.isInteger(value) ? sizeText(value) : String(value);
  if (!Number.isInteger(value) || value < DECIMAL_BELOW) return key === 'at' && value >= 0 ? hex(value) : String(value);
  return hex(value);
}

const hex = (value: number): string => `0x${value.toString(16).padStart(value > 0xffff ? 8 : 1, '0')}`;

/** Plain where YAML reads it back as the same text. */
function word(text: string): string {
  const letters = /^[A-Za-z_/][A-Za-z0-9_./+=>-]*( [A-Za-z0-9_./+=>-]+)*$/.test(text);
  const plain = letters && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
