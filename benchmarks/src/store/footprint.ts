import { join } from 'node:path'
import { Driver } from '../process/driver'
import { PinnedProcess } from '../process/pinned-process'
import { peakResidentBytes, residentBytes } from '../process/usage'
import { root } from '../requirements'
import type { StorePlan } from './plan'

/** Memory and start with many messages. Memory is that of a process with a store and nothing else, bytes. */
export interface Footprint {
  readonly messages: number
  readonly queues: number
  readonly bytes: number
  /** Stored in a second, all of it. */
  readonly perSecond: number
  /** Just before the first message. */
  readonly emptyBytes: number
  /** Right after the last message, and the most until then. */
  readonly filledBytes: number
  readonly filledPeakBytes: number
  /** The most, after the oldest messages of every queue were read too. */
  readonly readPeakBytes: number
  /** Of a process that opened the store after a clean stop. */
  readonly reopenedBytes: number
  /** From the call until the store is open, of each start after a clean stop. */
  readonly startMs: readonly number[]
  /** The same, from spawn until `rocketmq-ts-server` serves. */
  readonly serverStartMs: readonly number[]
}

const FILL_MS = 600_000
const ASK_MS = 120_000
const STARTS = 5
/** Read of every queue, messages: more than the store keeps of what it has read. */
const READ_PER_QUEUE = 32

/** Fills a store in a process of its own, and opens it again and again. */
export async function measureFootprint(folder: string, plan: StorePlan, say: (line: string) => void): Promise<Footprint> {
  const directory = join(folder, 'footprint')
  const filled = await fill(directory, plan, say)
  say('footprint: filled and read')
  const [startMs, serverStartMs]: [number[], number[]] = [[], []]
  let reopenedBytes = 0
  for (let time = 0; time < STARTS; time++) {
    const driver = await startFootprint(directory)
    if (driver.ready['isClean'] !== true) throw new Error('the store was not left in good order')
    startMs.push(Number(driver.ready['startMs']))
    reopenedBytes = residentBytes(driver.process.pid)
    await close(driver)
    serverStartMs.push(await startServer(directory))
  }
  return { ...plan.footprint, ...filled, reopenedBytes, startMs, serverStartMs }
}

async function fill(directory: string, { footprint }: StorePlan, say: (line: string) => void) {
  const { messages, queues, bytes } = footprint
  const driver = await startFootprint(directory)
  const { pid } = driver.process
  const emptyBytes = residentBytes(pid)
  const { seconds } = await driver.ask<{ seconds: number }>('fill', { messages, queues, bytes }, FILL_MS)
  const [filledBytes, filledPeakBytes] = [residentBytes(pid), peakResidentBytes(pid)]
  say(`footprint: ${Math.round(messages / seconds)} messages/s stored`)
  await driver.ask('read', { queues, bytes, perQueue: Math.min(READ_PER_QUEUE, Math.floor(messages / queues)) }, ASK_MS)
  const readPeakBytes = peakResidentBytes(pid)
  await close(driver)
  return { perSecond: messages / seconds, emptyBytes, filledBytes, filledPeakBytes, readPeakBytes }
}

function startFootprint(directory: string): Promise<Driver> {
  const program = join(__dirname, '..', 'drivers', 'store-footprint.js')
  return Driver.start({ name: 'a store', command: process.execPath, args: [program, directory] })
}

async function close(driver: Driver): Promise<void> {
  await driver.ask('close', {}, ASK_MS)
  await driver.stop()
}

/** The command that users run. Resolves with milliseconds from spawn until it says where it serves. */
async function startServer(directory: string): Promise<number> {
  const command = join(root, 'packages', 'server', 'dist', 'cli.js')
  const begun = performance.now()
  const args = [command, '--nameserver-port', '0', '--broker-port', '0', '--store', directory]
  const server = new PinnedProcess({ name: 'rocketmq-ts-server', command: process.execPath, args })
  await server.line((line) => line.startsWith('nameserver '), ASK_MS)
  const startMs = performance.now() - begun
  await server.stop(ASK_MS)
  return startMs
}
