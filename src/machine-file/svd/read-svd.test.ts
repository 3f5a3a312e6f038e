import { describe, expect, test } from 'vitest';
import { UsageError } from '../../emu/errors.js';
import type { SvdPeripheral, SvdRegister } from './model.js';
import { readSvd } from './read-svd.js';
import { TEST_CHIP } from './test-chip.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const chip = readSvd(bytes(TEST_CHIP), 'chip.svd');
const peripheral = (name: string): SvdPeripheral => chip.peripherals.find((one) => one.name === name)!;
const register = (of: string, name: string): SvdRegister => peripheral(of).registers.find((one) => one.name === name)!;

test('a chip has a processor and peripherals', () => {
  expect(chip).toMatchObject({ name: 'ACM4100', vendor: 'Acme', cpu: { name: 'CM4', priorityBits: 3 } });
  expect(chip.peripherals.map(({ name, base, size }) => [name, base, size])).toEqual([
    ['PWM', 0x4000_0000, 0x1000],
    ['PWM2', 0x4000_1000, 0x1000],
    ['PORT1', 0x4000_2000, 0x200],
    ['PORT2', 0x4000_2100, 0x200],
    ['NVIC', 0xe000_e100, 4],
  ]);
  expect(peripheral('PWM').interrupts).toEqual([{ name: 'PWM', value: 7 }]);
});

test('registers are inherited, derived, repeated and nested', () => {
  expect(peripheral('PWM').registers.map(({ name, offset, size }) => [name, offset, size])).toEqual([
    ['CTRL', 0, 32],
    ['FLAGS', 4, 32],
    ['COUNT', 8, 16],
    ['BYTE', 10, 8],
    ['KEY', 12, 32],
    ['STATUS', 12, 32],
    ['TIME', 16, 64],
    ['CMPA', 0x20, 32],
    ['CMPB', 0x24, 32],
    ['CMPC', 0x28, 32],
    ['BUF0', 0x30, 32],
    ['BUF1', 0x34, 32],
    ['CH0_CR', 0x100, 32],
    ['CH0_DMA_ADDR', 0x114, 32],
    ['CH1_CR', 0x120, 32],
    ['CH1_DMA_ADDR', 0x134, 32],
  ]);
});

test('only bits that the mask names have a reset value', () => {
  expect(register('PWM', 'CTRL').reset).toBe(0x10n);
  expect(register('PWM', 'TIME').reset).toBe(0x1_0000_0002n);
});

test('what registers do is theirs, or that of those they are derived from', () => {
  expect(register('PWM', 'FLAGS')).toMatchObject({ access: 'read-write', write: 'oneToClear', read: 'none' });
  expect(register('PWM', 'BYTE')).toMatchObject({ read: 'clear', reset: 0xffn });
  expect(register('PWM', 'KEY').access).toBe('write-only');
});

test('fields have places, access and names of values', () => {
  const { fields } = register('PWM', 'CTRL');
  expect(fields.map(({ name, low, width, access }) => [name, low, width, access])).toEqual([
    ['EN', 0, 1, 'read-write'],
    ['MODE', 4, 2, 'read-write'],
    ['READY', 8, 1, 'read-only'],
    ['IRQ0', 16, 1, 'read-write'],
    ['IRQ1', 17, 1, 'read-write'],
  ]);
  expect([...fields[1]!.values]).toEqual([
    [1, 'up'],
    [2, 'down'],
  ]);
});

test('a derived peripheral has the registers of its base, and its own', () => {
  const names = peripheral('PWM2').registers.map(({ name }) => name);
  expect(names).toContain('CH1_DMA_ADDR');
  expect(register('PWM2', 'EXTRA')).toMatchObject({ offset: 0x200, reset: 3n });
  expect(peripheral('PWM2').interrupts).toEqual([]);
});

