import type { Cpu, CpuResetKind, CpuStop, CpuSystem, CpuType } from '../../cpu.js';
import { InternalError, UsageError } from '../../errors.js';
import { ColdEngine, type EngineExit } from '../../isa/cold-engine.js';
import type { Isa } from '../../isa/instruction.js';
import type { Signal } from '../../signal.js';
import { type CoreDeviceOptions, type CortexM4Handles, coreDevices } from './core-devices.js';
import { type CoreModel, type CoreModelOptions, coreModel } from './core-model.js';
import { EXCEPTION, exceptionName } from './exception-numbers.js';
import type { FaultRecord } from './fault-record.js';
import { UFSR } from './fault-status.js';
import { Faults } from './faults.js';
import { SLEEP } from './interrupt-control.js';
import { armv7em } from './isa.js';
import { modifiesInPlace } from './read-modify-write.js';
import { CoreRegisters } from './registers.js';
import { Semihosting } from './semihosting.js';
import { SpecialRegisters, SYSM } from './special-registers.js';
import { setCodeLines } from './timing/code-lines.js';

/** `irqs`: external interrupts, 1–240; `priorityBits`: implemented bits of a priority, 3–8. */
export interface CortexM4Options extends CoreModelOptions, CoreDeviceOptions {
  /** The interrupt that the cumulative flags of FPSCR are wired to, if they are. */
  readonly floatInterrupt?: number;
}

/** A Cortex-M4 with floating point, a Cortex-M4F (ARMv7E-M, FPv4-SP; Arm DDI 0403E, DDI 0439D). */
export function cortexM4(options: CortexM4Options): CpuType<CortexM4Handles> {
  if (options.irqs < 1 || options.irqs > 240 || options.priorityBits < 3 || options.priorityBits > 8) {
    throw new UsageError({
      what: `a Cortex-M4 has 1 to 240 interrupts and 3 to 8 priority bits, not ${options.irqs} and ${options.priorityBits}`,
      where: 'cortexM4()',
    });
  }
  const { vtor = 0 } = options;
  if (vtor % 128 !== 0 || vtor < 0 || vtor > 0xffff_ff80) {
    const what = `the vector table of a Cortex-M4 cannot be at 0x${vtor.toString(16)}`;
    throw new UsageError({ what, where: 'cortexM4()', remedy: 'give a multiple of 128 (ARMv7-M B3.2.5)' });
  }
  return { name: 'cortex-m4', create: (system) => new CortexM4(system, options) };
}

/** DEMCR.MON_EN and MON_STEP. */
const MONITOR_STEPPING = (1 << 16) | (1 << 18);
/** The numbers that the floating-point extension goes by. */
const FLOATING_POINT_COPROCESSORS = 0b11 << 10;

/** The core: instructions by the engine, everything around them by the exception model. */
export class CortexM4 implements Cpu {
  readonly name = 'cortex-m4';
  readonly isa: Isa = armv7em;
  readonly devices: Cpu['devices'];
  readonly semihosting: Semihosting;
  readonly breakpoints: Cpu['breakpoints'];
  readonly #engine: ColdEngine;
  readonly #model: CoreModel;
  readonly #faults: Faults;
  readonly #registers: CoreRegisters;
  readonly #lines: readonly Signal[];
  readonly #nmi: Signal;
  /** RXEV: an edge is an event, as SEV makes one (B1.5.18). */
  readonly #event: Signal;
  /** How long code takes to come (code-lines.ts). */
  readonly #codeLines: Signal;
  readonly #resume: Signal;
  readonly #system: CpuSystem;

