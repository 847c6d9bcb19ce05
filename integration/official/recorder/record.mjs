#!/usr/bin/env node
/**
 * Records golden bytes of the official releases into fixtures/<version>/: per request every frame in both header encodings, besides
 * frames of the headers that no request has, message records, batches, ids and tag hashes. What is recorded is what the rows in protocol/
 * claim of the release; the bytes and their decoded form come from the release's own classes.
 *
 *   node integration/official/recorder/record.mjs [--version 4.9.7] [--seed 1] [--out fixtures] [--check]
 *
 * The same seed gives the same files. `--check` writes nothing and fails when a file would change.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { officialVersions, verifiedJars } from '../../../scripts/official.mjs'
import { classPath } from '../java/build.mjs'

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))

const { values: options } = parseArgs({
  options: {
    version: { type: 'string' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(root, 'fixtures') },
    check: { type: 'boolean', default: false }
  }
})

/** File name → its text. */
function recordingsOf(version) {
  const records = new Map()
  for (const line of recorderOutput(version).split('\n').filter(Boolean)) {
    const { file, record } = JSON.parse(line)
    records.set(file, [...(records.get(file) ?? []), record])
  }
  const origin = originOf(version)
  return new Map([...records].map(([file, list]) => [`${file}.json`, textOf(file, origin, list)]))
}

function recorderOutput(version) {
  const home = mkdtempSync(join(tmpdir(), 'recorder-'))
  const rows = join(home, 'rows.json')
  try {
    writeFileSync(rows, rowsOf(version))
    const program = ['rocketmqts.Recorder', options.seed, rows]
    const run = spawnSync('java', [`-Duser.home=${home}`, '-Duser.timezone=UTC', '-cp', classPath(version), ...program], {
      encoding: 'utf8',
      maxBuffer: 64 << 20
    })
    if (run.status !== 0) throw new Error(`the recorder failed on ${version}:\n${run.stderr ?? run.error}`)
    return run.stdout
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** What is to be recorded: every row that claims the release. */
function rowsOf(version) {
  const run = spawnSync(process.execPath, [join(root, 'protocol', 'print.mjs'), '--release', version], {
    encoding: 'utf8',
    maxBuffer: 16 << 20
  })
  if (run.status !== 0) throw new Error(`the rows cannot be read:\n${run.stderr}`)
  return run.stdout
}

function originOf(version) {
  const hashes = verifiedJars(version)
  if (hashes === undefined) throw new Error(`the jars of ${version} are not complete: run \`npm run official\``)
  const jars = ['remoting', 'common', 'store'].map((module) => `rocketmq-${module}-${version}.jar`)
  return { release: version, seed: Number(options.seed), jars: jars.map((file) => ({ file, sha256: hashes.get(file) })) }
}

/** One member of a recording per line: a change shows in a diff, and the file stays short. */
function textOf(file, origin, records) {
  const entries = records.map((record) => `    {\n${members(record)}\n    }`)
  return `{\n  "name": ${JSON.stringify(file)},\n  "origin": ${JSON.stringify(origin)},\n  "records": [\n${entries.join(',\n')}\n  ]\n}\n`
}

function members(record) {
  const lines = Object.entries(record).map(([name, value]) => `      ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  return lines.join(',\n')
}

function write(directory, files) {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  for (const [name, text] of files) writeFileSync(join(directory, name), text)
  const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  console.log(`recorder: ${files.size} files, ${Math.round(bytes / 1024)} KiB in ${directory}`)
}

function compare(directory, files) {
  const present = existsSync(directory) ? readdirSync(directory) : []
  const differing = [...files].filter(([name, text]) => !present.includes(name) || readFileSync(join(directory, name), 'utf8') !== text)
  const stale = present.filter((name) => !files.has(name))
  const names = [...differing.map(([name]) => name), ...stale]
  if (names.length === 0) return console.log(`recorder: ${directory} is what the jars write`)
  console.error(`recorder: ${directory} differs from what the jars write: ${names.join(', ')}`)
  process.exitCode = 1
}

for (const version of options.version === undefined ? officialVersions : [options.version]) {
  const files = recordingsOf(version)
  const directory = join(options.out, version)
  if (options.check) compare(directory, files)
  else write(directory, files)
}
