import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { asCommonJs, asModule, frontPagePrograms } from './forms'
import { nodeReleases } from './nodes'
import { runProgram } from './programs'
import { createProject, installedIn, moduleFile, type Project } from './project'
import { describeWithRegistry } from './registry'
import { type ServerProcess, startServerProcess } from './server-process'
import { entryPoints, type Tarball, tarballs } from './tarballs'

const INSTALL_MS = 180_000
const PROGRAM_MS = 60_000

/** What each sample of the front page must print, in the order in which they are run: one sends what the next receive. */
const printed: Readonly<Record<string, RegExp>> = {
  Send: /^SEND_OK \{.*queueId.*\} \d+$/ms,
  Receive: /^(?:billed o-1 attempt 1\n)*$/,
  Pull: /^[1-9]\d*$/m,
  Stream: /^[1-9]\d*$/m
}

const samples = frontPagePrograms()

/** `@rocketmq-ts/testcontainers` has a project of its own: its peer brings a hundred packages. */
const isSmall = ({ manifest }: Tarball) => manifest.peerDependencies?.['testcontainers'] === undefined

describeWithRegistry(__filename, 'the packages, installed into an empty project', () => {
  let project: Project
  let packed: readonly Tarball[]

  beforeAll(() => {
    packed = tarballs().filter(isSmall)
    project = createProject({ tarballs: packed, packages: { rxjs: '7.8.2' } })
  }, INSTALL_MS)
  afterAll(() => project?.remove())

  it('come from the tarballs, each once, with no dependency that nobody named', () => {
    const installed = installedIn(project).map((one) => [one.path.replace('node_modules/', ''), one.resolved?.startsWith('file:') ?? false])
    const ours = packed.map(({ manifest }) => [manifest.name, true])
    const others = ['@standard-schema/spec', 'long', 'rxjs', 'tslib'].map((name) => [name, false])
    expect(installed.sort()).toEqual([...ours, ...others].sort())
  })

  it('bring no install script, however deep', () => {
    expect(installedIn(project).filter(({ hasInstallScript }) => hasInstallScript)).toEqual([])
  })

  it('show on the front page one sample of each kind', () => {
    expect(samples.map(({ title }) => title).sort()).toEqual(Object.keys(printed).sort())
  })

  it(
    'put rocketmq-ts-server where npx finds it',
    async () => {
      const { code, output } = await runProgram('npx', ['--no-install', 'rocketmq-ts-server', '--help'], { cwd: project.folder })
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('rocketmq-ts-server [options]') })
      expect(await runProgram(command(project), ['--version'], { cwd: project.folder })).toEqual({
        code: 0,
        output: `${packed[0]?.manifest.version}\n`
      })
    },
    PROGRAM_MS
  )

  it(
    'put rocketmq-ts-wire where npx finds it',
    async () => {
      const { code, output } = await runProgram('npx', ['--no-install', 'rocketmq-ts-wire', '--help'], { cwd: project.folder })
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('rocketmq-ts-wire [options] FILE') })
    },
    PROGRAM_MS
  )

  it(
    'put rocketmq-ts-store where npx finds it',
    async () => {
      const { code, output } = await runProgram('npx', ['--no-install', 'rocketmq-ts-store', '--help'], { cwd: project.folder })
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('rocketmq-ts-store DIR verify') })
    },
    PROGRAM_MS
  )

  it(
    'serve from that command, on any free ports, with a store where it was started, until Ctrl-C',
    async () => {
      const server = await startServerProcess(command(project), [], project.folder)
      expect(server.nameserver).toMatch(/^127\.0\.0\.1:[1-9]\d+$/)
      expect(await server.end()).toBe(0)
      expect(existsSync(join(project.folder, 'rocketmq-store', 'commitlog'))).toBe(true)
    },
    PROGRAM_MS
  )

  describe.each(nodeReleases(__filename))('on $name', (node) => {
    it.each(['import', 'require'] as const)(
      'give the same names to %s from every entry point, and leave nothing open',
      async (way) => {
        const { code, output } = await runProgram(node.path, [writeListing(project, packed, way)], { cwd: project.folder })
        expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^(?:\S+ [1-9]\d* names\n)+$/) })
        expect(output.match(/\n/g)?.length).toBe(packed.flatMap(({ manifest }) => entryPoints(manifest)).length)
      },
      PROGRAM_MS
    )

    describe.each(['mjs', 'cjs'] as const)('from a .%s file', (format) => {
      let server: ServerProcess
      beforeAll(async () => {
        server = await startServerProcess(node.path, [moduleFile(project, '@rocketmq-ts/server/dist/cli.js'), '--memory'], project.folder)
      }, PROGRAM_MS)
      afterAll(async () => expect(await server?.end()).toBe(0))

      it.each(Object.keys(printed))(
        'the sample "%s" runs and ends by itself',
        async (title) => {
          const file = writeSample(project, title, format, server.nameserver)
          const { code, output } = await runProgram(node.path, [file], { cwd: project.folder, timeoutMs: PROGRAM_MS / 2 })
          expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(printed[title] ?? 'a sample of that title') })
        },
        PROGRAM_MS
      )
    })
  })
})

/** The command that npm made of the server's `bin`. */
function command(project: Project): string {
  return moduleFile(project, join('.bin', process.platform === 'win32' ? 'rocketmq-ts-server.cmd' : 'rocketmq-ts-server'))
}

/** A program that loads every entry point both ways and prints how many names each gives. */
function writeListing(project: Project, packed: readonly Tarball[], way: 'import' | 'require'): string {
  const names = packed.flatMap(({ manifest }) => entryPoints(manifest))
  const load = way === 'import' ? 'await import(name)' : 'require(name)'
  const program = `const names = ${JSON.stringify(names)}
async function main() {
  for (const name of names) console.log(name, Object.keys(${load}).filter((one) => !/^(default|module.exports|__esModule)$/.test(one)).length, 'names')
}
main()
`
  return project.write(`listing-${way}.${way === 'import' ? 'mjs' : 'cjs'}`, program)
}

function writeSample(project: Project, title: string, format: 'mjs' | 'cjs', nameserver: string): string {
  const code = samples.find((one) => one.title === title)?.code
  if (code === undefined) throw new Error(`the front page has no sample "${title}"`)
  const form = format === 'mjs' ? asModule : asCommonJs
  return project.write(`${title.toLowerCase()}.${format}`, form(code).replaceAll('127.0.0.1:9876', nameserver))
}
