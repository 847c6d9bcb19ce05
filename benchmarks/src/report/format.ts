/** Three significant digits, without an exponent; `—` when there is no figure. */
export function figure(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '—'
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toFixed(Math.min(digits, 4))
}

/** A ratio: `0.34×`. */
export function times(value: number | undefined): string {
  return value === undefined ? '—' : `${figure(value)}×`
}

/** Messages per second, whole, with thousands apart. */
export function rate(perSecond: number | undefined): string {
  return perSecond === undefined ? '—' : Math.round(perSecond).toLocaleString('en-US')
}

/** Bytes as whole MiB. */
export function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '—' : `${(bytes / 2 ** 20).toFixed(0)} MiB`
}

export function sizeName(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} B`
}
