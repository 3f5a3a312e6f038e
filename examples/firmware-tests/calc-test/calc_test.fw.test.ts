import { at, expect, firmwareTest } from 'fwtest';
import {
  microchipIcicleKit,
  param,
  riscvVirt,
  riscvVirt64,
  shaktiC,
  sifiveE,
  sifiveU,
  spike,
  spike32,
  stm32f4Discovery,
} from 'fwtest/boards';
import { mmioCalculator } from 'fwtest/devices';

const READY = 'calc_test: A op B?\r\n';
const within = '50ms';
/** Busy for 200 cycles, on interrupt line `irq`. */
const calculator = (address: number, irq: number) => at(address, mmioCalculator({ busyCycles: 200 }), { irq });
const RISCV = 0x0400_1000;
const toHart0 = at(RISCV, mmioCalculator({ busyCycles: 200 }), { wires: { irq: 'cpu.meip' } });
const elsewhere = at(0x0500_0000, mmioCalculator());

/** Each board with its calculator, and the same board without. */
const boards = [
  ['stm32f407', stm32f4Discovery.with({ calc: calculator(0x6000_0000, 81) }), stm32f4Discovery],
  // these have a calculator of their own: it is elsewhere for a board without
  ['riscv-virt', riscvVirt, riscvVirt.with({ calc: elsewhere })],
  ['riscv-virt64', riscvVirt64, riscvVirt64.with({ calc: elsewhere })],
  ['sifive-e', sifiveE.with({ calc: toHart0 }), sifiveE],
  ['sifive-u', sifiveU.with({ calc: calculator(RISCV, 32) }), sifiveU],
  ['spike', spike.with({ calc: toHart0 }), spike],
  ['spike32', spike32.with({ calc: toHart0 }), spike32],
  ['shakti-c', shaktiC.with({ calc: calculator(RISCV, 20) }), shaktiC],
  ['microchip-icicle-kit', microchipIcicleKit.with({ calc: calculator(RISCV, 120) }), microchipIcicleKit],
  ['param', param.with({ calc: calculator(RISCV, 20) }), param],
] as const;

/** The board's console, whatever its UART is called. */
type Console = Parameters<typeof expect>[0] & { type(text: string): void };
const CONSOLES: Readonly<Record<string, string>> = {
  stm32f407: 'usart2',
  spike: 'htif',
  spike32: 'htif',
  param: 'uart',
  'microchip-icicle-kit': 'mmuart0',
};

for (const [name, board, without] of boards) {
  const firmware = `./calc_test-${name}.elf`;
  const consoleOf = (one: object) => (one as Record<string, Console>)[CONSOLES[name] ?? 'uart0']!;
  const test = firmwareTest({ board, firmware });

  for (const [task, answer] of [
    ['6 * 7', '6 * 7 = 42'],
    ["10 '*' 5", '10 * 5 = 50'],
    ['2 - 3', '2 - 3 = -1'],
    ['-7 / 2', '-7 / 2 = -3'],
    ['1 / 0', '1 / 0: the calculator reports an error'],
    ['1 +', 'usage: [irq] A op B, with 32-bit numbers and one of +-*/'],
  ] as const) {
    test(`${name}: ${task}`, ({ board: one }) => {
      const console = consoleOf(one);
      expect(console).toWriteUart(READY, { within });
      console.type(`${task}\n`);
      expect(console).toWriteUart(`${answer}\r\n`, { within });
    });
  }

  test(`${name}: waits for the interrupt, once and again`, ({ board: one }) => {
    const console = consoleOf(one);
    expect(console).toWriteUart(READY, { within });
    for (const [task, answer] of [
      ['irq 6 * 7', '6 * 7 = 42'],
      ['irq 1 / 0', '1 / 0: the calculator reports an error'],
      ['irq 9 + 1', '9 + 1 = 10'],
    ] as const) {
      console.type(`${task}\n`);
      expect(console).toWriteUart(`${answer}\r\n`, { within });
    }
  });

  const lacking = firmwareTest({ board: without, firmware });
  lacking(`${name}: without the device the first access to it is a bus fault`, ({ board: one }) => {
    const console = consoleOf(one);
    expect(console).toWriteUart(READY, { within });
    console.type('6 * 7\n');
    one.run(within);
    const arm = name === 'stm32f407';
    expect(one).toHaveFaulted(arm ? 'HardFault' : 'store/AMO access fault');
    const where = `address ${arm ? '0x60000000' : '0x04001000'}, where there is neither memory nor device`;
    expect(one.faults[0]!.text).toContain(where);
  });
}
