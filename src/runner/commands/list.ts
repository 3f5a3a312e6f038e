import type { ExitCode } from '../exit-code.js';

export function list(_what: 'boards' | 'devices' | 'cpus', _json: boolean): ExitCode {
  return 0;
}
