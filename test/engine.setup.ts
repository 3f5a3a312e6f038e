import { setDefaultEngine } from '../src/emu/isa/engine-mode.js';

/** The whole suite runs with one engine: `FWTEST_ENGINE=cold|hot|auto`. */
const engine = process.env['FWTEST_ENGINE'];
if (engine === 'cold' || engine === 'hot' || engine === 'auto') setDefaultEngine(engine);
