import { defineDevice } from '../../device.js';
import { backup, u8 } from '../../state.js';

const SIZE = 4096;

/**
 * Backup SRAM: RM0090 5.1.2. Written only while PWR_CR.DBP is set; kept over Standby mode and on VBAT if the backup regulator is on
 * (PWR_CSR.BRE); erased when read protection is taken away.
 *
 * Wires: inputs `backupAccess`, `backupRegulator`, `battery`, `protectionErased`.
 */
export function bkpsram() {
  return defineDevice({
    name: 'stm32f4-bkpsram',
    size: SIZE,
    state: { bytes: backup(u8(SIZE)), told: u8() },
    read: (offset, size, { state: { bytes } }) => {
      let value = 0;
      for (let i = 0; i < size; i++) value |= bytes[offset + i]! << (8 * i);
      return value;
    },
    write: (offset, value, size, { state: { bytes, told }, input, report }) => {
      if (input('backupAccess').level) {
        for (let i = 0; i < size; i++) bytes[offset + i] = value >>> (8 * i);
      } else if (told[0] === 0) {
        told[0] = 1;
        report({
          kind: 'misuse',
          rule: 'sequence',
          what: 'the backup SRAM was written while the backup domain is protected: the write is lost',
          remedy: 'set APB1ENR.PWREN and PWR.CR.DBP first',
          section: 'RM0090 5.1.2',
        });
      }
    },
    setup(d) {
      const { bytes } = d.state;
      d.input('backupAccess');
      const regulator = d.input('backupRegulator');
      const battery = d.input('battery');
      d.input('protectionErased', (level) => level && bytes.fill(0));
      d.onReset((_kind, cause) => {
        const kept = regulator.level !== 0 && (cause === 'standby' || battery.level !== 0);
        if ((cause === 'standby' || cause === 'power-on') && !kept) bytes.fill(0);
      });
    },
  });
}
