/** Which engine runs: `auto` compiles what proves hot, `hot` all it can, `cold` nothing. Results are the same. */
export type EngineMode = 'auto' | 'cold' | 'hot';

let mode: EngineMode = 'cold';

/** What machines use that are not told otherwise. */
export function defaultEngine(): EngineMode {
  return mode;
}
export function setDefaultEngine(engine: EngineMode): void {
  mode = engine;
}
