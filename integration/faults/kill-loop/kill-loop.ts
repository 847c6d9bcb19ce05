import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'

const WRITER = join(__dirname, 'writer.mjs')
/** Longest life of a writer after it has looked around, milliseconds. */
const MAX_LIFE_MS = 150
/** Share of the writers that are killed while they recover what those before have left, and how long into that, at most. */
const KILLED_IN_RECOVERY = 0.25
const MAX_RECOVERY_MS = 60
/** A start that takes longer than this has failed, milliseconds. */
const MAX_START_MS = 60_000

export type KillLoopFlush = 'ASYNC_FLUSH' | 'SYNC_FLUSH'

/** What a writer has found when it had opened the store. */
interface Findings {
  readonly startMs: number
  readonly checked: number
  readonly lost: number
  readonly phantoms: readonly string[]
  readonly records: number
}

export interface KillLoopReport {
  readonly cycles: number
  /** Cycles in which the process was killed while it opened the store, or looked around in it. */
  readonly killedInRecovery: number
  /** Starts that did not succeed. */
  readonly failedStarts: number
  /** Messages whose commit was acknowledged. */
  readonly acks: number
  readonly lost: number
  readonly phantoms: readonly string[]
  /** Times of the starts, sorted. Milliseconds. */
  readonly startsMs: readonly number[]
  /** What writers had to say before they ended by themselves. */
  readonly failures: readonly string[]
}

/** Lets one process after the other write to a store, and kills each at a random moment; each looks for what those before were promised. */
export async function killLoop(flush: KillLoopFlush, cycles: number): Promise<KillLoopReport> {
  const directory = mkdtempSync(join(tmpdir(), 'kill-loop-'))
  try {
    return await new KillLoop(flush, directory).run(cycles)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** `kill loop, SYNC_FLUSH: 50 cycles, …`. */
export function describeReport(flush: KillLoopFlush, report: KillLoopReport): string {
  const { cycles, killedInRecovery, failedStarts, acks, lost, phantoms, startsMs } = report
  const quantile = (share: number): string => (startsMs[Math.floor((startsMs.length - 1) * share)] ?? Number.NaN).toFixed(0)
  const kills = `${cycles} cycles, ${killedInRecovery} of them killed in recovery`
  const counts = `${acks} acks, ${lost} lost, ${phantoms.length} phantoms, ${failedStarts} failed starts`
  return `kill loop, ${flush}: ${kills}; ${counts}; recovery p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`
}

class KillLoop {
  readonly #flush: KillLoopFlush
  readonly #directory: string
  readonly #startsMs: number[] = []
  readonly #phantoms: string[] = []
  readonly #failures: string[] = []
  #killedInRecovery = 0
  #failedStarts = 0
  #lost = 0

  constructor(flush: KillLoopFlush, directory: string) {
    this.#flush = flush
    this.#directory = directory
  }

  async run(cycles: number): Promise<KillLoopReport> {
    for (let cycle = 1; cycle <= cycles && this.#failures.length === 0; cycle++) await this.#cycle(cycle)
    // Everything once more, in a process that ends in good order, and in one that starts after such an end.
    for (const last of [cycles + 1, cycles + 2]) await this.#lookAtAll(last)
    return {
      cycles,
      killedInRecovery: this.#killedInRecovery,
      failedStarts: this.#failedStarts,
      acks: readFileSync(this.#ackFile, 'latin1').split('\n').length - 1,
      lost: this.#lost,
      phantoms: this.#phantoms,
      startsMs: this.#startsMs.sort((a, b) => a - b),
      failures: this.#failures
    }
  }

  get #ackFile(): string {
    return join(this.#directory, 'acks')
  }

  async #cycle(cycle: number): Promise<void> {
    const writer = this.#spawn(cycle, Math.max(1, cycle - 2), 'write')
    const lines = linesOf(writer)
    if (Math.random() < KILLED_IN_RECOVERY) {
      await lines.next()
      await pause(Math.random() * MAX_RECOVERY_MS)
      this.#killedInRecovery++
    } else if (await this.#started(lines)) await pause(Math.random() * MAX_LIFE_MS)
    await this.#kill(writer)
  }

  async #lookAtAll(number: number): Promise<void> {
    const writer = this.#spawn(number, 1, 'close')
    await this.#started(linesOf(writer))
    if (writer.exitCode === null) await once(writer, 'exit')
    if (writer.exitCode !== 0) this.#failures.push(`ended with ${writer.exitCode} after a close`)
  }

  /** Whether it has opened the store and looked around; what it found is counted. */
  async #started(lines: Lines): Promise<boolean> {
    await lines.next()
    const { value: line } = await Promise.race([lines.next(), pause(MAX_START_MS, { value: undefined }, { ref: false })])
    if (typeof line !== 'string') {
      this.#failedStarts++
      this.#failures.push('did not start')
      return false
    }
    const { startMs, lost, phantoms }: Findings = JSON.parse(line)
    this.#startsMs.push(startMs)
    this.#lost += lost
    this.#phantoms.push(...phantoms)
    return true
  }

  async #kill(writer: ChildProcess): Promise<void> {
    if (writer.exitCode !== null) this.#failures.push(`ended by itself with ${writer.exitCode}`)
    else if (writer.signalCode === null) {
      const exit = once(writer, 'exit')
      writer.kill('SIGKILL')
      await exit
    }
    const said = readFileSync(this.#errorFile, 'utf8')
    if (said !== '') this.#failures.push(said)
  }

  get #errorFile(): string {
    return join(this.#directory, 'errors')
  }

  #spawn(number: number, firstChecked: number, end: 'write' | 'close'): ChildProcess {
    const errors = openSync(this.#errorFile, 'w')
    const store = join(this.#directory, 'store')
    const args = [WRITER, store, this.#flush, this.#ackFile, String(number), String(firstChecked), end]
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', errors] })
    closeSync(errors)
    return writer
  }
}

/** What a writer prints: a line when it begins to open the store, one when it has looked around. */
type Lines = AsyncIterator<string>

function linesOf({ stdout }: ChildProcess): Lines {
  if (stdout === null) throw new TypeError('nothing can be read from the process')
  return createInterface({ input: stdout })[Symbol.asyncIterator]()
}
