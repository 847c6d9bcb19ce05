import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { asCommonJsTypeScript, frontPagePrograms, testSamples } from './forms'
import { runProgram } from './programs'
import { createProject, installedIn, moduleFile, type Project } from './project'
import { describeWithRegistry } from './registry'
import { entryPoints, type Tarball, tarballs } from './tarballs'

const INSTALL_MS = 180_000
const COMPILE_MS = 120_000

/** The oldest TypeScript that the declarations are written for, and the newest. */
const compilers = [
  ['5.7.3', 'typescript-oldest'],
  ['7.0.2', 'typescript']
] as const

const packages = {
  rxjs: '7.8.2',
  testcontainers: '11.14.0',
  '@types/node': '20.19.0',
  esbuild: '0.28.2',
  ...Object.fromEntries(compilers.map(([version, name]) => [name, `npm:typescript@${version}`]))
}

const samples = frontPagePrograms()

/** Tests that take their names from Jest, which are declared for them: this project has no runner. */
const typed = [...samples, ...testSamples().filter(({ code }) => !/from '(?:@jest\/globals|vitest|node:test|expect)'/.test(code))]
const jestNames = `declare function test(name: string, body: () => Promise<void>): void
declare function it(name: string, body: () => Promise<void>): void
declare function describe(name: string, body: () => void): void
declare function beforeEach(body: () => Promise<void>): void
declare function afterEach(body: () => Promise<void>): void
declare function beforeAll(body: () => Promise<void>): void
declare function afterAll(body: () => Promise<void>): void
declare function expect(actual: unknown): any
`

describeWithRegistry(__filename, 'the packages, in the tool chain of a user', () => {
  let project: Project
  let packed: readonly Tarball[]

  beforeAll(() => {
    packed = tarballs()
    project = createProject({ tarballs: packed, packages })
    writeNode16Project(project, packed)
    writeBundlerProject(project, packed)
  }, INSTALL_MS)
  afterAll(() => project?.remove())

  it('install beside the peers that they adapt to, each of ours once', () => {
    const ours = new Set(packed.map(({ manifest }) => manifest.name))
    const installed = installedIn(project).map(({ path }) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    expect(installed.filter((name) => ours.has(name)).sort()).toEqual([...ours].sort())
  })

  describe.each(compilers)('TypeScript %s, strict, without skipLibCheck', (_, compiler) => {
    it.each(['node16', 'bundler'])(
      'finds the types of every entry point and sample: %s resolution',
      async (kind) => {
        const tsc = moduleFile(project, `${compiler}/bin/tsc`)
        expect(await runProgram(process.execPath, [tsc, '-p', kind], { cwd: project.folder })).toEqual({ code: 0, output: '' })
      },
      COMPILE_MS
    )
  })

  it(
    'esbuild puts client and server into one file that runs where nothing is installed',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'a-bundle-'))
      try {
        const bundled = await bundle(project, folder)
        expect(bundled).toEqual({ code: 0, output: '' })
        const { code, output } = await runProgram(process.execPath, [join(folder, 'bundle.js')], { cwd: folder })
        expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\[ 'hello' \]$/m) })
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    COMPILE_MS
  )
})

const strict = { target: 'ES2022', lib: ['ES2022'], types: ['node'], strict: true, noEmit: true, skipLibCheck: false }

/** One folder holds both kinds of module, as `.mts` and `.cts`. */
function writeNode16Project(project: Project, packed: readonly Tarball[]): void {
  project.write('node16/tsconfig.json', JSON.stringify({ compilerOptions: { ...strict, module: 'node16' }, include: ['*'] }))
  for (const extension of ['mts', 'cts']) {
    project.write(`node16/all.${extension}`, importsOfAll(packed))
    project.write(`node16/wrong.${extension}`, wrongUses)
  }
  project.write('node16/jest.d.ts', jestNames)
  for (const { name, code } of typed) {
    project.write(`node16/${name}.mts`, code)
    project.write(`node16/${name}.cts`, asCommonJsTypeScript(code))
  }
}

function writeBundlerProject(project: Project, packed: readonly Tarball[]): void {
  const compilerOptions = { ...strict, module: 'ESNext', moduleResolution: 'bundler' }
  project.write('bundler/tsconfig.json', JSON.stringify({ compilerOptions, include: ['*'] }))
  project.write('bundler/package.json', '{ "type": "module" }')
  project.write('bundler/all.ts', importsOfAll(packed))
  project.write('bundler/wrong.ts', wrongUses)
  project.write('bundler/jest.d.ts', jestNames)
  for (const { name, code } of typed) project.write(`bundler/${name}.ts`, code)
}

function importsOfAll(packed: readonly Tarball[]): string {
  const names = packed.flatMap(({ manifest }) => entryPoints(manifest))
  return `${names.map((name, index) => `import * as all${index} from '${name}'`).join('\n')}
export const all = [${names.map((_, index) => `all${index}`).join(', ')}]
`
}

/** Each line is an error, or the types were `any`. */
const wrongUses = `import { connect, defineTopic, json } from '@rocketmq-ts/client'
import { deliveries, settle } from '@rocketmq-ts/rxjs'
import { startServer } from '@rocketmq-ts/server'

const Orders = defineTopic('orders', json<{ id: string }>())
export async function wrong() {
  // @ts-expect-error: the port is a number
  await startServer({ brokerPort: 'any' })
  // @ts-expect-error: no such option
  const mq = await connect({ nameservers: '', namesrvAddr: '' })
  // @ts-expect-error: an order has an id
  await mq.producer({ group: 'shop' }).send(Orders, { total: 1 })
  // @ts-expect-error: the value of a message is what its topic says
  mq.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }] }, (message) => void message.value.total)
  // @ts-expect-error: and in a stream it is bytes, where no codec is named
  deliveries(mq, { group: 'audit', subscriptions: [{ topic: 'orders' }] }).pipe(settle((message) => message.body.total))
}
`

const helloProgram = `import { connect } from '@rocketmq-ts/client'
import { startServer } from '@rocketmq-ts/server'

const server = await startServer({ nameserverPort: 0, brokerPort: 0, topics: { greetings: { queues: 4 } } })
const mq = await connect({ nameservers: server.nameserverAddress })
await mq.producer({ group: 'writers' }).send('greetings', 'hello')
for await (const batch of mq.pullConsumer({ group: 'readers', subscriptions: [{ topic: 'greetings' }], from: 'first' })) {
  console.log(batch.messages.map((message) => message.body.toString()))
  break
}
await mq.close()
await server.close()
`

function bundle(project: Project, folder: string): ReturnType<typeof runProgram> {
  const source = project.write('bundled.cts', asCommonJsTypeScript(helloProgram))
  const args = [source, '--bundle', '--platform=node', '--log-level=warning', `--outfile=${join(folder, 'bundle.js')}`]
  return runProgram(process.execPath, [moduleFile(project, 'esbuild/bin/esbuild'), ...args], { cwd: project.folder })
}
