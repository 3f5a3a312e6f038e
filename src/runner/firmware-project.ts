/** The vitest project that firmware tests run in. */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineMode } from '../emu/isa/engine-mode.js';
import { checkEngine, PLUGIN_KEY } from './engine-settings.js';
import { checkMisuse, type MisuseSettings } from './misuse-settings.js';

/** Files that hold firmware tests. */
export const FIRMWARE_TESTS = '**/*.fw.test.?(c|m)[jt]s';

export const PROJECT_NAME = 'firmware';

/** What a user may set for firmware tests; everything else is vitest's and stays the user's. */
export interface FirmwareProjectOptions {
  /** Globs of the test files, instead of `**​/*.fw.test.?(c|m)[jt]s`. */
  include?: string[];
  /** Globs of files that are none, besides vitest's own. */
  exclude?: string[];
  /**
   * Host time a test may take, in milliseconds. A test is measured in machine time; this only guards against endless
   * ones, and vitest notices it after the fact.
   */
  testTimeout?: number;
  /** Which engine firmware runs on, where neither the command line nor the test file says; results are the same. */
  engine?: EngineMode;
  /** Counts instructions, times and what the engines do, and prints the sums at the end; as `--stats`. */
  stats?: boolean;
  /** What becomes of misuse of the hardware, where neither the command line nor the test file says. */
  misuse?: MisuseSettings;
}

/** Host milliseconds; far above what any sensible test takes, so that a busy CI machine fails none. */
export const HOST_TIMEOUT = 120_000;

/** Built modules of ours load natively, once in each worker, instead of through the bundler of the test run. */
function ownModules(): RegExp[] {
  const self = fileURLToPath(import.meta.url);
  if (self.endsWith('.ts')) return [];
  const dist = dirname(self).replace(/[\\/]chunks$/, '');
  return [
    new RegExp(join(dist, '/').replaceAll(/[\\/]|[.*+?^${}()|[\]]/g, (c) => (/[\\/]/.test(c) ? '[\\\\/]' : `\\${c}`))),
  ];
}

/**
 * The `test` block of the project. Threads without isolation: the machine restored before each test is the isolation,
 * and a worker keeps its machines and its compiled code over all files.
 */
export function firmwareProject(options: FirmwareProjectOptions = {}) {
  const { engine, stats, misuse } = options;
  checkEngine(engine, 'fwtest() in the vitest configuration');
  checkMisuse(misuse, 'fwtest() in the vitest configuration');
  return {
    name: PROJECT_NAME,
    include: options.include ?? [FIRMWARE_TESTS],
    ...(options.exclude ? { exclude: ['**/node_modules/**', '**/.git/**', ...options.exclude] } : {}),
    pool: 'threads' as const,
    isolate: false,
    environment: 'node' as const,
    provide: { [PLUGIN_KEY]: { engine, stats, misuse } },
    testTimeout: options.testTimeout ?? HOST_TIMEOUT,
    hookTimeout: options.testTimeout ?? HOST_TIMEOUT,
    server: { deps: { external: ownModules() } },
  };
}
