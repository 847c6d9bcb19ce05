import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from '@swc/core'
import { root, type Sample } from './samples'

/** Inside the clone, so that the samples find the built packages as a user's program finds the installed ones. */
const folder = join(root, '.build', 'readme')

/** How a program ended. */
export interface Ended {
  /** `undefined` when it had to be killed. */
  readonly code: number | undefined
  readonly output: string
}

/** Empties the folder in which samples are written and run. */
export function prepareFolder(): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
}

/** Runs a sample as a Node process of its own, an ES module, against the nameserver given. */
export function runSample({ name, code }: Sample, nameserver: string, timeoutMs: number): Promise<Ended> {
  const file = join(folder, `${name}.mjs`)
  const { code: script } = transformSync(code.replaceAll('127.0.0.1:9876', nameserver), {
    filename: `${name}.ts`,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' }
  })
  writeFileSync(file, script)
  return run([file], timeoutMs)
}

/** Type-checks samples as a user's strict project would; resolves with what the compiler says. */
export function checkTypes(samples: readonly Sample[], timeoutMs: number): Promise<Ended> {
  for (const { name, code } of samples) writeFileSync(join(folder, `${name}.mts`), code)
  const compilerOptions = { target: 'ES2022', module: 'node16', types: ['node'], strict: true, noEmit: true, skipLibCheck: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts'] }))
  return run([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], timeoutMs)
}

function run(args: readonly string[], timeoutMs: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? undefined, output })
    })
  })
}
