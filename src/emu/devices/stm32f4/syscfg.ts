import { bits } from '../../bits.js';
import { defineDevice } from '../../device.js';
import { notModelled, r, reg, registers, rw } from '../../registers.js';
import { APB_NARROW } from './apb.js';

/** RM0090 section 9.2 (STM32F405/407). */
function exticr(offset: number, first: number, section: string) {
  const fields = Array.from({ length: 4 }, (_, i) => [`EXTI${first + i}`, rw(i * 4, 4)] as const);
  return reg(offset, Object.fromEntries(fields), 0, section);
}

const layout = (memMode: number) =>
  registers({
    MEMRMP: reg(0x00, { MEM_MODE: rw(0, 2) }, memMode, 'RM0090 9.2.1'),
    PMC: reg(0x04, { MII_RMII_SEL: notModelled(rw(23), 'Ethernet') }, 0, 'RM0090 9.2.2'),
    EXTICR1: exticr(0x08, 0, 'RM0090 9.2.3'),
    EXTICR2: exticr(0x0c, 4, 'RM0090 9.2.4'),
    EXTICR3: exticr(0x10, 8, 'RM0090 9.2.5'),
    EXTICR4: exticr(0x14, 12, 'RM0090 9.2.6'),
    CMPCR: reg(0x20, { CMP_PD: rw(0), READY: r(8) }, 0, 'RM0090 9.2.7'),
  });

/** What lies at address 0: MEMRMP.MEM_MODE, RM0090 9.2.1. */
export const MEMORY_MODE = { flash: 0, system: 1, fsmc: 2, sram: 3 } as const;
export type Boot = Exclude<keyof typeof MEMORY_MODE, 'fsmc'>;

const PORTS = [...'ABCDEFGHI'];

/**
 * System configuration controller: memory at address 0, EXTI's port multiplexer, the I/O compensation cell (ready at
 * once: the manual gives no time).
 *
 * Wires: inputs `PA0` … `PI15` (a port's `in` wires); outputs `exti0` … `exti15`, and `memoryMode`, whose level is
 * MEM_MODE; input `levelTwo` (the flash interface's). `boot` is what the BOOT pins select: the value MEM_MODE has after reset (2.4).
 */
export function syscfg({ boot = 'flash' }: { boot?: Boot } = {}) {
  return defineDevice({
    name: 'stm32f4-syscfg',
    size: 0x400,
    registers: layout(MEMORY_MODE[boot]),
    narrow: APB_NARROW,
    setup(d) {
      const { MEMRMP, EXTICR1, EXTICR2, EXTICR3, EXTICR4, CMPCR } = d.regs;
      const choices = [EXTICR1, EXTICR2, EXTICR3, EXTICR4];
      const memoryMode = d.output('memoryMode');
      const levelTwo = d.input('levelTwo');
      const lines = Array.from({ length: 16 }, (_, line) => d.output(`exti${line}`));
      const pins = lines.map((_, line) => PORTS.map((port) => d.input(`P${port}${line}`, () => select(line))));

      function select(line: number): void {
        const port = bits(choices[line >> 2]!.value, (line & 3) * 4, 4);
        lines[line]!.set(pins[line]![port]?.level ?? 0);
      }
      const selectAll = (): void => {
        for (const line of lines.keys()) select(line);
      };

      for (const choice of choices) d.onWrite(choice, selectAll);
      d.onWrite(MEMRMP, () => {
        memoryMode.set(MEMRMP.MEM_MODE);
        if (MEMRMP.MEM_MODE !== MEMORY_MODE.fsmc) return;
        d.report({
          kind: 'unmodelled',
          what: 'SYSCFG.MEMRMP.MEM_MODE is 2: the FSMC is not modelled, address 0 has no memory',
          section: 'RM0090 9.2.1',
        });
      });
      d.onWrite(CMPCR, () => {
        CMPCR.READY = CMPCR.CMP_PD;
      });
      d.onReset(() => {
        // 3.7.3: with read protection of level 2 the BOOT pins are ignored.
        if (levelTwo.level) MEMRMP.MEM_MODE = MEMORY_MODE.flash;
        memoryMode.set(MEMRMP.MEM_MODE);
        selectAll();
      });
    },
  });
}
