/** What `fwtest init` writes. */

export interface FirstTest {
  /** As `fwtest/boards` exports it: `stm32f4Discovery`. */
  readonly boardExport: string;
  /** Relative to the test, with `/`: `./build/app.elf`. */
  readonly firmware: string;
}

export function testFile({ boardExport, firmware }: FirstTest): string {
  return `import { expect, firmwareTest } from 'fwtest';
import { ${boardExport} } from 'fwtest/boards';

const test = firmwareTest({ board: ${boardExport}, firmware: ${quoted(firmware)} });

test('reaches main', ({ board }) => {
  expect(board).toReach('main', { within: '1s' });
});

test('runs for 100 ms without a fault', ({ board }) => {
  board.run('100ms');
  expect(board).not.toHaveFaulted();
});
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}

/** Only for plain \`vitest\` runs and for editors: \`npx fwtest\` works without it. */
export const CONFIG_FILE = `import { fwtest } from 'fwtest/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [fwtest()],
});
`;

export const TSCONFIG_FILE = `{
  "compilerOptions": {
    "target": "es2023",
    "module": "preserve",
    "moduleResolution": "bundler",
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true
  },
  "include": ["**/*.ts", "**/*.mts"]
}
`;

/** Parts that run side by side in a pipeline. */
const SHARDS = 2;

const shards = Array.from({ length: SHARDS }, (_, i) => i + 1).join(', ');

export const GITHUB_FILE = `name: firmware tests
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    strategy:
      fail-fast: false
      matrix:
        shard: [${shards}]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22, cache: npm }
      - run: npm ci
      # Build your firmware here, unless the images are in the repository.
      - run: npx fwtest --reporter=default --reporter=blob --shard=\${{ matrix.shard }}/${SHARDS}
      - if: always()
        uses: actions/upload-artifact@v4
        with: { name: 'blob-\${{ matrix.shard }}', path: .vitest-reports, include-hidden-files: true }
  report:
    needs: test
    if: always()
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22, cache: npm }
      - run: npm ci
      - uses: actions/download-artifact@v4
        with: { pattern: 'blob-*', path: .vitest-reports, merge-multiple: true }
      - run: npx fwtest --merge-reports --reporter=default --reporter=github-actions --reporter=junit --outputFile.junit=firmware-tests.xml
      - if: always()
        uses: actions/upload-artifact@v4
        with: { name: firmware-tests, path: firmware-tests.xml }
`;

export const GITLAB_FILE = `stages: [test, report]

firmware-tests:
  stage: test
  image: node:22
  parallel: ${SHARDS}
  script:
    - npm ci
    # Build your firmware here, unless the images are in the repository.
    - npx fwtest --reporter=default --reporter=blob --shard=$CI_NODE_INDEX/$CI_NODE_TOTAL
  artifacts:
    when: always
    paths: [.vitest-reports]

firmware-report:
  stage: report
  image: node:22
  when: always
  script:
    - npm ci
    - npx fwtest --merge-reports --reporter=default --reporter=junit --outputFile.junit=firmware-tests.xml
  artifacts:
    when: always
    reports:
      junit: firmware-tests.xml
`;
