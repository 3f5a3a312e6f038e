import type { ExitCode } from '../exit-code.js';

export async function boot(_image: string, _options: object): Promise<ExitCode> {
  return 0;
}
