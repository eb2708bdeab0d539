/**
 * Numbers for people: durations, sizes, counts. The exact value is told beside them where it matters.
 */

/** `350 µs`, `4.2 ms`, `1.25 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const sign = seconds < 0 ? '−' : '';
  const much = Math.abs(seconds);
  if (much === 0) return '0 s';
  if (much < 0.9995e-3) return `${sign}${Number((much * 1e6).toPrecision(3))} µs`;
  if (much < 0.9995) return `${sign}${Number((much * 1e3).toPrecision(3))} ms`;
  if (much < 59.995) return `${sign}${Number(much.toPrecision(3))} s`;
  const whole = Math.round(much);
  if (whole < 3600) return `${sign}${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${sign}${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `17 B`, `1.5 KiB`, `3.2 MiB`. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let [amount, unit] = [bytes / 1024, 0];
  while (amount >= 1023.95 && unit < 3) [amount, unit] = [amount / 1024, unit + 1];
  return `${Number(amount.toPrecision(amount < 100 ? 2 : 3))} ${['KiB', 'MiB', 'GiB', 'TiB'][unit]}`;
}

/** `300,000`, whatever language the browser speaks, as all else here is English. */
export function whole(count: number | bigint): string {
  return count.toLocaleString('en-US');
}

/** `1 frame`, `2 frames`. */
export function counted(count: number | bigint, what: string): string {
  return `${whole(count)} ${what}${Number(count) === 1 ? '' : 's'}`;
}