  constructor(system: CpuSystem, options: CortexM4Options) {
    this.#system = system;
    const model = coreModel(this.isa, system, options);
    this.#model = model;
    this.#faults = new Faults(model, (problem) => system.report(problem));
    this.semihosting = new Semihosting(system, model.memory, model.state, model.sleep);
    this.#registers = new CoreRegisters(model.state);
    this.#engine = new ColdEngine(this.isa, system.memory, this.#host(), system.engine);
    model.shield.attach(this.#engine);
    model.points.attach(this.#engine);
    this.breakpoints = model.points;
    model.codeLines.fetch = (address) => this.#engine.lines.fetch(address);
    this.#codeLines = system.signals.get('cpu.codeLines');
    this.#codeLines.listen((level) => this.#setCodeLines(level));
    this.#lines = this.#interruptInputs(system, options.irqs);
    const float = options.floatInterrupt === undefined ? undefined : this.interrupt(options.floatInterrupt);
    model.float.listener = (level) => float?.set(level);
    this.#nmi = system.signals.get('cpu.nmi');
    this.#nmi.listen((level) => level !== 0 && model.interrupts.pend(EXCEPTION.nmi));
    this.#event = system.signals.get('cpu.event');
    this.#event.listen((level) => level !== 0 && model.interrupts.sendEvent());
    // A chip whose low-power mode is not entered lets the core go on: WFI and WFE may end for any reason (B1.5.18, B1.5.19).
    this.#resume = system.signals.get('cpu.resume');
    this.#resume.listen((level) => level !== 0 && model.interrupts.resume());
    this.devices = coreDevices(model, system, options);
    model.records.listen((record) => system.emit('fault', faultDetail(record)));
  }

  get slice(): number {
    return this.#engine.slice;
  }
  get statistics() {
    return this.#engine.statistics;
  }
  get pc(): number {
    return this.#model.state.pc;
  }
  set pc(address: number) {
    this.#model.state.pc = address & ~1;
  }
  get sleeping(): boolean {
    return this.#model.sleep[0] !== SLEEP.awake;
  }
  /** Locked up; NMI alone could still end it, where the priority was −1. */
  get locked(): boolean {
    return this.#model.exceptions.locked && !this.#model.exceptions.busy && !this.#model.priorities.preempts;
  }
  /** The faults so far, the first sixteen in full. */
  get faults(): readonly FaultRecord[] {
    return this.#model.records.list;
  }
  /** Calls `listener` at every fault, and at lockup. */
  onFault(listener: (record: FaultRecord) => void): void {
    this.#model.records.listen(listener);
  }

  run(): CpuStop {
    const { state, sleep, exceptions } = this.#model;
    while (state.budget > 0) {
      if (!this.#boundary()) continue;
      if (sleep[0] !== SLEEP.awake) return 'sleeping';
      if (exceptions.locked) return 'locked';
      const steps = this.#monitorSteps;
      const exit = this.#execute(steps);
      if (steps) this.#model.points.stepped();
      if (exit === undefined || exit.kind !== 'breakpoint') continue;
      if (this.#model.points.isHost(state.pc)) return 'breakpoint';
      this.#executePoint();
    }
    return sleep[0] !== SLEEP.awake ? 'sleeping' : 'slice';
  }

  step(): void {
    if (this.#boundary() && !this.sleeping && !this.locked) this.#executePoint();
  }

  /**
   * One instruction at which the debug units may want something. A breakpoint of the FPB comes in its place; a match of the DWT is
   * not synchronous: the instruction is executed, and DebugMonitor comes after it (C1.8, C1.11).
   */
  #executePoint(): void {
    const { points, state } = this.#model;
    if (points.isOf('fpb', state.pc)) {
      this.#faults.breakpoint();
      return;
    }
    if (points.isOf('dwt', state.pc)) points.matched(state.pc);
    const steps = this.#monitorSteps;
    this.#execute(true);
    if (steps) points.stepped();
  }

  /** DEMCR.MON_STEP: DebugMonitor comes after each instruction that it may pre-empt (C1.4.3). */
  get #monitorSteps(): boolean {
    const { control, priorities } = this.#model;
    if ((control.demcr & MONITOR_STEPPING) !== MONITOR_STEPPING) return false;
    return priorities.canPreempt(EXCEPTION.debugMonitor);
  }

  /** TakeReset() (B1.5.5). Devices are reset by the machine; the vector table is read here. */
  reset(kind: CpuResetKind): void {
    const state = this.#model.state;
    this.#model.interrupts.wake();
    this.#model.priorities.reset();
    this.#model.exceptions.reset();
    this.#model.status.reset();
    this.#model.control.reset();
    this.#model.shield.reset();
    if (kind === 'power-on') this.#model.records.clear();
    this.semihosting.reset();
    state.reset();
    this.#model.float.reset();
    this.#model.exceptions.takeReset();
    this.#model.interrupts.enable(0, 1 << EXCEPTION.debugMonitor, (this.#model.control.demcr & (1 << 16)) !== 0);
  }

  get registerNames(): readonly string[] {
    return this.#registers.names;
  }
  register(name: string): number {
    return this.#registers.read(name);
  }
  setRegister(name: string, value: number): void {
    this.#registers.write(name, value);
    this.#model.float.changed();
    this.#model.float.show();
    this.#model.interrupts.masksChanged();
  }
  describe(): string {
    if (this.#model.exceptions.locked) return `locked up in ${this.#mode()}`;
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
    if (name === 'codeLines') return this.#codeLines;
    if (name === 'resume') return this.#resume;
    return name === 'nmi' ? this.#nmi : name === 'event' ? this.#event : undefined;
  }
  guardStack(limit: number): void {
    this.#model.state.guardStack(limit);
  }
  get stackOverflow(): number | undefined {
    const at = this.#model.state.overflowedAt;
    return at === 0 ? undefined : at;
  }
  modifiesInPlace(): boolean {
    return modifiesInPlace(this.pc >>> 0, (address) => this.#system.bus.peek(address, 2));
  }
  output(name: string): Signal | undefined {
    return name === 'sleeping' || name === 'sleepDeep' ? this.#system.signals.get(`cpu.${name}`) : undefined;
  }
  invalidate(address: number, length: number): void {
    this.#engine.invalidate(address, length);
  }
  remapped(): void {
    this.#engine.remapped();
  }
  enterEngine(): void {
    this.#model.state.moveTo(0);
    this.#engine.enter();
  }
  leaveEngine(distance: number): void {
    this.#model.state.moveTo(distance);
    this.#engine.leave(distance);
  }
  receiveEvent(): void {
    this.#model.interrupts.sendEvent();
  }
  endExclusive(): void {
    this.#model.state.clearExclusive();
  }
  /** Everything is in memory and arena, but for where lines of code are found, and what follows from the MPU's and the debug units' registers. */
  restored(): void {
    this.#engine.lines.rebuild();
    this.#engine.setSlowCode(this.#engine.lines.slow);
    this.#model.shield.restored();
    for (const update of this.#model.onRestored) update();
  }

  /** Holds from the next instruction on. */
  #setCodeLines(level: number): void {
    setCodeLines(this.#engine.lines, level);
    this.#engine.setSlowCode(this.#engine.lines.slow);
    this.#system.timebase.requestStop();
  }

  /**
   * What happens between instructions: the rest of an entry or return, waking up, pre-emption, a cleared T bit. True when the
   * next instruction may execute (or the core sleeps or is locked up).
   */
  #boundary(): boolean {
    const { exceptions, sleep, priorities, state } = this.#model;
    if (exceptions.busy) exceptions.finish();
    else if (sleep[0] !== SLEEP.awake) return true;
    else if (priorities.preempts) exceptions.enter();
    else if (exceptions.locked) return true;
    else if (state.thumb === 0) this.#faults.usage(UFSR.INVSTATE);
    else return true;
    return false;
  }

  #execute(single: boolean): EngineExit | undefined {
    let exit: EngineExit;
    this.#model.shield.sync();
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
    const { exceptions, interrupts, state } = this.#model;
    if (trap === 'exceptionReturn') exceptions.leave(argument);
    else if (trap === 'wfi') interrupts.waitForInterrupt();
    else if (trap === 'svc') exceptions.supervisorCall();
    else if (trap === 'wfe') interrupts.waitForEvent();
    else if (trap === 'bkpt') this.#breakpoint(argument);
    else if (trap === 'undefined') this.#faults.usage(UFSR.UNDEFINSTR);
    else if (trap === 'floatAccess') this.#floatAccess();
    else if (trap === 'noCoprocessor') this.#noCoprocessor(argument);
    else if (trap === 'divideByZero') this.#faults.usage(UFSR.DIVBYZERO);
    else if (trap === 'invalidState') {
      state.thumb = 0;
      state.pc = argument & ~1;
    } else throw new InternalError({ what: `the core does not know the trap '${trap}'` });
  }

  #breakpoint(immediate: number): void {
    try {
      if (!this.semihosting.call(immediate)) this.#faults.breakpoint();
    } catch (error) {
      this.#faults.access(error);
    }
  }

  /** ExecuteFPCheck() (B1.5.7): the instruction is executed again, if nothing came up. */
  #floatAccess(): void {
    const { float, floatStacking } = this.#model;
    if (!float.allowed) this.#faults.usage(UFSR.NOCP);
    else if (!float.lazy || floatStacking.preserve()) float.begin();
  }

  /** Of coprocessors 10 and 11 what no row knows is undefined, where they may be used at all; there are no others. */
  #noCoprocessor(coprocessor: number): void {
    const there = ((FLOATING_POINT_COPROCESSORS >> coprocessor) & 1) !== 0 && this.#model.float.allowed;
    this.#faults.usage(there ? UFSR.UNDEFINSTR : UFSR.NOCP);
  }

  #mode(): string {
    const { ipsr } = this.#model.state;
    return ipsr === 0
      ? `thread mode${this.#model.state.privileged ? '' : ', unprivileged'}`
      : `${exceptionName(ipsr)} handler`;
  }

