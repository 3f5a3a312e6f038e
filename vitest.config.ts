import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestUserConfig } from 'vitest/config';
import { fwtest } from './src/runner/vitest.js';
import { SkipsReporter } from './test/skips-reporter.js';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** `npx fwtest` runs the examples on the built package, as its users have it; vitest runs them on the sources. */
const built = /^fwtest(\.js)?$/.test(basename(process.argv[1] ?? ''));
const alias = built
  ? []
  : [
      { find: /^fwtest$/, replacement: source('index.ts') },
      { find: /^fwtest\/boards$/, replacement: source('boards/index.ts') },
      { find: /^fwtest\/devices$/, replacement: source('devices.ts') },
    ];

/** The same tests run on both engines, as two projects; FWTEST_ENGINE=auto has them run on that instead. */
const unit: TestUserConfig = {
  include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
  pool: 'threads',
  isolate: false,
  testTimeout: 60_000,
  setupFiles: ['test/engine.setup.ts', 'test/fidelity/coverage.setup.ts'],
};

export default defineConfig({
  plugins: [fwtest()],
  resolve: { alias },
  test: {
    reporters: ['default', new SkipsReporter()],
    projects: [
      {
        test: {
          ...unit,
          name: 'cold',
          env: { FWTEST_ENGINE: process.env['FWTEST_ENGINE'] ?? 'cold' },
          exclude: ['test/package/**'],
        },
      },
      {
        // Everything compiled as soon as it is executed. Left out: what names its engines itself, and what reads sources.
        test: {
          ...unit,
          name: 'hot',
          env: { FWTEST_ENGINE: process.env['FWTEST_ENGINE'] ?? 'hot' },
          exclude: [
            'src/machine-file/**',
            'test/machines/**',
            'test/protocol/hostile.test.ts',
            'test/riscv-float/arithmetic.test.ts',
            'test/package/**',
            'test/lockstep/**',
            'test/architecture/**',
            'test/fidelity/**',
            'test/riscv/opensbi.test.ts',
            'test/riscv/robustness.test.ts',
            'test/differential/riscv-pmp.test.ts',
          ],
        },
      },
      {
        // Starts the built command line, and other processes with it.
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: ['test/package/build.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
