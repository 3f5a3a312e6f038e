import type { Reporter, TestModule, TestSuite, Vitest } from 'vitest/node';

/** What a test or suite that can be skipped says in its name: `(needs arm-none-eabi-gcc)`, `(skipped: no QEMU)`. */
const REASON = /(needs [^)]+)\)|skipped: ([^)]+)/;
/** Left to `npm run test:long` and `npm run test:package`, in CI too. */
const ON_DEMAND = /needs (FWTEST_LONG|FWTEST_PACKAGE)=1/;

function reasonOf(fullName: string): string {
  const [, needs, skipped] = REASON.exec(fullName) ?? [];
  return needs ?? skipped ?? `no reason in its name: ${fullName}`;
}

function countSkips(suite: TestModule | TestSuite, skips: Map<string, number>): void {
  for (const test of suite.children.allTests('skipped')) {
    const reason = reasonOf(test.fullName);
    skips.set(reason, (skips.get(reason) ?? 0) + 1);
  }
}

/**
 * Ends a run with what was skipped and why. With FWTEST_REQUIRE_TOOLS=1, as in CI, a test that was skipped for a tool
 * that is not there has failed.
 */
export class SkipsReporter implements Reporter {
  #filtered = false;

  onInit(vitest: Vitest): void {
    // A name pattern skips what it does not match.
    this.#filtered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#filtered) return;
    const skips = new Map<string, number>();
    for (const module of modules) countSkips(module, skips);
    if (skips.size === 0) return;
    console.log('Skipped:');
    for (const [reason, count] of [...skips].sort()) console.log(`  ${count} test${count === 1 ? '' : 's'}: ${reason}`);
    const missing = [...skips.keys()].filter((reason) => !ON_DEMAND.test(reason));
    if (process.env['FWTEST_REQUIRE_TOOLS'] !== '1' || missing.length === 0) return;
    console.error(`FWTEST_REQUIRE_TOOLS=1, and there were tests without what they need: ${missing.join('; ')}`);
    process.exitCode = 1;
  }
}

// biome-ignore lint/style/noDefaultExport: vitest takes the default export of a reporter's file
export default SkipsReporter;
