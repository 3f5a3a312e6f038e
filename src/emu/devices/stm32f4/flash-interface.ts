import { defineDevice } from '../../device.js';
import { FLASH_STATE, type FlashContext, FlashControl } from './flash-control.js';
import { FlashErase } from './flash-erase.js';
import { unlockSequences } from './flash-keys.js';
import { flashLatency } from './flash-latency.js';
import { flashLines } from './flash-lines.js';
import { OptionBytes } from './flash-options.js';
import { FlashProgram } from './flash-program.js';
import { FLASH } from './flash-registers.js';
import { sectorsOf } from './flash-sectors.js';

export interface FlashOptions {
  readonly flashKiB: number;
  /** Whether the BOOT pins select flash: read protection leaves what was started there alone (RM0090 3.7.3). */
  readonly bootsFromFlash?: boolean;
}

const STRT = 1 << 16;
const OPTLOCK = 1;
const OPTSTRT = 2;

/**
 * Flash memory interface: RM0090 chapter 3. Erases and programs the memories whose rows name it as controller: `main`,
 * `otp`, `options` (the option bytes), and `system`, which cannot be changed.
 *
 * Operations take the data sheet's typical times at 2.7 to 3.6 V (flash-times.ts). PSIZE x64 needs VPP on its pin, which
 * is taken for granted. A change shows when the operation ends; a reset before leaves the bytes as they were, where the
 * manual promises nothing.
 *
 * Wires: outputs `irq`; `access`, which says what these memories let through (MEMORY_ACCESS); `lines`, how the core's accesses are
 * delayed (flash-lines.ts); from the option bytes that the last reset loaded `borLevel` (0: off), `hardwareWatchdog`, `resetOnStop`,
 * `resetOnStandby`, `levelTwo`; `protectionErased` pulses when read protection goes from level 1 to 0. Input `millivolts` is VDD.
 */
export function flashInterface({ flashKiB, bootsFromFlash = true }: FlashOptions) {
  return defineDevice({
    name: 'stm32f4-flash',
    size: 0x400,
    registers: FLASH,
    state: FLASH_STATE,
    setup(d) {
      const { ACR, SR, CR, OPTCR } = d.regs;
      const optionMemory = d.memory('options', (offset) => program.refuse(optionMemory, offset));
      const options = new OptionBytes(optionMemory);
      const control = new FlashControl(d, options);
      const sectors = sectorsOf(flashKiB);
      const program = new FlashProgram(control, sectors);
      const erase = new FlashErase(control, sectors, program.main);
      const loaded = optionWires(d);

      unlockSequences(d, d.state.step, d.state.optionStep);
      d.onWrite(SR, () => control.updateInterrupt());
      d.onWrite(CR, (value, old, written) => {
        CR.value = old;
        // RM0090 3.6: a write during an operation lets the bus wait until it ends.
        if (SR.BSY) d.stallWhile(() => SR.BSY !== 0);
        if (CR.LOCK) return;
        CR.value = value & ~STRT;
        program.dropHalf();
        control.updateInterrupt();
        if (written & STRT && !CR.LOCK) erase.start();
      });
      d.onWrite(OPTCR, (value, old, written) => {
        const fixed = (old & OPTLOCK) !== 0 || options.level === 2;
        OPTCR.value = fixed ? old | (value & OPTLOCK) : (value & ~OPTSTRT) | (old & OPTSTRT);
        if ((old & OPTLOCK) === 0 && written & OPTSTRT) startOptions(d, options, erase);
      });
      const [linesChanged, checkLatency] = [flashLines(d), flashLatency(d)];
      d.onWrite(ACR, (_value, _old, written) => {
        linesChanged(written);
        checkLatency();
      });
      d.onReset(() => {
        OPTCR.value = options.word | OPTLOCK;
        loaded(options);
        d.state.refused[0] = options.level === 1 && !bootsFromFlash ? 1 : 0;
        control.openMemories();
      });
    },
  });
}

/** What other blocks take from the option bytes: RM0090 3.7.1, 3.9.10, table 15. */
function optionWires(d: FlashContext): (options: OptionBytes) => void {
  const bor = d.output('borLevel');
  const watchdog = d.output('hardwareWatchdog');
  const stop = d.output('resetOnStop');
  const standby = d.output('resetOnStandby');
  const levelTwo = d.output('levelTwo');
  const { OPTCR } = d.regs;
  return (options) => {
    bor.set(3 - OPTCR.BOR_LEV);
    watchdog.set(1 - OPTCR.WDG_SW);
    stop.set(1 - OPTCR.nRST_STOP);
    standby.set(1 - OPTCR.nRST_STDBY);
    levelTwo.set(options.level === 2 ? 1 : 0);
  };
}

/** OPTCR.OPTSTRT was set while OPTCR was unlocked (RM0090 3.7.2, 3.7.3). */
function startOptions({ regs, report }: FlashContext, options: OptionBytes, erase: FlashErase): void {
  if (options.level === 2) {
    const what = 'FLASH.OPTCR.OPTSTRT was set, but read protection of level 2 fixes the option bytes for good';
    report({ kind: 'misuse', rule: 'configuration', what, section: 'RM0090 3.7.3' });
  } else if (regs.SR.BSY) {
    const what = 'FLASH.OPTCR.OPTSTRT was set during another operation: nothing is programmed';
    report({ kind: 'misuse', rule: 'sequence', what, remedy: 'wait until FLASH.SR.BSY is 0', section: 'RM0090 3.7.2' });
  } else erase.startOptions();
}
