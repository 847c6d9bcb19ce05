import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** What Ctrl-C does, or the end without a warning. */
export type Stop = 'SIGINT' | 'SIGKILL'

/** How long a start or an orderly end may take on a loaded machine. */
const PATIENCE_MS = 30_000

const COMMAND = join(__dirname, '..', '..', 'packages', 'server', 'dist', 'cli.js')

/** `rocketmq-ts-server` as a process of its own, which can be started again on the same ports, with the same store. */
export class DiskServer {
  readonly #args: readonly string[]
  #process: ChildProcess | undefined
  #nameserver = ''
  #broker = ''

  /** Arguments other than the ports. */
  constructor(args: readonly string[]) {
    this.#args = args
  }

  get nameserver(): string {
    return this.#nameserver
  }

  get broker(): string {
    return this.#broker
  }

  /** Resolves when it says that it serves. The first start chooses the ports. */
  async start(): Promise<void> {
    if (!existsSync(COMMAND)) throw new Error(`${COMMAND} is missing: build first, as npm test does`)
    const ports = ['--nameserver-port', portOf(this.#nameserver), '--broker-port', portOf(this.#broker)]
    const child = spawn(process.execPath, [COMMAND, ...this.#args, ...ports], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#process = child
    const line = await firstLine(child)
    const [, nameserver = '', broker = ''] = /^nameserver (\S+) +broker (\S+)/.exec(line) ?? []
    if (broker === '') throw new Error(`the server did not say where it serves: ${line}`)
    this.#nameserver = nameserver
    this.#broker = broker
  }

  /** Resolves when the process is gone. An orderly end that does not come, or comes with an error, rejects. */
  async stop(signal: Stop): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined) return
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve()
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    await gone
    clearTimeout(timer)
    if (signal === 'SIGINT' && child.exitCode !== 0) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}`)
  }
}

function portOf(address: string): string {
  return address === '' ? '0' : address.slice(address.lastIndexOf(':') + 1)
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`the server said nothing for ${PATIENCE_MS} ms`))
    }, PATIENCE_MS)
    child.stdout?.on('data', (chunk) => {
      printed += chunk
      if (!printed.includes('\n')) return
      clearTimeout(timer)
      resolve(printed)
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`the server ended with ${code} before it served`))
    })
  })
}
