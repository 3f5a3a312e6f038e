import { describe, expect, test } from 'vitest';
import type { Board } from '../../boards/define.js';
import { stm32f4Discovery } from '../../boards/index.js';
import { UsageError } from '../../emu/errors.js';
import { machineFrom } from '../index.js';
import { ZEPHYR_STYLE } from './board-test-tree.js';
import { decodeDtb } from './dtb.js';
import { readDts } from './dts.js';
import { importDevicetree, importReport } from './import-tree.js';
import { nodeAt } from './tree.js';
import { readStrings } from './values.js';

const imported = (source: string, boards: Readonly<Record<string, Board>> = {}) =>
  importDevicetree(readDts(source, 'board.dts'), { path: 'board.dts', boardNamed: (name) => boards[name] });

const KNOWN = { 'stm32f4-discovery': stm32f4Discovery as unknown as Board };

/** A small RISC-V system; `soc` is put into its bus. */
const riscv = (soc: string, more = '') => `/dts-v1/;
/ {
  #address-cells = <1>; #size-cells = <1>;
  cpus {
    #address-cells = <1>; #size-cells = <0>; timebase-frequency = <1000000>;
    cpu@0 { device_type = "cpu"; compatible = "riscv"; reg = <0>; riscv,isa = "rv32imac"; clock-frequency = <50000000>;
      intc: interrupt-controller { compatible = "riscv,cpu-intc"; interrupt-controller; #interrupt-cells = <1>; }; };
  };
  memory@80000000 { device_type = "memory"; reg = <0x80000000 0x100000>; };
  soc: soc {
    #address-cells = <1>; #size-cells = <1>; compatible = "simple-bus"; ranges;
    clint@2000000 { compatible = "riscv,clint0"; reg = <0x2000000 0x10000>; interrupts-extended = <&intc 3 &intc 7>; };
    plic: plic@c000000 { compatible = "riscv,plic0"; reg = <0xc000000 0x4000000>; interrupt-controller;
      #interrupt-cells = <1>; #address-cells = <0>; riscv,ndev = <31>; interrupts-extended = <&intc 11>; };
    ${soc}
  };
  ${more}
};`;

const UART = 'serial@10000000 { compatible = "ns16550a"; reg = <0x10000000 0x100>; interrupts = <10>;';

test('a node that a device of the user stands for', () => {
  const source = riscv(
    'npu@20000000 { compatible = "acme,npu"; reg = <0x20000000 0x1000>; interrupt-parent = <&plic>; interrupts = <7>; };',
  );
  const options = { path: 'board.dts', boardNamed: () => undefined };
  const own = importDevicetree(readDts(source, 'board.dts'), { ...options, compatibles: new Set(['acme,npu']) });
  expect(own.raw.devices?.['npu']).toEqual({ type: 'acme,npu', at: 0x2000_0000, irq: 'plic.7' });
  expect(own.unmodelled).toEqual([]);
  expect(imported(source).unmodelled).toHaveLength(1);
});

describe('a chip of the project', () => {
  const { raw, unmodelled, where } = imported(ZEPHYR_STYLE, KNOWN);

  test('is taken as it is, with the parts of the tree in place of its board’s', () => {
    expect(raw.board).toBe('stm32f4-discovery');
    expect(raw.remove).toContain('accelerometer');
    expect(raw.set).toEqual({ 'rcc.hse': 8_000_000 });
    expect(raw.devices).toBeUndefined();
    expect(raw.parts).toMatchObject({
      green_led_4: { type: 'led', pin: 'PD12' },
      user_button: { type: 'button', pin: 'PA0', activeHigh: true },
      thermometer: { type: 'lm75', bus: 'i2c1', address: 0x48 },
      console: { type: 'terminal', uart: 'usart2', tx: 'PA2', rx: 'PA3' },
    });
  });

  test('says which nodes in use it has no model for', () => {
    expect(unmodelled.map(({ path }) => path)).toEqual(['/soc/sdmmc@40012c00', '/soc/i2c@40005400/cs43l22@4a']);
  });

  test('keeps the places of what it took', () => {
    expect(where('parts', 'green_led_4', 'pin')).toBe('stm32f4_disco.dts:27:16');
  });

  test('stands for its relatives, which is said', () => {
    const { notes } = imported(ZEPHYR_STYLE.replace('"st,stm32f407"', '"st,stm32f405"'), KNOWN);
    expect(notes).toEqual(["'st,stm32f405' is an STM32F407 here, the relative that fwtest has"]);
  });
});

