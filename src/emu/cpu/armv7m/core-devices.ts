import type { Cpu, CpuSystem } from '../../cpu.js';
import type { Handle } from '../../device.js';
import { Rational } from '../../rational.js';
import { type CORE_DEBUG, coreDebug } from './core-debug.js';
import type { CoreModel } from './core-model.js';
import type { ComponentId } from './coresight-ids.js';
import { dwt } from './dwt.js';
import type { DWT } from './dwt-registers.js';
import { type FPU, floatUnit } from './float-unit.js';
import { type FPB, fpb } from './fpb.js';
import { type ITM, type ItmHandle, itm } from './itm.js';
import { type MPU, mpu } from './mpu.js';
import { type NvicHandle, type NvicRegisters, nvic, softwareTrigger } from './nvic.js';
import { controlSpaceIds, romTable } from './rom-table.js';
import { controlNotInScb, type SCB, scb } from './scb.js';
import { type SYSTICK, sysTick } from './systick.js';
import { etm, tpiu } from './trace-port.js';

/** What a board shows of the core's own registers: `board.scb.CFSR`. */
export interface CortexM4Handles {
  readonly nvic: Handle<NvicRegisters, NvicHandle>;
  readonly scb: Handle<typeof SCB>;
  readonly systick: Handle<typeof SYSTICK>;
  readonly coredebug: Handle<typeof CORE_DEBUG>;
  readonly dwt: Handle<typeof DWT>;
  readonly mpu: Handle<typeof MPU>;
  readonly fpb: Handle<typeof FPB>;
  readonly fpu: Handle<typeof FPU>;
  /** What firmware writes to its stimulus ports: `board.itm.text`. */
  readonly itm: Handle<typeof ITM, ItmHandle>;
}

export interface CoreDeviceOptions {
  /** SYST_CALIB, 0 if the chip does not wire it. */
  readonly sysTickCalibration?: number;
  /** The reference clock of SysTick is the CPU clock divided by this; without it there is none. */
  readonly sysTickDivider?: number;
  /** What the ROM table says the chip is; Arm's own by default. */
  readonly romTable?: ComponentId;
}

/** DDI 0439D table 4-1: the ROM table as Arm delivers it. */
const CORTEX_M4: ComponentId = { part: 0x4c4 };

/** Name of SysTick's reference clock among the machine's clocks. */
export const SYSTICK_CLOCK = 'systick-reference';

/** The private peripheral bus of a Cortex-M4 (B3.1, DDI 0439D table 2-3). */
export function coreDevices(model: CoreModel, system: CpuSystem, options: CoreDeviceOptions): Cpu['devices'] {
  const reference = referenceClock(system, options.sysTickDivider);
  const trace = dwt(model);
  return ofTheCore({
    itm: { address: 0xe000_0000, device: itm(model) },
    dwt: { address: 0xe000_1000, device: trace },
    fpb: { address: 0xe000_2000, device: fpb(model, system.bus) },
    scnscb: { address: 0xe000_e000, device: controlNotInScb(model) },
    systick: {
      address: 0xe000_e010,
      device: sysTick(model, { calibration: options.sysTickCalibration ?? 0, reference }),
    },
    nvic: { address: 0xe000_e100, device: nvic(model) },
    scb: { address: 0xe000_ed00, device: scb(model, () => system.requestReset('software')) },
    mpu: { address: 0xe000_ed90, device: mpu(model) },
    coredebug: { address: 0xe000_edf0, device: coreDebug(model, trace.traceChanged) },
    stir: { address: 0xe000_ef00, device: softwareTrigger(model) },
    fpu: { address: 0xe000_ef34, device: floatUnit(model) },
    scsid: { address: 0xe000_efd0, device: controlSpaceIds },
    tpiu: { address: 0xe004_0000, device: tpiu },
    etm: { address: 0xe004_1000, device: etm },
    romtable: { address: 0xe00f_f000, device: romTable(options.romTable ?? CORTEX_M4) },
  });
}

/** No other core sees them (B3.1). */
function ofTheCore(rows: Cpu['devices']): Cpu['devices'] {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, { ...row, ofOneCore: true }]));
}

function referenceClock({ timebase }: CpuSystem, divider: number | undefined): string | undefined {
  if (divider === undefined) return undefined;
  const by = Rational.from(divider);
  const clock = timebase.clock(SYSTICK_CLOCK, timebase.cpuClock.frequency.div(by));
  timebase.cpuClock.onChange((cpu) => clock.set(cpu.frequency.div(by)));
  return clock.name;
}
