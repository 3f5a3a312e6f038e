import { button as makeButton } from '../../emu/parts/button.js';
import { canBus as makeCanBus } from '../../emu/parts/can-bus.js';
import { keypad as makeKeypad } from '../../emu/parts/keypad.js';
import { led as makeLed } from '../../emu/parts/led.js';
import { potentiometer as makePotentiometer } from '../../emu/parts/potentiometer.js';
import { rotaryEncoder as makeEncoder } from '../../emu/parts/rotary-encoder.js';
import { servo as makeServo } from '../../emu/parts/servo.js';
import { terminal as makeTerminal } from '../../emu/parts/terminal.js';
import { uartJumper as makeJumper } from '../../emu/parts/uart-jumper.js';
import { partKind } from './kind.js';

/** Parts on pins, and terminals. Chips on buses: `bus-parts.ts`. */

export const led = partKind(
  {
    type: 'led',
    summary: 'an LED on a pin',
    takes: ['pin', '...'],
    pins: ['pin'],
    shape: (o) => ({ pin: o.pin, activeLow: o.flag.optional().describe('lit while the pin is low') }),
  },
  makeLed,
);

export const button = partKind(
  {
    type: 'button',
    summary: 'a push button with its pull resistor',
    takes: ['pin', '...'],
    pins: ['pin'],
    shape: (o) => ({ pin: o.pin, activeHigh: o.flag.optional().describe('pressed connects the pin to the supply') }),
  },
  makeButton,
);

export const keypad = partKind(
  {
    type: 'keypad',
    summary: 'a matrix of keys',
    takes: ['...'],
    shape: (o) => ({ rows: o.list, columns: o.list, keys: o.text.describe('row by row: 123A456B…') }),
  },
  makeKeypad,
);

export const potentiometer = partKind(
  {
    type: 'potentiometer',
    summary: 'a voltage between ground and supply on a pin',
    takes: ['pin', '...'],
    pins: ['pin'],
    shape: (o) => ({
      pin: o.pin,
      position: o.number.optional().describe('0 to 1; 0.5 if not given'),
      supply: o.number.optional().describe('volts'),
    }),
  },
  makePotentiometer,
);

export const rotaryEncoder = partKind(
  {
    type: 'rotary-encoder',
    summary: 'an encoder with two contacts, and a button if it has one',
    takes: ['...'],
    pins: ['a', 'b', 'button'],
    shape: (o) => ({
      a: o.pin,
      b: o.pin,
      button: o.pin.optional(),
      perDetent: o.oneOf(1, 2, 4).optional(),
    }),
  },
  makeEncoder,
);

export const servo = partKind(
  {
    type: 'servo',
    summary: 'a servo that follows the pulses on a pin',
    takes: ['pin', '...'],
    pins: ['pin'],
    shape: (o) => ({
      pin: o.pin,
      minimum: o.number.optional().describe('µs at 0°'),
      maximum: o.number.optional().describe('µs at full angle'),
      range: o.number.optional().describe('degrees'),
    }),
  },
  makeServo,
);

export const terminal = partKind(
  {
    type: 'terminal',
    summary: 'a terminal on a UART; the one called `console` is the board’s console',
    takes: ['uart', '...'],
    pins: ['tx', 'rx'],
    shape: (o) => ({ uart: o.device, tx: o.pin.optional(), rx: o.pin.optional() }),
  },
  makeTerminal,
);

export const uartJumper = partKind(
  {
    type: 'uart-jumper',
    summary: 'wires two UARTs to each other',
    takes: ['one', 'other'],
    shape: (o) => ({ one: o.device, other: o.device }),
  },
  makeJumper,
);

export const canBus = partKind(
  {
    type: 'can-bus',
    summary: 'the bus that several CAN controllers are on',
    takes: ['controllers'],
    shape: (o) => ({ controllers: o.list }),
  },
  makeCanBus,
);
