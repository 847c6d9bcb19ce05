import { readFileSync } from 'node:fs'

/** What a process has used so far, all its threads together. */
export interface Usage {
  /** User and system time, microseconds. */
  readonly cpuMicros: number
  /** System calls that write, to whatever: sockets, wake-ups of other threads, files. `undefined` where it cannot be read. */
  readonly writeCalls: number | undefined
}

export function usageOf(pid: number, ticksPerSecond: number): Usage {
  const ticks = cpuTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return { cpuMicros: (ticks * 1e6) / ticksPerSecond, writeCalls: readable(`/proc/${pid}/io`, writeCallsIn) }
}

/** Memory that a process holds in RAM, bytes. */
export function residentBytes(pid: number): number {
  return residentBytesIn(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

/** The most that a process has held in RAM so far, bytes. */
export function peakResidentBytes(pid: number): number {
  return residentBytesIn(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmHWM')
}

/** User and system time in /proc/<pid>/stat. The name of the program before it may hold anything, parentheses too. */
export function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  if (!Number.isFinite(ticks)) throw new Error(`no CPU time in ${JSON.stringify(stat)}`)
  return ticks
}

/** `syscw` in /proc/<pid>/io. */
export function writeCallsIn(io: string): number | undefined {
  const found = /^syscw: (\d+)$/m.exec(io)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** `VmRSS`, what is held now, or `VmHWM`, the most so far, in /proc/<pid>/status. */
export function residentBytesIn(status: string, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (kibibytes === undefined) throw new Error(`no ${field} in the status of the process`)
  return Number(kibibytes) * 1024
}

function readable<Value>(file: string, parse: (text: string) => Value): Value | undefined {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
