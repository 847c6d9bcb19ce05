import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from '@swc/core'
import { root, type Sample } from './samples'

/** Inside the clone, so that the samples find the built packages as a user's program finds the installed ones. One for each worker of Jest. */
const folder = join(root, '.build', 'readme', process.env['JEST_WORKER_ID'] ?? '1')

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
  writeFileSync(file, scriptOf(name, code.replaceAll('127.0.0.1:9876', nameserver), 'es6'))
  return run([file], timeoutMs)
}

/** Runs samples that are tests in a Jest without any settings for them; resolves with what it says of each, by name. */
export async function runInJest(
  samples: readonly Sample[],
  timeoutMs: number,
  env: Readonly<Record<string, string>> = {}
): Promise<ReadonlyMap<string, Ended>> {
  for (const { name, code } of samples) writeFileSync(join(folder, `${name}.test.js`), scriptOf(name, code, 'commonjs'))
  const config = { rootDir: folder, testEnvironment: 'node', transform: {} }
  const report = join(folder, 'report.json')
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js')
  const { output } = await run([jest, '--config', JSON.stringify(config), '--json', `--outputFile=${report}`], timeoutMs, env)
  return new Map(samples.map(({ name }) => [name, endedIn(report, name) ?? { code: undefined, output }]))
}

/** Globals of Jest, for the type check. */
const JEST_GLOBALS = ['test', 'it', 'describe', 'expect', 'jest', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach']
  .map((name) => `declare const ${name}: typeof import('@jest/globals').${name}\n`)
  .join('')

/** Type-checks samples as a user's strict project would; resolves with what the compiler says. */
export function checkTypes(samples: readonly Sample[], timeoutMs: number): Promise<Ended> {
  for (const { name, code } of samples) writeFileSync(join(folder, `${name}.mts`), code)
  writeFileSync(join(folder, 'jest-globals.d.ts'), JEST_GLOBALS)
  const compilerOptions = { target: 'ES2022', module: 'node16', types: ['node'], strict: true, noEmit: true, skipLibCheck: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.mts', 'jest-globals.d.ts'] }))
  return run([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder], timeoutMs)
}

function scriptOf(name: string, code: string, type: 'es6' | 'commonjs'): string {
  const jsc = { parser: { syntax: 'typescript' }, target: 'es2022' } as const
  return transformSync(code, { filename: `${name}.ts`, jsc, module: { type } }).code
}

function endedIn(report: string, name: string): Ended | undefined {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    readonly testResults: ReadonlyArray<{ readonly name: string; readonly status: string; readonly message: string }>
  }
  const result = testResults.find((one) => one.name.endsWith(`${name}.test.js`))
  return result === undefined ? undefined : { code: result.status === 'passed' ? 0 : 1, output: result.message }
}

function run(args: readonly string[], timeoutMs: number, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? undefined, output })
    })
  })
}
