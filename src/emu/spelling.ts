/** Names that a misspelt one may have meant. */

/** Edits (insert, delete, replace a letter) from `a` to `b`, or `limit + 1` when there are more. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    if (Math.min(...next) > limit) return limit + 1;
    row = next;
  }
  return row[b.length]!;
}

/** Longer names are compared by their first letters only. */
const LONGEST = 80;

/**
 * Up to three of `names` that `name` may have meant, closest first: a third of the letters may differ, and case and
 * underscores weigh nothing.
 */
export function closest(name: string, names: Iterable<string>): string[] {
  const plain = (text: string) => text.slice(0, LONGEST).toLowerCase().replaceAll('_', '');
  const wanted = plain(name);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const near: { name: string; edits: number }[] = [];
  for (const candidate of new Set(names)) {
    const other = plain(candidate);
    const edits = distance(wanted, other, limit);
    if (edits <= limit) near.push({ name: candidate, edits });
    else if (wanted.length >= 4 && other.includes(wanted)) near.push({ name: candidate, edits: limit + 1 });
  }
  near.sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1));
  return near.slice(0, 3).map((one) => one.name);
}
