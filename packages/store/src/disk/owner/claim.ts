import type { ProcessIdentity, StoreFiles } from '../../files/store-files'
import { isRunning } from './process-record'

/** A process that wants a store, by a file of a name that no other one has. Names order those who want it at the same moment. */
export interface Claim {
  readonly name: string
  readonly process: ProcessIdentity
}

let claims = 0

/** A claim of this process, to be made by writing its file. */
export function newClaim(process: ProcessIdentity): Claim {
  return { name: `claim-${process.pid}-${++claims}-${Buffer.from(process.startedAt).toString('hex')}`, process }
}

/** The first in order of all others that want the store now. Removes what processes left that ended before they had it. */
export function firstRival(files: StoreFiles, directory: string, own: Claim): Claim | undefined {
  let first: Claim | undefined
  for (const name of files.list(directory)) {
    const process = claimant(name)
    if (process === undefined || name === own.name) continue
    if (!isRunning(files, process)) files.remove(`${directory}/${name}`)
    else first ??= { name, process }
  }
  return first
}

function claimant(name: string): ProcessIdentity | undefined {
  const [, pid, startedAt] = /^claim-(\d{1,15})-\d+-([\da-f]+)$/.exec(name) ?? []
  return startedAt === undefined ? undefined : { pid: Number(pid), startedAt: Buffer.from(startedAt, 'hex').toString() }
}