describe('mistakes', () => {
  const refused = (source: string): string => {
    try {
      readSvd(bytes(source), 'chip.svd');
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return `${error.problem.where}: ${error.problem.what}`;
    }
    return 'accepted';
  };
  const changed = (from: string, to: string) => {
    expect(TEST_CHIP).toContain(from);
    return refused(TEST_CHIP.replace(from, to));
  };

  test('in the XML have line and column', () => {
    expect(refused('')).toMatchInlineSnapshot(`"chip.svd:1: the file is no well-formed XML: Start tag expected"`);
    expect(refused('hello')).toMatchInlineSnapshot(
      `"chip.svd:1:1: the file is no well-formed XML: char 'h' is not expected"`,
    );
    expect(refused('<device><name>x</device>')).toMatchInlineSnapshot(
      `"chip.svd:1:16: the file is no well-formed XML: Expected closing tag 'name' (opened in line 1, col 9) instead of closing tag 'device'"`,
    );
    expect(refused('<board></board>')).toMatchInlineSnapshot(
      `"chip.svd: the file is no SVD: its root element is <board>, not <device>"`,
    );
    expect(refused('<device></device>')).toMatchInlineSnapshot(`"chip.svd: the file describes no peripheral"`);
    expect(refused('<!DOCTYPE d [<!ENTITY a "b">]><device>&a;</device>')).toMatchInlineSnapshot(
      `"chip.svd: the file has a document type (<!DOCTYPE), which no SVD file needs"`,
    );
    expect(refused(`<device>${'<a>'.repeat(100)}${'</a>'.repeat(100)}</device>`)).toMatchInlineSnapshot(
      `"chip.svd: elements are nested deeper than 24"`,
    );
    expect(refused('<device><__proto__>1</__proto__></device>')).toMatchInlineSnapshot(
      `"chip.svd: the file cannot be read as XML: [SECURITY] Invalid name: "__proto__" is a reserved JavaScript keyword that could cause prototype pollution"`,
    );
  });

  test('in what it says have them too', () => {
    expect(changed('<baseAddress>0x40000000<', '<baseAddress>0x4000000G<')).toMatchInlineSnapshot(
      `"chip.svd:17:7: <baseAddress> is no number: '0x4000000G'"`,
    );
    expect(changed('<baseAddress>0x40000000</baseAddress>', '')).toMatchInlineSnapshot(
      `"chip.svd:13:5: the peripheral has no <baseAddress>"`,
    );
    expect(changed('<baseAddress>0x40000000<', '<baseAddress>0xFFFFFFF0<')).toMatchInlineSnapshot(
      `"chip.svd:13:5: 'PWM' reaches past the 32-bit addresses"`,
    );
    expect(changed('derivedFrom="COUNT"', 'derivedFrom="COUNTER"')).toMatchInlineSnapshot(
      `"chip.svd:47:9: 'COUNTER', which it is derived from, is not there"`,
    );
    expect(changed('<name>CTRL</name>', '')).toMatchInlineSnapshot(`"chip.svd:21:9: <register> has no <name>"`);
    expect(changed('<peripheral>', '<peripheral derivedFrom="PWM2">')).toMatchInlineSnapshot(
      `"chip.svd:13:5: it is derived from itself, or from a chain that is too long"`,
    );
    expect(changed('<dim>3</dim>', '<dim>4</dim>')).toMatchInlineSnapshot(
      `"chip.svd:52:9: <dimIndex> 'A,B,C' does not name 4 elements"`,
    );
    expect(changed('<dim>3</dim>', '<dim>5000</dim>')).toMatchInlineSnapshot(
      `"chip.svd:52:9: <dim> is 5000, not 1 to 4096"`,
    );
    expect(changed('<dimIncrement>0x20</dimIncrement>', '')).toMatchInlineSnapshot(
      `"chip.svd:57:9: <dim> without <dimIncrement> (bytes)"`,
    );
    expect(changed('<access>write-only<', '<access>sometimes<')).toMatchInlineSnapshot(
      `"chip.svd:48:69: <access> is 'sometimes', not one of read-only, write-only, read-write, writeOnce, read-writeOnce"`,
    );
    expect(changed('<size>16</size>', '<size>99</size>')).toMatchInlineSnapshot(
      `"chip.svd:43:9: <size> is 99 bits, not 1 to 64"`,
    );
    expect(changed('<lsb>4</lsb>', '')).toMatchInlineSnapshot(
      `"chip.svd:28:13: the field has no position: <bitOffset>, <lsb> or <bitRange>"`,
    );
    expect(changed('<value>7</value>', '<value>7000</value>')).toMatchInlineSnapshot(
      `"chip.svd:19:7: the interrupt 7000 is none: they end at 1024"`,
    );
  });

  test('that multiply are bounded', () => {
    const inner = '<register><dim>4000</dim><dimIncrement>4</dimIncrement><name>R%s</name></register>';
    const cluster = (content: string, n: number) =>
      `<cluster><dim>4000</dim><dimIncrement>4</dimIncrement><name>C${n}_%s</name>${content}</cluster>`;
    const registers = `<registers>${cluster(cluster(inner, 1), 2)}</registers>`;
    const source = `<device><peripherals><peripheral><name>P</name><baseAddress>0</baseAddress>${registers}</peripheral></peripherals></device>`;
    expect(refused(source)).toMatchInlineSnapshot(
      `"chip.svd:1:231: the file describes more than 100,000 registers and clusters"`,
    );
  });
});
