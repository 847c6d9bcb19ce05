import { spawn } from 'node:child_process'

/** How a program ended. */
export interface Ended {
  /** `undefined` when it had to be killed. */
  readonly code: number | undefined
  /** What it wrote to stdout and stderr, in the order in which it came. */
  readonly output: string
}

export interface ProgramOptions {
  readonly cwd: string
  /** Default: the program is killed after two minutes. */
  readonly timeoutMs?: number
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end. */
export function runProgram(command: string, args: readonly string[], options: ProgramOptions): Promise<Ended> {
  const { cwd, timeoutMs = 120_000, env } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: environment(env) })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? undefined, output })
    })
  })
}

/** Without what Jest and npm set for their own children: a user's program has none of that. */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:JEST_|NODE_ENV$|NODE_OPTIONS$|npm_(?!config_))/.test(name))
  return { ...Object.fromEntries(own), ...more }
}
