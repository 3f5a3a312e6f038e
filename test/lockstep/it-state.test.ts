import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';

/** Programs that the manual calls unpredictable use IT blocks in ways of their own; both engines do the same with them. */

const FLASH = 0x0800_0000;

/** An image whose reset handler is at +0x40, and the handler of SVCall at +0x80. */
function imageOf(reset: readonly number[], svc: readonly number[] = []) {
  const bytes = new Uint8Array(0x100);
  const words = new Uint32Array(bytes.buffer);
  words[0] = 0x2001_0000;
  words[1] = (FLASH + 0x40) | 1;
  words[11] = (FLASH + 0x80) | 1;
  new Uint16Array(bytes.buffer).set(reset, 0x20);
  new Uint16Array(bytes.buffer).set(svc, 0x40);
  return [{ physicalAddress: FLASH, data: bytes }];
}

// each counts r0 up and, in what the IT instruction makes conditional, r1
const programs = {
  // movs r0, #0; 1: lsrs r5, r0, #1; ite cs; b 2f; nop; 2: adds r1, #1; adds r0, #1; b 1b
  'a branch that is not the last of its block': imageOf([
    0x2000, 0x0845, 0xbf2c, 0xe000, 0xbf00, 0x3101, 0x3001, 0xe7f8,
  ]),
  // 1: lsrs r5, r0, #1; itt cs; it ne; adds r1, #1; adds r2, #1; adds r0, #1; b 1b
  'an IT instruction in a block': imageOf([0x0845, 0xbf24, 0xbf18, 0x3101, 0x3201, 0x3001, 0xe7f8]),
  // svc #0; 1: lsrs r5, r0, #1; it cs; adds r1, #1; adds r0, #1; b 1b. The handler stacks ITSTATE 0xf0:
  // ldr r3, [pc, #4]; str r3, [sp, #28]; bx lr; nop; .word 0x0100f000
  'an exception return with a condition and no block': imageOf(
    [0xdf00, 0x0845, 0xbf28, 0x3101, 0x3001, 0xe7f9],
    [0x4b01, 0x9307, 0x4770, 0xbf00, 0xf000, 0x0100],
  ),
};

describe.each(Object.entries(programs))('%s', (_, image) => {
  it.each(['hot', 'auto'] as const)('is executed alike by the %s engine', (engine) => {
    const [cold, other] = (['cold', engine] as const).map((one) =>
      stm32f4Discovery.createMachine({ image, engine: one }),
    ) as [ReturnType<typeof stm32f4Discovery.createMachine>, ReturnType<typeof stm32f4Discovery.createMachine>];
    for (let stop = 0; stop < 400; stop++) {
      const cycles = stop % 40 === 39 ? 300_000 : 1 + ((stop * 7919) % 211);
      for (const machine of [cold, other]) machine.runCycles(cycles);
      const of = ({ cpu, cycles: now }: typeof cold) => [now, ...cpu.registerNames.map((name) => cpu.register(name))];
      expect(of(other)).toEqual(of(cold));
    }
    expect(other.hash()).toBe(cold.hash());
  });
});
