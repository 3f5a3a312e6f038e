import { hex } from '../../emu/bits.js';
import type { Machine } from '../../emu/machine.js';
import type { MachineEvents } from '../../emu/machine-events.js';
import { stubLayoutOf } from './stub.js';
import { fieldsText } from './stub-layout.js';

/** What firmware asked of stubs: which block it uses most, and where it waits for something that will never come. */

/** Reads of one register by one instruction. */
interface Poll {
  readonly register: string;
  readonly pc: number;
  count: number;
  /** Reads in a row that gave the same. */
  same: number;
  value: number;
}

interface Usage {
  reads: number;
  writes: number;
  readonly registers: Set<string>;
}

/** Reads of one value by one instruction that are more than waiting for something slow. */
const ENDLESS = 10_000;
/** Polls that are kept apart; firmware has fewer instructions that read stubs. */
const MAX_POLLS = 20_000;
const MAX_LINES = 100_000;

export interface AccessLogOptions {
  /** Symbol, file and line of an address. */
  readonly locate: (pc: number) => string;
  /** Gets each access as a line: `TIM2.CR1 ← 0x1 {CEN}  at 0x08000120 main+0x8 (main.c:7)`. */
  readonly trace?: (line: string) => void;
}

export class AccessLog {
  readonly #machine: Machine;
  readonly #options: AccessLogOptions;
  readonly #usage = new Map<string, Usage>();
  readonly #polls = new Map<string, Poll>();
  #last: { readonly key: string; count: number } | undefined;
  #lines = 0;
  readonly #end: () => void;

  constructor(machine: Machine, options: AccessLogOptions) {
    this.#machine = machine;
    this.#options = options;
    this.#end = machine.on('access', (event) => this.#note(event));
  }

  /** Listens no longer. */
  close(): void {
    this.#flush();
    this.#end();
  }

  #note(event: MachineEvents['access']): void {
    const pc = this.#machine.cpu.pc >>> 0;
    const [register, value, isRead] = [String(event['register']), Number(event['value']), event['access'] === 'read'];
    let usage = this.#usage.get(event.source);
    if (!usage) {
      usage = { reads: 0, writes: 0, registers: new Set() };
      this.#usage.set(event.source, usage);
    }
    usage[isRead ? 'reads' : 'writes']++;
    usage.registers.add(register);
    if (isRead) this.#poll(`${this.#nameOf(event.source)}.${register}`, pc, value);
    if (this.#options.trace) this.#trace(event, register, value, isRead, pc);
  }

  #poll(register: string, pc: number, value: number): void {
    const key = `${register}@${pc}`;
    const poll = this.#polls.get(key);
    if (poll) {
      poll.same = poll.value === value ? poll.same + 1 : 1;
      poll.count++;
      poll.value = value;
    } else if (this.#polls.size < MAX_POLLS) this.#polls.set(key, { register, pc, count: 1, same: 1, value });
  }

  /** The same access over and over is one line with a count. */
  #trace(event: MachineEvents['access'], register: string, value: number, isRead: boolean, pc: number): void {
    const key = `${event.source}.${register} ${isRead} ${value} ${pc}`;
    if (this.#last?.key === key) {
      this.#last.count++;
      return;
    }
    this.#flush();
    this.#last = { key, count: 0 };
    if (++this.#lines > MAX_LINES) {
      if (this.#lines === MAX_LINES + 1) this.#options.trace?.(`more than ${MAX_LINES} accesses: no more are shown`);
      return;
    }
    const layout = stubLayoutOf(this.#machine.assembly.devices.get(event.source)?.type ?? {});
    const known = layout?.registerAt(Number(event['offset']), Number(event['size']));
    const fields = known ? fieldsText(known, value) : '';
    const arrow = isRead ? '→' : '←';
    this.#options.trace?.(
      `${this.#nameOf(event.source)}.${register} ${arrow} ${hex(value, 1)}${fields}  at ${this.#options.locate(pc)}`,
    );
  }

  #flush(): void {
    const { count = 0 } = this.#last ?? {};
    if (count > 0 && this.#lines <= MAX_LINES) this.#options.trace?.(`  … ${count} times more`);
    this.#last = undefined;
  }

  /** As the SVD file calls it. */
  #nameOf(device: string): string {
    return (
      stubLayoutOf(this.#machine.assembly.devices.get(device)?.type ?? {})?.peripheral.name ?? device.toUpperCase()
    );
  }

  /** Stubs by how often they were used, and polls that did not end; empty where no stub was used. */
  summary(): string[] {
    const rows = [...this.#usage].sort(([, a], [, b]) => b.reads + b.writes - a.reads - a.writes);
    if (rows.length === 0) return [];
    const lines = rows.map(([device, { reads, writes, registers }]) => {
      const names = [...registers].slice(0, 8).join(' ');
      const more = registers.size > 8 ? ` and ${registers.size - 8} more` : '';
      return `  ${this.#nameOf(device).padEnd(16)} ${`${reads}`.padStart(9)} reads ${`${writes}`.padStart(9)} writes  ${names}${more}`;
    });
    return ['stubs that the firmware used, most used first:', ...lines, ...this.#endless()];
  }

  #endless(): string[] {
    const polls = [...this.#polls.values()].filter(({ same }) => same >= ENDLESS).sort((a, b) => b.same - a.same);
    if (polls.length === 0) return [];
    const lines = polls.slice(0, 10).map(({ register, pc, same, value }) => {
      return `  ${register} was ${hex(value, 1)} ${same} times in a row at ${this.#options.locate(pc)}`;
    });
    return ['polls that never end, so these blocks need a model next:', ...lines];
  }
}