describe('a Cortex-M of no known chip', () => {
  const other = ZEPHYR_STYLE.replace('"st,stm32f407", "st,stm32f4"', '"st,stm32f103", "st,stm32f1"');

  test('gets memories, models where their registers are the same, and stubs', () => {
    const { raw } = imported(other);
    expect(raw.cpus).toEqual({
      cpu: { type: 'cortex-m4', clock: 16e6, irqs: 50, priorityBits: 4, vtor: 0x800_0000 },
    });
    expect(raw.memory).toEqual({
      sram0: { kind: 'ram', at: 0x2000_0000, size: 0x2_0000 },
      flash0: { kind: 'flash', at: 0x800_0000, size: 0x10_0000 },
    });
    expect(raw.devices).toMatchObject({
      usart2: { type: 'stm32-usart', at: 0x4000_4400, irq: 'nvic.38' },
      gpioa: { type: 'not-modelled', at: 0x4002_0000, size: 0x400 },
    });
  });

  test('that fwtest cannot stand for is refused', () => {
    expect(() => imported(other.replace('arm,cortex-m4f', 'arm,cortex-m7'))).toThrow(
      'there is no model of the cortex-m7',
    );
  });
});

describe('a RISC-V system', () => {
  const only = (soc: string, more = '') => imported(riscv(soc, more));

  test('has its harts, memories, controllers and devices', () => {
    const { raw, notes } = only(`${UART} interrupt-parent = <&plic>; clock-frequency = <1843200>; };`);
    expect(notes).toEqual([]);
    expect(raw.memory).toMatchObject({
      ram: { kind: 'ram', at: 0x8000_0000, size: 0x10_0000 },
      resetRom: { kind: 'rom', at: 0x1000, size: 0xf000 },
    });
    expect(raw.cpus?.['cpu']).toEqual({
      type: 'riscv',
      ...{ xlen: 32, isa: 'imac', modes: 'mu', harts: 1, clock: 50e6, timebase: 1e6, resetVector: 0x1000 },
      ...{ clint: 0x200_0000, plic: 0xc00_0000, sources: 31 },
    });
    expect(raw.clocks).toEqual({ serial_clock: 1_843_200 });
    expect(raw.devices).toEqual({
      serial: { type: 'ns16550', at: 0x1000_0000, lineControl: 3, irq: 'plic.10', clock: 'serial_clock' },
    });
  });

  test('inherits interrupt parents and translates addresses', () => {
    const { raw } =
      only(`bus { #address-cells = <1>; #size-cells = <1>; compatible = "simple-bus"; interrupt-parent = <&plic>;
      ranges = <0 0x20000000 0x1000>; serial@100 { compatible = "ns16550a"; reg = <0x100 0x100>; interrupts = <3>; }; };`);
    expect(raw.devices?.['serial']).toMatchObject({ at: 0x2000_0100, irq: 'plic.3' });
  });

  test('follows interrupt maps', () => {
    const { raw } =
      only(`nexus { #address-cells = <1>; #size-cells = <1>; #interrupt-cells = <1>; compatible = "simple-bus";
      ranges; interrupt-map-mask = <0 3>; interrupt-map = <0 1 &plic 21>, <0 2 &plic 22>;
      serial@10000000 { compatible = "ns16550a"; reg = <0x10000000 0x100>; interrupts = <2>; }; };`);
    expect(raw.devices?.['serial']).toMatchObject({ irq: 'plic.22' });
  });

  test('makes stubs of unknown blocks, faults of large ones, nothing of disabled ones', () => {
    const { raw, unmodelled, notes } = only(`
      npu@30000000 { compatible = "acme,npu"; reg = <0x30000000 0x1000>; };
      pci@40000000 { compatible = "acme,pci"; reg = <0x40000000 0x10000000>; };
      off@50000000 { compatible = "acme,off"; reg = <0x50000000 0x1000>; status = "disabled"; };`);
    expect(raw.devices).toEqual({ npu: { type: 'not-modelled', at: 0x3000_0000, size: 0x1000, block: 'npu' } });
    expect(raw.absent).toEqual({ pci: { at: 0x4000_0000, size: 0x1000_0000 } });
    expect(importReport({ unmodelled, notes })).toEqual([
      '2 nodes without a model: /soc/npu@30000000 (acme,npu), /soc/pci@40000000 (acme,pci)',
    ]);
  });

  test('says why a model does not do', () => {
    const { unmodelled } = only(`${UART} reg-shift = <2>; };`);
    expect(unmodelled[0]?.why).toBe("its registers are 4 bytes apart (reg-shift), the model's are 1");
  });

  test('names devices by alias, or by number where several have one name', () => {
    const { raw } = only(
      `serial@10000000 { compatible = "ns16550a"; reg = <0x10000000 0x100>; };
       serial@10002000 { compatible = "ns16550a"; reg = <0x10002000 0x100>; };
       serial@10001000 { compatible = "ns16550a"; reg = <0x10001000 0x100>; };`,
      'aliases { tty0 = "/soc/serial@10001000"; };',
    );
    const at = Object.entries(raw.devices ?? {}).map(([name, { at }]) => [name, at]);
    expect(at).toEqual([
      ['serial0', 0x1000_0000],
      ['serial2', 0x1000_2000],
      ['tty0', 0x1000_1000],
    ]);
  });

  test('has the console of /chosen', () => {
    const { raw } = only(`${UART} };`, 'chosen { stdout-path = "/soc/serial@10000000:115200"; };');
    expect(raw.parts).toEqual({ console: { type: 'terminal', uart: 'serial' } });
  });

  test('tells firmware that blocks without a model are disabled', () => {
    const { raw } = only('npu@30000000 { compatible = "acme,npu"; reg = <0x30000000 0x1000>; };');
    const rom = Buffer.from(raw.memory!['resetRom']!.contents!, 'base64');
    const status = nodeAt(decodeDtb(rom.subarray(0x100)).root, '/soc/npu')?.properties.get('status');
    expect(readStrings(status!)).toEqual(['disabled']);
  });

  test('may be without PLIC', () => {
    const { raw } = imported(riscv('').replace('riscv,plic0', 'acme,irq'));
    expect(raw.cpus?.['cpu']).toMatchObject({ plic: 'none' });
  });

  test('cannot be without processors or controllers', () => {
    const what = (source: string) => {
      try {
        imported(source);
        return 'accepted';
      } catch (error) {
        if (error instanceof UsageError) return `${error.problem.where}: ${error.problem.what}`;
        throw error;
      }
    };
    expect(what('/dts-v1/; / { };')).toMatchInlineSnapshot(
      `"board.dts:1:1: the devicetree has no processor: no node /cpus/cpu@…"`,
    );
    expect(what(riscv('').replace('riscv,clint0', 'x,y'))).toMatchInlineSnapshot(
      `"board.dts:1:1: the devicetree has no CLINT (sifive,clint0)"`,
    );
    expect(what(riscv('').replace('rv32imac', 'rv128i'))).toMatchInlineSnapshot(
      `"board.dts:6:67: 'rv128i' is no RV32 or RV64"`,
    );
    for (const isa of ['rv32q', 'rv32emc']) {
      expect(what(riscv('').replace('rv32imac', isa))).toBe(`board.dts:6:67: '${isa}' lacks the base, i`);
    }
    expect(
      what(
        riscv('')
          .replace('"riscv";', '"acme,cpu";')
          .replace(/riscv,isa = "rv32imac"; /, ''),
      ),
    ).toMatchInlineSnapshot(`"board.dts:6:5: there is no model of the processor 'acme,cpu'"`);
  });
});

test('a node over another one is named, whether its name or its `reg` says so', () => {
  const over = (name: string) =>
    imported(riscv(`${UART} };\n${name} { compatible = "acme,npu"; reg = <0x10000000 0x1000>; };`)).notes;
  expect(over('npu@10000000')).toEqual(['/soc/npu@10000000 overlaps with another one, which is kept']);
  expect(over('npu@20000000')).toEqual([
    '/soc/npu@20000000 is at 0x10000000 by its property reg, which counts',
    '/soc/npu@20000000 overlaps with another one, which is kept',
  ]);
});

test('a device in RAM is the mistake that it is in any machine, at its place in the tree', () => {
  const source = riscv(
    `${UART.replaceAll('10000000', '80001000')} };`,
    'chosen { stdout-path = "/soc/serial@80001000"; };',
  );
  const tree = imported(source);
  expect(tree.notes).toEqual([]);
  const load = () => machineFrom([tree]);
  expect(load).toThrow(/device 'serial\w*' .*memory '\w+' .* overlap|memory '\w+' .*device 'serial\w*' .* overlap/);
  expect(load).toThrow(/where: board\.dts:\d+/);
});
