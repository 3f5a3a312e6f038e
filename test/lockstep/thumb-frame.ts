import type { ProgramWriter, Random } from '../differential/thumb-program.js';
import * as MAP from './thumb-map.js';

/**
 * What stands around the random tasks: vectors, start, handlers. A fault handler goes on behind the instruction that
 * faulted, or at the end of the task where there is none; every second time it leaves ITSTATE as the fault found it, so
 * that execution goes on at odd places of IT blocks.
 */

/** Ticks after which a task that lost its way is ended. */
const MOST_TICKS = 64;
const VECTORS = 16 + 82;

interface Handlers {
  readonly fault: number;
  readonly supervisorCall: number;
  readonly tick: number;
  readonly interrupt: number;
}

export function writeFrame(
  out: ProgramWriter,
  random: Random,
  firstTask: number,
  plain: (count: number) => void,
): void {
  out.address = MAP.HANDLERS;
  const handlers = writeHandlers(out, random, plain);
  out.address = MAP.FLASH;
  out.word(MAP.STACK_TOP);
  out.word(MAP.START | 1);
  for (let number = 2; number < VECTORS; number++) out.word(handlerOf(handlers, number) | 1);
  out.address = MAP.START;
  writeStart(out, random);
  jump(out, firstTask);
}

function handlerOf(handlers: Handlers, number: number): number {
  if (number === 11) return handlers.supervisorCall;
  if (number === 15) return handlers.tick;
  return number < 11 ? handlers.fault : handlers.interrupt;
}

/** Jumps anywhere; uses r0. */
export function jump(out: ProgramWriter, target: number): void {
  out.setWord(0, target | 1);
  out.line('bx r0');
}

function writeStart(out: ProgramWriter, random: Random): void {
  const poke = (address: number, value: number): void => {
    out.setWord(0, address);
    out.setWord(1, value);
    out.line('str.w r1, [r0, #0]');
  };
  const own = random.chance(0.7) ? 0x7_0000 : 0;
  poke(MAP.SCB.SHCSR, own);
  poke(MAP.SCB.CCR, 0x200 | (random.chance(0.3) ? 0x10 : 0) | (random.chance(0.15) ? 8 : 0));
  poke(MAP.SCB.SHPR2, random.below(2) * 0x4000_0000);
  poke(MAP.SCB.SHPR2 + 4, (random.below(4) << 30) | (random.below(4) << 22));
  poke(MAP.NVIC_ISER, 0x7c0);
  poke(MAP.NVIC_ISER + 4, 1 << (MAP.CALCULATOR_IRQ - 32));
  poke(MAP.RCC_AHB1ENR, 0x1ff);
  poke(MAP.RCC_APB1ENR, 1 << 17);
  poke(MAP.GPIOD, 0x5500_0000);
  poke(MAP.DEMCR, 1 << 24);
  poke(MAP.DWT, 1);
  poke(MAP.SCB.CPACR, random.pick([0, 5, 15, 15, 15, 15]) << 20);
  if (random.chance(0.3)) poke(MAP.FPCCR, 2 ** 31);
  out.setWord(0, MAP.PROCESS_STACK_TOP);
  out.line('msr psp, r0');
  poke(MAP.SYSTICK + 4, 30 + random.below(random.chance(0.3) ? 200 : 3000));
  poke(MAP.SYSTICK, 7);
}

function writeHandlers(out: ProgramWriter, random: Random, plain: (count: number) => void): Handlers {
  const fault = out.address;
  countUp(out, MAP.FAULTS);
  for (const line of ['tst.w lr, #4', 'ite eq', 'mrs r0, msp', 'mrs r0, psp']) out.line(line);
  repairState(out);
  goBehind(out);
  const supervisorCall = out.address;
  countUp(out, MAP.CALLS);
  for (const line of ['mrs r0, control', 'bic.w r0, r0, #1', 'msr control, r0', 'bx lr']) out.line(line);
  const tick = writeTick(out, random, plain, fault);
  const interrupt = out.address;
  countUp(out, MAP.CALLS);
  plain(3);
  for (const line of ['push {r4, lr}', 'add.w r4, r4, #3', 'pop {r4, pc}']) out.line(line);
  return { fault, supervisorCall, tick, interrupt };
}

