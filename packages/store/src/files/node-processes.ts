import { type BigIntStats, readFileSync, statSync } from 'node:fs'
import { codeOf } from './file-attempts'
import type { ProcessIdentity } from './store-files'

/** This process, as `startOf` tells it. */
export function selfIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? ALIVE }
}

/**
 * Linux: boot and start tick, so that another process that was given the same id later is known as another. Elsewhere only whether a
 * process with that id is there.
 */
export function startOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  const boot = readText('/proc/sys/kernel/random/boot_id')
  if (boot === undefined || readText('/proc/self/stat') === undefined) return isAlive(pid) ? ALIVE : undefined
  const stat = readText(`/proc/${pid}/stat`)
  return stat === undefined ? undefined : startInStat(stat, boot.trim())
}

/** Who holds a POSIX or BSD lock on the file: what Java's `FileChannel.tryLock` takes (read in broker/…/BrokerController.java). */
export function lockHolders(path: string): readonly number[] {
  const locks = readText('/proc/locks')
  const file = factsOf(path)
  if (locks === undefined || file === undefined) return []
  return holdersIn(locks, `${deviceText(file.dev)}:${file.ino}`)
}

/** All that is known where start times are not. */
const ALIVE = 'alive'

/** The name of a process, in brackets, may hold anything: fields are counted behind the last bracket (proc(5)). */
function startInStat(stat: string, boot: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  // A zombie has let go of all its files: it only waits for its parent to ask how it ended.
  return state === 'Z' || state === 'X' ? undefined : `${boot}:${fields[19]}`
}

/** A line is `1: POSIX  ADVISORY  WRITE 4711 08:01:131 0 EOF`; one who waits has `->` behind the number. */
function holdersIn(locks: string, file: string): readonly number[] {
  const lines = locks.split('\n').map((line) => line.trim().split(/\s+/))
  const holders = lines.filter((fields) => fields[1] !== '->' && fields[5] === file).map((fields) => Number(fields[4]))
  return [...new Set(holders)].filter((pid) => pid > 0)
}

/** `major:minor` in hexadecimal, of a device number as Linux packs it (makedev(3)). */
function deviceText(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn)
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn)
  return [major, minor].map((part) => part.toString(16).padStart(2, '0')).join(':')
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    return codeOf(error) === 'EPERM'
  }
}

/** Nobody locks what cannot be: whoever opens it says why. */
function factsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
