import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { environment } from './programs'

const START_MS = 30_000

/** A `rocketmq-ts-server` that runs as a process of its own. */
export interface ServerProcess {
  /** Address of its nameserver. */
  readonly nameserver: string
  /** Asks it to end as Ctrl-C does; resolves with its exit code, `null` when it had to be killed. */
  end(): Promise<number | null>
}

/** Starts a server on ports that the system chooses, and waits until it says that it serves. */
export async function startServerProcess(command: string, args: readonly string[], cwd: string): Promise<ServerProcess> {
  const ports = ['--nameserver-port', '0', '--broker-port', '0']
  const child = spawn(command, [...args, ...ports], { cwd, env: environment(), stdio: ['ignore', 'pipe', 'inherit'] })
  const nameserver = await addressFrom(child).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  return { nameserver, end: () => endOf(child) }
}

function addressFrom(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    const timer = setTimeout(() => reject(new Error(`the server did not say that it serves: ${printed}`)), START_MS)
    child.stdout?.on('data', (chunk) => {
      printed += chunk
      const address = /nameserver (\S+)/.exec(printed)?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)))
  })
}

async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS)
  child.kill('SIGINT')
  const [code] = (await once(child, 'exit')) as [number | null]
  clearTimeout(timer)
  return code
}
