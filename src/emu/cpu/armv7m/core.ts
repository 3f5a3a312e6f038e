import type { Cpu, CpuResetKind, CpuStop, CpuSystem, CpuType } from '../../cpu.js';
import type { DeviceType } from '../../device.js';
import { InternalError, UsageError } from '../../errors.js';
import { ColdEngine, type EngineExit } from '../../isa/cold-engine.js';
import type { Isa } from '../../isa/instruction.js';
import { Rational } from '../../rational.js';
import type { Signal } from '../../signal.js';
import { coreDebug } from './core-debug.js';
import { type CoreParts, systemControl } from './core-parts.js';
import { CpuState } from './cpu-state.js';
import { dwt } from './dwt.js';
import { EXCEPTION, exceptionName } from './exception-numbers.js';
import { Exceptions } from './exceptions.js';
import { type FaultRecord, FaultRecords } from './fault-record.js';
import { FaultStatus, UFSR } from './fault-status.js';
import { Faults } from './faults.js';
import { GuestMemory } from './guest-memory.js';
import { InterruptControl, SLEEP } from './interrupt-control.js';
import { armv7em } from './isa.js';
import { nvic, softwareTrigger } from './nvic.js';
import { Priorities } from './priorities.js';
import { CoreRegisters } from './registers.js';
import { controlNotInScb, scb } from './scb.js';
import { Semihosting, type SemihostingOptions } from './semihosting.js';
import { SpecialRegisters } from './special-registers.js';
import { sysTick } from './systick.js';
import { fpb, fpu, itm, mpu, tpiu } from './unmodelled-units.js';

export interface CortexM4Options {
  /** External interrupts of the chip, 1–240. */
  readonly irqs: number;
  /** Implemented priority bits, 3–8. */
  readonly priorityBits: number;
  /** SYST_CALIB, 0 if the chip does not wire it. */
  readonly sysTickCalibration?: number;
  /** The reference clock of SysTick is the CPU clock divided by this; without it there is none. */
  readonly sysTickDivider?: number;
}

/** Name of SysTick's reference clock among the machine's clocks. */
export const SYSTICK_CLOCK = 'systick-reference';

type HandleOf<D> = D extends DeviceType<infer T> ? T : never;

/** What a board with this core has besides the chip's devices. */
export interface CortexM4Handles {
  readonly dwt: HandleOf<ReturnType<typeof dwt>>;
  readonly systick: HandleOf<ReturnType<typeof sysTick>>;
  readonly nvic: HandleOf<ReturnType<typeof nvic>>;
  readonly scb: HandleOf<ReturnType<typeof scb>>;
}

/** A Cortex-M4 without floating point (ARMv7E-M; Arm DDI 0403E, DDI 0439D). */
export function cortexM4(options: CortexM4Options): CpuType<CortexM4Handles> {
  if (options.irqs < 1 || options.irqs > 240 || options.priorityBits < 3 || options.priorityBits > 8) {
    throw new UsageError({
      what: `a Cortex-M4 has 1 to 240 interrupts and 3 to 8 priority bits, not ${options.irqs} and ${options.priorityBits}`,
      where: 'cortexM4()',
    });
  }
  return { name: 'cortex-m4', create: (system) => new CortexM4(system, options) };
}

const FLOATING_POINT_COPROCESSORS = 0b11 << 10;

/** The core: instructions by the engine, everything around them by the exception model. */
export class CortexM4 implements Cpu {
  readonly name = 'cortex-m4';
  readonly isa: Isa = armv7em;
  readonly devices: Cpu['devices'];
  readonly semihosting: Semihosting;
  readonly breakpoints: Cpu['breakpoints'];
  readonly #engine: ColdEngine;
  readonly #state: CpuState;
  readonly #priorities: Priorities;
  readonly #exceptions: Exceptions;
  readonly #interrupts: InterruptControl;
  readonly #faults: Faults;
  readonly #records: FaultRecords;
  readonly #status: FaultStatus;
  readonly #registers: CoreRegisters;
  readonly #control: ReturnType<typeof systemControl>;
  readonly #sleep: Int32Array;
  readonly #lines: readonly Signal[];
  readonly #nmi: Signal;
  readonly #system: CpuSystem;

