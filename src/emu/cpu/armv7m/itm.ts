import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../device.js';
import { UsageError } from '../../errors.js';
import type { Log } from '../../log.js';
import { notModelled, r, reg, registers, repeat, rw, w } from '../../registers.js';
import { i32 } from '../../state.js';
import type { CoreModel } from './core-model.js';
import { componentIds } from './coresight-ids.js';

const PORTS = 32;
const UNLOCK = 0xc5ac_ce55;
const TRCENA = 1 << 24;
const POWER_ON = { powerOnOnly: true };
const PACKETS = 'the stream is what was written to the ports, and has no packets around it: this';
const INTEGRATION = 'integration mode';

/** Instrumentation Trace Macrocell (C1.7, DDI 0439D 9.3). */
export const ITM = registers({
  STIM: repeat(PORTS, 4, reg(0x000, { STIMULUS: rw(0, 32) }, 0, 'ARMv7-M C1.7.3')),
  TER: reg(0xe00, { STIMENA: rw(0, 32) }, 0, 'ARMv7-M C1.7.4', POWER_ON),
  TPR: reg(0xe40, { PRIVMASK: rw(0, 4) }, 0, 'ARMv7-M C1.7.5', POWER_ON),
  TCR: reg(
    0xe80,
    {
      ITMENA: rw(0),
      TSENA: notModelled(rw(1), PACKETS),
      SYNCENA: notModelled(rw(2), PACKETS),
      TXENA: notModelled(rw(3), PACKETS),
      SWOENA: notModelled(rw(4), PACKETS),
      TSPRESCALE: rw(8, 2),
      GTSFREQ: notModelled(rw(10, 2), PACKETS),
      TRACEBUSID: rw(16, 7),
      BUSY: r(23),
    },
    0,
    'ARMv7-M C1.7.6',
    POWER_ON,
  ),
  IWR: reg(0xef8, { ATVALIDM: notModelled(w(0), INTEGRATION) }, 0, 'DDI 0439D table 9-3'),
  IRR: reg(0xefc, { ATREADYM: r(0) }, 0, 'DDI 0439D table 9-3'),
  IMCR: reg(0xf00, { INTEGRATION: notModelled(rw(0), INTEGRATION) }, 0, 'DDI 0439D table 9-3'),
  LAR: reg(0xfb0, { KEY: w(0, 32) }, 0, 'ARMv7-M D1.2.2'),
  LSR: reg(0xfb4, { SLI: r(0), SLK: r(1), nTT: r(2) }, 3, 'ARMv7-M D1.2.3', POWER_ON),
  ...componentIds({ part: 0x001, revision: 3 }, 'DDI 0439D table 9-3'),
});
type Itm = DeviceContext<typeof ITM, { told: ReturnType<typeof i32> }>;

/** What was written to a stimulus port, bytes of wider writes in the order of the bus (lowest first). */
export interface TraceOutput {
  readonly bytes: Uint8Array;
  /** The bytes as UTF-8. */
  readonly text: string;
  readonly lines: readonly string[];
}
/** The output of port 0, as `ITM_SendChar` writes it, and of all ports. */
export interface ItmHandle extends TraceOutput {
  /** @param number 0–31 */
  port(number: number): TraceOutput;
}

/**
 * ITM at 0xE0000000. What firmware writes to an enabled port goes to a log that tests read; nothing limits how fast, as if a trace
 * port of unlimited speed took it: an enabled port is always ready (FIFOREADY). DEMCR.TRCENA, TCR.ITMENA and the port's bit of TER
 * must be set.
 */
export function itm(model: CoreModel): DeviceType<Handle<typeof ITM, ItmHandle>> {
  return defineDevice({
    name: 'itm',
    size: 0x1000,
    registers: ITM,
    state: { told: i32() },
    setup(d) {
      const logs = Array.from({ length: PORTS }, (_, port) => d.log(`port${port}`, { kind: 'u8', limit: 1 << 20 }));
      for (const [port, register] of d.regs.STIM.entries()) {
        d.onRead(register, () => (isEnabled(d, port) ? 1 : 0));
        d.onWrite(register, (_value, _old, written, bytes) => {
          register.value = 0;
          if (isEnabled(d, port)) stimulate(d, model, logs[port]!, port, bytesOf(written, bytes));
        });
      }
      lock(d, model);
      return handleOf(logs);
    },
  });
}

function isEnabled({ regs }: Itm, port: number): boolean {
  return regs.TCR.ITMENA !== 0 && ((regs.TER.STIMENA >>> port) & 1) !== 0;
}

/** The bytes that a write carried, lowest first. */
function bytesOf(written: number, mask: number): number[] {
  return [0, 8, 16, 24].filter((low) => ((mask >>> low) & 1) !== 0).map((low) => (written >>> low) & 0xff);
}

function stimulate(d: Itm, { control }: CoreModel, log: Log, port: number, bytes: readonly number[]): void {
  if ((control.demcr & TRCENA) === 0) {
    once(d, TOLD.trace, {
      what: 'ITM port was written while DEMCR.TRCENA is 0, so the ITM is disabled: what was written is lost',
      remedy: 'set DEMCR.TRCENA before the ITM is used; a debugger may do so, and is not there on its own',
      section: 'ARMv7-M C1.6.5',
    });
    return;
  }
  for (const byte of bytes) {
    log.append(byte);
    d.emit('itm', { port, byte });
  }
}

/** TER, TPR and TCR can be written once LAR has been given its key (D1.2.2). */
function lock(d: Itm, { control }: CoreModel): void {
  const { LAR, LSR, TER, TPR, TCR } = d.regs;
  d.onWrite(LAR, (_value, _old, written) => {
    LAR.value = 0;
    LSR.SLK = written === UNLOCK ? 0 : 1;
  });
  const followsPrivileges = () => {
    control.tpr = TPR.PRIVMASK;
  };
  for (const register of [TER, TPR, TCR]) {
    d.onWrite(register, (_value, old) => {
      if (LSR.SLK === 0) followsPrivileges();
      else {
        register.value = old;
        once(d, TOLD.locked, {
          what: `ITM.${register.name} was written while the ITM is locked: the write is ignored`,
          remedy: 'write 0xC5ACCE55 to ITM.LAR first',
          section: 'ARMv7-M D1.2.2',
        });
      }
    });
  }
  d.onReset(followsPrivileges);
}

const TOLD = { trace: 1, locked: 2 } as const;
function once(d: Itm, flag: number, problem: { what: string; remedy: string; section: string }): void {
  if ((d.state.told[0]! & flag) !== 0) return;
  d.state.told[0] = d.state.told[0]! | flag;
  d.report({ kind: 'misuse', ...problem });
}

function handleOf(logs: readonly Log[]): ItmHandle {
  const outputs = logs.map(outputOf);
  const [first] = outputs as [TraceOutput];
  return {
    get bytes() {
      return first.bytes;
    },
    get text() {
      return first.text;
    },
    get lines() {
      return first.lines;
    },
    port(number) {
      const output = outputs[number];
      if (output !== undefined) return output;
      throw new UsageError({ what: `the ITM has no port ${number}`, remedy: 'ports are 0 to 31' });
    },
  };
}

function outputOf(log: Log): TraceOutput {
  const bytes = () => Uint8Array.from(log.slice());
  const text = () => new TextDecoder().decode(bytes());
  return {
    get bytes() {
      return bytes();
    },
    get text() {
      return text();
    },
    get lines() {
      return text().split('\n');
    },
  };
}