  #host(): ConstructorParameters<typeof ColdEngine>[2] {
    const { memory } = this.#model;
    const { state, priorities, interrupts, float, shield } = this.#model;
    const special = new SpecialRegisters(state, priorities, interrupts, float);
    const helpers: Record<string, (...args: number[]) => number | undefined> = {
      mrs: (sysm) => special.read(sysm!),
      // CONTROL and FAULTMASK decide which permissions count from the next instruction on.
      msr: (sysm, mask, value) => {
        special.write(sysm!, mask!, value!);
        return void (sysm! >= SYSM.FAULTMASK && shield.changed());
      },
      cps: (bits) => {
        special.changeProcessorState(bits!);
        return void (bits! & 1 && shield.changed());
      },
      vmsr: (value) => {
        float.show();
        state.fpscr = value!;
        float.show();
      },
      floatFlags: (value) => void float.show(value!),
      sev: () => {
        interrupts.sendEvent();
        return void this.#system.signalEvent?.();
      },
      // Memory is strongly ordered here, and a pending exception is taken before the next instruction anyway.
      barrier: () => undefined,
    };
    return Object.assign(memory, { helpers });
  }

  #interruptInputs(system: CpuSystem, irqs: number): readonly Signal[] {
    return Array.from({ length: irqs }, (_, irq) => {
      const signal = system.signals.get(`cpu.irq${irq}`);
      signal.listen((level) => this.#model.interrupts.setLine(irq, level));
      return signal;
    });
  }
}

function faultDetail(record: FaultRecord): Record<string, number | string> {
  const { kind, cause, cfsr, hfsr, address, pc, registers } = record;
  return { kind, cause, cfsr, hfsr, pc, ...(address === undefined ? {} : { address }), ...registers };
}

export type { SemihostingOptions } from './semihosting.js';
