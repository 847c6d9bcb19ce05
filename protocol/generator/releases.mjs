/** Whether something is in a release, by its `since` and `until`. `4.9.7` as `since` stands for that release or an earlier one. */
export function hasRelease({ since = '4.9.7', until }, release) {
  return notAfter(since, release) && notAfter(release, until)
}

/** Whether two spans of releases have one in common. */
export function overlap(a, b) {
  return notAfter(a.since, b.until) && notAfter(b.since, a.until)
}

export function isBefore(a, b) {
  const [x, y] = [a, b].map((text) => text.split('.').map(Number))
  for (const index of [0, 1, 2]) if (x[index] !== y[index]) return x[index] < y[index]
  return false
}

function notAfter(since, until) {
  return until === undefined || !isBefore(until, since)
}