/** Adds one to a word and leaves it in r3; uses r2. */
function countUp(out: ProgramWriter, address: number): void {
  out.setWord(2, address);
  for (const line of ['ldr r3, [r2, #0]', 'adds r3, r3, #1', 'str r3, [r2, #0]']) out.line(line);
}

/** Fault flags and masks cleared, privilege regained, T set in the frame at r0; ITSTATE cleared where r3 is odd. */
function repairState(out: ProgramWriter): void {
  out.setWord(2, MAP.SCB.CFSR);
  for (const line of ['ldr r1, [r2, #0]', 'str r1, [r2, #0]', 'ldr r1, [r2, #4]', 'str r1, [r2, #4]']) out.line(line);
  for (const line of ['mov.w r1, #0', 'msr primask, r1', 'msr basepri, r1', 'mrs r1, control']) out.line(line);
  for (const line of ['bic.w r1, r1, #1', 'msr control, r1', 'ldr r1, [r0, #28]']) out.line(line);
  for (const line of ['orr.w r1, r1, #0x1000000', 'tst.w r3, #1', 'itt ne']) out.line(line);
  for (const line of ['bic.w r1, r1, #0x6000000', 'bic.w r1, r1, #0xfc00']) out.line(line);
  out.line('str r1, [r0, #28]');
}

/** Adds the instruction's length to the pc of the frame at r0, or puts the end of the task there. */
function goBehind(out: ProgramWriter): void {
  out.line('ldr r1, [r0, #24]');
  const inside: number[] = [];
  for (const area of [MAP.FLASH_CODE, MAP.SRAM_CODE]) {
    out.setWord(2, area);
    out.line('sub.w r2, r1, r2');
    out.line(`cmp.w r2, #0x${MAP.CODE_SIZE.toString(16)}`);
    inside.push(out.address);
    out.address += 4;
  }
  out.setWord(2, MAP.RECOVER);
  for (const line of ['ldr r1, [r2, #0]', 'str r1, [r0, #24]', 'bx lr']) out.line(line);
  const behind = out.address;
  for (const at of inside) out.at(at, () => out.line(`bcc.w 0x${behind.toString(16)}`));
  out.line('ldrh r2, [r1, #0]');
  out.setWord(3, 0xe800);
  for (const line of ['cmp r2, r3', 'ite cc', 'add.w r1, r1, #2', 'add.w r1, r1, #4']) out.line(line);
  for (const line of ['str r1, [r0, #24]', 'bx lr']) out.line(line);
}

/** SysTick: counts, sometimes with another reload value, shows it on pins; ends a task that takes too long. */
function writeTick(out: ProgramWriter, random: Random, plain: (count: number) => void, fault: number): number {
  const tick = out.address;
  countUp(out, MAP.TICKS);
  if (random.chance(0.5)) {
    out.setWord(2, MAP.SYSTICK);
    for (const line of ['and.w r1, r3, #0xff', 'add.w r1, r1, #90', 'str r1, [r2, #4]']) out.line(line);
  }
  out.setWord(2, MAP.GPIOD);
  for (const line of ['lsls r1, r3, #12', 'strh r1, [r2, #20]']) out.line(line);
  plain(4);
  countUp(out, MAP.TASK_TICKS);
  for (const line of ['tst.w lr, #8', 'it eq', 'bx lr', `cmp r3, #${MOST_TICKS}`, 'it cc', 'bx lr']) out.line(line);
  // the frame's pc is led away from all code, so that the fault handler ends the task
  for (const line of ['tst.w lr, #4', 'ite eq', 'mrs r0, msp', 'mrs r0, psp', 'mov.w r1, #0']) out.line(line);
  out.line('str r1, [r0, #24]');
  out.line(`b.w 0x${fault.toString(16)}`);
  return tick;
}
