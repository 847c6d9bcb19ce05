import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { smallFiles } from './official-broker'
import type { Served } from './served'
import { filesOf } from './store-directory'

/** How many bytes of the last record had reached the disk when the power went. Its body begins at byte 88 and is longer than this. */
export const tears: Readonly<Record<string, number>> = { 'its length': 4, 'a part of its body': 95 }

/** Puts zeros where the rest of the log's last record is, as a system does that had not written it. */
export function tearLastRecord(directory: string, served: Served, written: number): void {
  const { offset, size } = lastRecord(served)
  const { commitLogFileBytes } = smallFiles
  const fileStart = offset - (offset % commitLogFileBytes)
  const file = openSync(join(directory, 'commitlog', String(fileStart).padStart(20, '0')), 'r+')
  writeSync(file, Buffer.alloc(size - written), 0, size - written, offset - fileStart + written)
  closeSync(file)
}

/** The last record of those that a broker has served, with its key in `byOffset`. */
export function lastRecord({ byOffset }: Served): { readonly name: string; readonly offset: number; readonly size: number } {
  const all = Object.entries(byOffset).map(([name, print]) => ({
    name,
    offset: Number.parseInt(print, 10),
    size: Number(/\+(\d+) /.exec(print)?.[1])
  }))
  return all.reduce((last, one) => (one.offset > last.offset ? one : last))
}

/** Leaves of every document that has a copy only that: a half of the document itself is no JSON. Returns the names of those. */
export function breakDocuments(directory: string): string[] {
  const documents = ['topics', 'subscriptionGroup', 'consumerOffset', 'delayOffset'].map((name) => `${name}.json`)
  const copied = documents.filter((name) => existsSync(join(directory, 'config', `${name}.bak`)))
  for (const name of copied) {
    const file = join(directory, 'config', name)
    truncateSync(file, statSync(file).size >> 1)
  }
  return copied
}

/** Removes the oldest file of the log, and the files of queues that lead to nothing else: what the cleaning of an official broker does. */
export function removeOldest(directory: string): void {
  const [oldest = '', next = ''] = filesOf(directory, 'commitlog')
  rmSync(join(directory, oldest))
  const minOffset = Number(basename(next))
  for (const queue of new Set(filesOf(directory, 'consumequeue').map(dirname)))
    for (const file of filesOf(directory, queue).slice(0, -1))
      if (lastOffset(join(directory, file)) < minOffset) rmSync(join(directory, file))
}

/** Log offset of the last entry of a queue file that is full. */
function lastOffset(file: string): number {
  const bytes = readFileSync(file)
  return Number(bytes.readBigInt64BE(bytes.length - 20))
}
