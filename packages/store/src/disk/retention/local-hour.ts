/** Hour of the day, 0 to 23, on the clocks of the place where this process runs. */
export function localHour(atMs: number): number {
  return Number(new Intl.DateTimeFormat('en', { hour: 'numeric', hourCycle: 'h23' }).format(atMs))
}