  constructor(system: CpuSystem, options: CortexM4Options) {
    this.#system = system;
    const allocator = namespaced(system);
    this.#state = new CpuState(this.isa, system.memory.buffer as ArrayBuffer, allocator);
    this.#priorities = new Priorities(this.#state, allocator, options);
    this.#status = new FaultStatus(allocator);
    this.#records = new FaultRecords(allocator);
    this.#control = systemControl(allocator);
    this.#sleep = allocator.i32('sleep', 1);
    this.#interrupts = new InterruptControl({
      state: this.#state,
      priorities: this.#priorities,
      sleep: this.#sleep,
      control: this.#control,
      stop: () => system.timebase.requestStop(),
    });
    const memory = new GuestMemory({
      bus: system.bus,
      memory: system.memory.buffer as ArrayBuffer,
      state: this.#state,
      priorities: this.#priorities,
      status: this.#status,
    });
    this.#exceptions = new Exceptions({
      state: this.#state,
      priorities: this.#priorities,
      status: this.#status,
      records: this.#records,
      memory,
      allocator,
      control: this.#control,
      sleepOnExit: () => this.#interrupts.waitForInterrupt(),
    });
    this.#faults = new Faults(this.#status, this.#exceptions);
    this.semihosting = new Semihosting(system, memory, this.#state, this.#sleep);
    this.#registers = new CoreRegisters(this.#state);
    this.#engine = new ColdEngine(this.isa, system.memory, this.#host(memory));
    this.breakpoints = {
      add: (address) => this.#engine.addBreakpoint(address),
      delete: (address) => this.#engine.deleteBreakpoint(address),
    };
    this.#lines = this.#interruptInputs(system, options.irqs);
    this.#nmi = system.signals.get('cpu.nmi');
    this.#nmi.listen((level) => level !== 0 && this.#interrupts.pend(EXCEPTION.nmi));
    this.devices = this.#makeDevices(options);
    this.#records.listen((record) => system.emit('fault', faultDetail(record)));
  }

  get pc(): number {
    return this.#state.pc;
  }
  set pc(address: number) {
    this.#state.pc = address & ~1;
  }
  get sleeping(): boolean {
    return this.#sleep[0] !== SLEEP.awake;
  }
  /** Locked up; NMI alone could still end it, where the priority was −1. */
  get locked(): boolean {
    return this.#exceptions.locked && !this.#exceptions.busy && !this.#priorities.preempts;
  }
  /** The faults so far, the first sixteen in full. */
  get faults(): readonly FaultRecord[] {
    return this.#records.list;
  }
  /** Calls `listener` at every fault, and at lockup. */
  onFault(listener: (record: FaultRecord) => void): void {
    this.#records.listen(listener);
  }

  run(): CpuStop {
    while (this.#state.budget > 0) {
      if (!this.#boundary()) continue;
      if (this.sleeping) return 'sleeping';
      if (this.locked) return 'locked';
      const exit = this.#execute(false);
      if (exit !== undefined && exit.kind === 'breakpoint') return 'breakpoint';
    }
    return this.sleeping ? 'sleeping' : 'slice';
  }

  step(): void {
    if (this.#boundary() && !this.sleeping && !this.locked) this.#execute(true);
  }

  /** TakeReset() (B1.5.5). Devices are reset by the machine; the vector table is read here. */
  reset(kind: CpuResetKind): void {
    const state = this.#state;
    this.#sleep.fill(0);
    this.#priorities.reset();
    this.#exceptions.reset();
    this.#status.reset();
    this.#control.reset();
    if (kind === 'power-on') this.#records.clear();
    this.semihosting.reset();
    state.reset();
    this.#exceptions.takeReset();
    this.#interrupts.enable(0, 1 << EXCEPTION.debugMonitor, (this.#control.demcr & (1 << 16)) !== 0);
  }

  get registerNames(): readonly string[] {
    return this.#registers.names;
  }
  register(name: string): number {
    return this.#registers.read(name);
  }
  setRegister(name: string, value: number): void {
    this.#registers.write(name, value);
    this.#interrupts.masksChanged();
  }
  describe(): string {
    if (this.#exceptions.locked) return `locked up in ${this.#mode()}`;
    return this.sleeping ? `${this.#mode()}, asleep` : this.#mode();
  }
  interrupt(line: number): Signal {
    const signal = this.#lines[line];
    if (signal) return signal;
    throw new UsageError({
      what: `there is no interrupt ${line}`,
      where: this.name,
      remedy: `give a number from 0 to ${this.#lines.length - 1}`,
    });
  }
  input(name: string): Signal | undefined {
    return name === 'nmi' ? this.#nmi : undefined;
  }
  invalidate(address: number, length: number): void {
    this.#engine.invalidate(address, length);
  }
  /** Everything is in memory and arena; nothing is cached beside them. */
  restored(): void {
    this.semihosting.restored();
  }

  /**
   * What happens between instructions: the rest of an entry or return, waking up, pre-emption, a cleared T bit. True when the
   * next instruction may execute (or the core sleeps or is locked up).
   */
  #boundary(): boolean {
    if (this.#exceptions.busy) this.#exceptions.finish();
    else if (this.sleeping) return true;
    else if (this.#priorities.preempts) this.#exceptions.enter();
    else if (this.#exceptions.locked) return true;
    else if (this.#state.thumb === 0) this.#faults.usage(UFSR.INVSTATE);
    else return true;
    return false;
  }

  #execute(single: boolean): EngineExit | undefined {
    let exit: EngineExit;
    try {
      exit = single ? this.#engine.step() : this.#engine.run();
    } catch (error) {
      this.#faults.access(error);
      return undefined;
    }
    if (exit.kind === 'trap') this.#trap(exit.trap, exit.argument);
    else if (exit.kind === 'undefined') this.#faults.usage(UFSR.UNDEFINSTR);
    return exit;
  }

  #trap(trap: string, argument: number): void {
    const trapped = this.#traps[trap];
    if (trapped === undefined) throw new InternalError({ what: `the core does not know the trap '${trap}'` });
    trapped(argument);
  }
  readonly #traps: Readonly<Record<string, (argument: number) => void>> = {
    svc: () => this.#exceptions.supervisorCall(),
    bkpt: (immediate) => this.#breakpoint(immediate),
    undefined: () => this.#faults.usage(UFSR.UNDEFINSTR),
    noCoprocessor: (coprocessor) => this.#noCoprocessor(coprocessor),
    divideByZero: () => this.#faults.usage(UFSR.DIVBYZERO),
    exceptionReturn: (value) => this.#exceptions.leave(value),
    invalidState: (target) => {
      this.#state.thumb = 0;
      this.#state.pc = target & ~1;
    },
    wfi: () => this.#interrupts.waitForInterrupt(),
    wfe: () => this.#interrupts.waitForEvent(),
  };

  #breakpoint(immediate: number): void {
    if (!this.semihosting.call(immediate)) this.#faults.breakpoint();
  }

  #noCoprocessor(coprocessor: number): void {
    if ((FLOATING_POINT_COPROCESSORS >> coprocessor) & 1) {
      this.#system.report({
        kind: 'unmodelled',
        what: 'a floating-point instruction was executed: the floating-point unit is not modelled',
        remedy: 'build the firmware with -mfloat-abi=soft',
      });
    }
    this.#faults.usage(UFSR.NOCP);
  }

  #mode(): string {
    const { ipsr } = this.#state;
    return ipsr === 0
      ? `thread mode${this.#state.privileged ? '' : ', unprivileged'}`
      : `${exceptionName(ipsr)} handler`;
  }

  #host(memory: GuestMemory): ConstructorParameters<typeof ColdEngine>[2] {
    const special = new SpecialRegisters(this.#state, this.#priorities, this.#interrupts);
    const helpers: Record<string, (...args: number[]) => number | undefined> = {
      mrs: (sysm) => special.read(sysm!),
      msr: (sysm, mask, value) => void special.write(sysm!, mask!, value!),
      cps: (bits) => void special.changeProcessorState(bits!),
      sev: () => void this.#interrupts.sendEvent(),
      // Memory is strongly ordered here, and a pending exception is taken before the next instruction anyway.
      barrier: () => undefined,
    };
    return Object.assign(memory, { helpers });
  }

  #interruptInputs(system: CpuSystem, irqs: number): readonly Signal[] {
    return Array.from({ length: irqs }, (_, irq) => {
      const signal = system.signals.get(`cpu.irq${irq}`);
      signal.listen((level) => this.#interrupts.setLine(irq, level));
      return signal;
    });
  }

  #makeDevices(options: CortexM4Options): Cpu['devices'] {
    const parts: CoreParts = {
      irqs: options.irqs,
      allocator: namespaced(this.#system),
      state: this.#state,
      priorities: this.#priorities,
      interrupts: this.#interrupts,
      exceptions: this.#exceptions,
      status: this.#status,
      control: this.#control,
      requestReset: () => this.#system.requestReset('software'),
      report: (problem) => this.#system.report(problem),
    };
    const reference = this.#referenceClock(options.sysTickDivider);
    const trace = dwt(parts);
    return {
      itm: { address: 0xe000_0000, device: itm },
      dwt: { address: 0xe000_1000, device: trace },
      fpb: { address: 0xe000_2000, device: fpb },
      scnscb: { address: 0xe000_e000, device: controlNotInScb(parts) },
      systick: {
        address: 0xe000_e010,
        device: sysTick(parts, { calibration: options.sysTickCalibration ?? 0, reference }),
      },
      nvic: { address: 0xe000_e100, device: nvic(parts) },
      scb: { address: 0xe000_ed00, device: scb(parts) },
      mpu: { address: 0xe000_ed90, device: mpu },
      coredebug: { address: 0xe000_edf0, device: coreDebug(parts, trace.traceChanged) },
      stir: { address: 0xe000_ef00, device: softwareTrigger(parts) },
      fpu: { address: 0xe000_ef34, device: fpu },
      tpiu: { address: 0xe004_0000, device: tpiu },
    };
  }

  #referenceClock(divider: number | undefined): string | undefined {
    if (divider === undefined) return undefined;
    const { timebase } = this.#system;
    const clock = timebase.clock(SYSTICK_CLOCK, timebase.cpuClock.frequency.div(Rational.from(divider)));
    timebase.cpuClock.onChange((cpu) => clock.set(cpu.frequency.div(Rational.from(divider))));
    return SYSTICK_CLOCK;
  }
}

function namespaced({ arena }: CpuSystem): CoreParts['allocator'] {
  return {
    i32: (name, length) => arena.i32(`cpu.${name}`, length),
    f64: (name, length) => arena.f64(`cpu.${name}`, length),
  };
}

function faultDetail(record: FaultRecord): Record<string, number | string> {
  const { kind, cause, cfsr, hfsr, address, pc, registers } = record;
  return { kind, cause, cfsr, hfsr, pc, ...(address === undefined ? {} : { address }), ...registers };
}

export type { SemihostingOptions };
