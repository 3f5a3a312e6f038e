import type { CpuSystem } from '../../cpu.js';
import type { Isa } from '../../isa/instruction.js';
import type { StateAllocator } from './allocator.js';
import { CoreCounters } from './core-counters.js';
import { CpuState } from './cpu-state.js';
import { DebugPoints } from './debug-points.js';
import { EXCEPTION, exceptionName } from './exception-numbers.js';
import { Exceptions } from './exceptions.js';
import { FaultRecords } from './fault-record.js';
import { FaultStatus } from './fault-status.js';
import { FloatContext } from './float-context.js';
import { FloatStacking } from './float-stacking.js';
import { GuestMemory } from './guest-memory.js';
import { HandlerCheck } from './handler-check.js';
import { InterruptControl } from './interrupt-control.js';
import { MpuState } from './mpu-state.js';
import { Priorities, type PriorityOptions } from './priorities.js';
import { Shield } from './shield.js';
import { SystemControl } from './system-control.js';

/** The parts of the exception model, wired to each other and to the machine. */
export interface CoreModel {
  readonly irqs: number;
  readonly allocator: StateAllocator;
  readonly state: CpuState;
  readonly priorities: Priorities;
  readonly interrupts: InterruptControl;
  readonly exceptions: Exceptions;
  readonly float: FloatContext;
  readonly floatStacking: FloatStacking;
  readonly status: FaultStatus;
  readonly records: FaultRecords;
  readonly control: SystemControl;
  readonly memory: GuestMemory;
  readonly mpu: MpuState;
  readonly shield: Shield;
  readonly counters: CoreCounters;
  readonly points: DebugPoints;
  /** The engine returns after the present instruction. */
  readonly stop: () => void;
  /** Called after a restore: what follows from registers is brought up to date. */
  readonly onRestored: (() => void)[];
  /** One word: one of SLEEP. */
  readonly sleep: Int32Array;
  /** Cycles to wait for code at an address: the engine's. */
  readonly codeLines: { fetch: (address: number) => number };
}

export interface CoreModelOptions extends PriorityOptions {
  /** What VTOR is after a reset, a multiple of 128; 0 if not given (B3.2.5). */
  readonly vtor?: number;
}

export function coreModel(isa: Isa, system: CpuSystem, options: CoreModelOptions): CoreModel {
  const allocator = namespaced(system);
  const bytes = system.memory.buffer as ArrayBuffer;
  const state = new CpuState(isa, bytes, allocator);
  const priorities = new Priorities(state, allocator, options);
  const status = new FaultStatus(allocator);
  const records = new FaultRecords(allocator);
  const control = new SystemControl(allocator, options.vtor);
  const sleep = allocator.i32('sleep', 1);
  const stop = (): void => system.timebase.requestStop();
  const [sleeping, sleepDeep] = [system.signals.get('cpu.sleeping'), system.signals.get('cpu.sleepDeep')];
  const counters = new CoreCounters(allocator, () => system.timebase.cpuClock.now());
  const interrupts = new InterruptControl({ state, priorities, sleep, control, counters, sleeping, sleepDeep, stop });
  const mpu = new MpuState(allocator);
  const shield = new Shield({ bus: system.bus, state, priorities, mpu, stop });
  const memory = new GuestMemory({ bus: system.bus, memory: bytes, state, priorities, status, shield, control });
  const float = new FloatContext(state, allocator);
  const floatStacking = new FloatStacking({ state, float, priorities, status, records, memory });
  const codeLines = { fetch: (_address: number) => 0 };
  const exceptions = new Exceptions({
    float,
    floatStacking,
    state,
    priorities,
    status,
    records,
    memory,
    allocator,
    control,
    counters,
    waitForCode: (address) => codeLines.fetch(address),
    sleepOnExit: () => interrupts.waitForInterrupt(),
    handlers: new HandlerCheck(
      EXCEPTION.irq0 + options.irqs,
      (address) => system.bus.peek(address, 2),
      (problem) => system.report(problem),
    ),
    notify: (exception, change) => {
      if (system.hears('irq')) system.emit('irq', { exception, name: exceptionName(exception), change });
    },
    returned: () => {
      if (!system.hears('return')) return;
      system.emit('return', { pc: state.pc >>> 0, inFault: FAULTS.some((one) => priorities.isActive(one)) ? 1 : 0 });
    },
  });
  const { irqs } = options;
  const around = { state, priorities, interrupts, exceptions, status, records, control, memory, sleep };
  const units = { mpu, shield, float, floatStacking, codeLines };
  return { irqs, allocator, counters, points: new DebugPoints(), stop, onRestored: [], ...around, ...units };
}

const FAULTS = [EXCEPTION.hardFault, EXCEPTION.memManage, EXCEPTION.busFault, EXCEPTION.usageFault];

function namespaced({ arena }: CpuSystem): StateAllocator {
  return {
    i32: (name, length) => arena.i32(`cpu.${name}`, length),
    f64: (name, length) => arena.f64(`cpu.${name}`, length),
  };
}
