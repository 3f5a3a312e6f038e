import { setDefaultEngine } from '../src/emu/isa/engine-mode.js';

/** Which engine this project's machines have (vitest.config.ts). */
const engine = process.env['FWTEST_ENGINE'];
if (engine === 'cold' || engine === 'hot' || engine === 'auto') setDefaultEngine(engine);
