import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { DiskMessageStore } from '@rocketmq-ts/store'

type RecoveryReport = NonNullable<DiskMessageStore['recovery']>

const linesKept = 40

/** Our broker on a store directory, as a process of its own. It runs what was built, as users do. */
export class OurBroker {
  readonly address: string
  readonly recovery: RecoveryReport
  readonly #process: ChildProcess
  readonly #lines: readonly string[]

  /** Resolves when it serves. `more`: options of the store. */
  static async start(directory: string, more: Readonly<Record<string, number>> = {}): Promise<OurBroker> {
    const options = JSON.stringify({ directory, ...more })
    const child = spawn(process.execPath, [join(__dirname, 'our-broker-process.mjs'), options], { stdio: ['ignore', 'pipe', 'pipe'] })
    // A test run that ends without stopping its broker takes the broker with it.
    const kill = () => child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('exit', () => process.off('exit', kill))
    const lines: string[] = []
    const address = await addressFrom(child, lines)
    const recovery = lines.find((line) => line.startsWith('recovery '))?.slice('recovery '.length) ?? '{}'
    return new OurBroker(child, lines, address, JSON.parse(recovery) as RecoveryReport)
  }

  private constructor(child: ChildProcess, lines: readonly string[], address: string, recovery: RecoveryReport) {
    this.#process = child
    this.#lines = lines
    this.address = address
    this.recovery = recovery
  }

  /** `TERM` lets it close its store, and it has to say that it could; `KILL` does not. */
  async stop(signal: 'TERM' | 'KILL'): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.kill(`SIG${signal}`)
      await ended
    }
    if (signal === 'TERM' && this.#process.exitCode !== 0) throw failed(this.#process.exitCode, this.#lines)
  }
}

function addressFrom(child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(failed(code, lines)))
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue
      createInterface({ input: stream }).on('line', (line) => {
        if (lines.push(line) > linesKept) lines.shift()
        const address = /^broker (\S+)$/.exec(line)?.[1]
        if (address !== undefined) resolve(address)
      })
    }
  })
}

function failed(code: number | null, lines: readonly string[]): Error {
  return new Error(`our broker ended with ${code}: ${lines.join('\n')}`)
}
