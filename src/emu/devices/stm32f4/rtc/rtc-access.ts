import type { RegisterCell } from '../../../register-file.js';
import type { Signal } from '../../../signal.js';
import type { RtcContext } from './rtc-registers.js';

const KEYS = [0xca, 0x53] as const;
const OPEN = 2;
const [TOLD_DOMAIN, TOLD_KEYS] = [0, 1] as const;

/**
 * Who may write: nothing without PWR_CR.DBP (RM0090 5.1.4), most registers only after the keys 0xCA and 0x53 in WPR (26.3.5). Every
 * write that is lost leaves the register as it was.
 */
export class RtcAccess {
  readonly #d: RtcContext;
  readonly #backupAccess: Signal;

  constructor(d: RtcContext) {
    this.#d = d;
    this.#backupAccess = d.input('backupAccess');
    const { WPR } = d.regs;
    const { keys } = d.state;
    d.onWrite(WPR, (_value, _old, written) => {
      WPR.value = 0;
      if (!this.#backupAccess.level) return;
      const key = written & 0xff;
      // A wrong key closes the registers again.
      if (key === KEYS[0]) keys[0] = 1;
      else keys[0] = key === KEYS[1] && keys[0] === 1 ? OPEN : 0;
    });
  }

  get open(): boolean {
    return this.#backupAccess.level !== 0 && this.#d.state.keys[0] === OPEN;
  }
  get domainOpen(): boolean {
    return this.#backupAccess.level !== 0;
  }

  /** A register of the backup domain: `fn` hears of writes that are let through. */
  onDomainWrite(register: RegisterCell, fn: (value: number, old: number, written: number) => void): void {
    this.#d.onWrite(register, (value, old, written) => {
      if (this.domainOpen) fn(value, old, written);
      else {
        register.value = old;
        this.#tellDomain(register);
      }
    });
  }
  /** The same for a register that WPR's keys open. */
  onWrite(register: RegisterCell, fn: (value: number, old: number, written: number) => void): void {
    this.onDomainWrite(register, (value, old, written) => {
      if (this.open) fn(value, old, written);
      else {
        register.value = old;
        this.tellKeys(register);
      }
    });
  }

  /** A write that came at the wrong time. */
  refuse(register: RegisterCell, old: number, why: string, remedy: string): void {
    register.value = old;
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `RTC.${register.name} was written ${why}: the write is lost`,
      remedy,
      section: register.section,
    });
  }

  #tellDomain(register: RegisterCell): void {
    this.#tell(TOLD_DOMAIN, register, 'while the backup domain is protected', 'set APB1ENR.PWREN and PWR.CR.DBP first');
  }
  tellKeys(register: RegisterCell): void {
    this.#tell(TOLD_KEYS, register, 'while it is write-protected', 'write 0xCA, then 0x53 to RTC.WPR first');
  }
  #tell(which: number, register: RegisterCell, why: string, remedy: string): void {
    const { told } = this.#d.state;
    if (told[which] !== 0) return;
    told[which] = 1;
    this.#d.report({
      kind: 'misuse',
      rule: 'sequence',
      what: `RTC.${register.name} was written ${why}: the write is lost`,
      remedy,
      section: 'RM0090 26.3.5',
    });
  }
}
