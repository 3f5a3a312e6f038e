import { spiFlash } from '../machine-file/kinds/bus-parts.js';
import { button, led, terminal } from '../machine-file/kinds/parts.js';
import { defineBoard, defineChip } from './define.js';
import { fe310 } from './fe310.js';

/** The names that HiFive1's headers have in Arduino's manner, and its pins (HiFive1 Rev B schematics). */
export const ARDUINO_PINS = {
  D0: 'GPIO16',
  D1: 'GPIO17',
  D2: 'GPIO18',
  D3: 'GPIO19',
  D4: 'GPIO20',
  D5: 'GPIO21',
  D6: 'GPIO22',
  D7: 'GPIO23',
  D8: 'GPIO0',
  D9: 'GPIO1',
  D10: 'GPIO2',
  D11: 'GPIO3',
  D12: 'GPIO4',
  D13: 'GPIO5',
  D15: 'GPIO9',
  D16: 'GPIO10',
  D17: 'GPIO11',
  D18: 'GPIO12',
  D19: 'GPIO13',
} as const;

const chip = () => defineChip({ ...fe310(), pinNames: ARDUINO_PINS });

/** SiFive HiFive1 Rev B, which QEMU has as `sifive_e`. */
export const sifiveE = defineBoard({
  name: 'sifive-e',
  chip,
  checked: true,
  parts: {
    // one LED of three colours, lit by a low level
    red: led('GPIO22', { activeLow: true }),
    green: led('GPIO19', { activeLow: true }),
    blue: led('GPIO21', { activeLow: true }),
    wake: button('PMU_DWAKEUP_N'),
    // ISSI IS25LP128
    flash: spiFlash('qspi0', { select: 'QSPI0_CS0', mapped: true, jedec: [0x9d, 0x60] }),
    console: terminal('uart0', { tx: 'GPIO17', rx: 'GPIO16' }),
  },
});
