/** Builds and runs the Java program beside this file with the classes of an official release. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { libDirectory, officialRoot, verifiedJars } from '../../../scripts/official.mjs'

const sources = join(dirname(fileURLToPath(import.meta.url)), 'rocketmqts', 'json')

/** The three dialects, by the folder of jars, how the program reaches the library there, and which jar that is. */
export const dialects = {
  '4.9.7': { release: '4.9.7', engine: 'release', library: 'fastjson-1.2.69_noneautotype.jar', writtenBy: 'RemotingSerializable of 4.9.7' },
  'fastjson-1.2.83': {
    release: '5.5.0',
    engine: 'fastjson1',
    library: 'fastjson-1.2.83.jar',
    writtenBy: 'fastjson 1.2.83, as 5.0 to 5.3.3 call it'
  },
  '5.5.0': { release: '5.5.0', engine: 'release', library: 'fastjson2-2.0.59.jar', writtenBy: 'RemotingSerializable of 5.5.0' }
}

/** Where 4.9.7 keeps what 5.x has under org.apache.rocketmq.remoting.protocol. */
const packagesOf497 = [
  [/org\.apache\.rocketmq\.remoting\.protocol\.(body|heartbeat|route)\b/g, 'org.apache.rocketmq.common.protocol.$1'],
  [/org\.apache\.rocketmq\.remoting\.protocol\.(admin|DataVersion)\b/g, 'org.apache.rocketmq.common.$1']
]

/** The release, the jar of its JSON library, and that jar's hash. */
export function originOf(dialect) {
  const { release, library, writtenBy } = dialects[dialect]
  const sha256 = verifiedJars(release)?.get(library)
  if (sha256 === undefined) throw new Error(`the jars of ${release} are not complete: run \`npm run official\``)
  return { release, writtenBy, library, sha256 }
}

/** Every sample that the dialect's writer writes, with what its reader makes of it. */
export function written(dialect) {
  return linesOf(run(dialect, 'write', ''))
}

/** What the dialect's reader makes of texts: one answer per `{ class, text }`, `{ decoded }` or `{ refused }`. */
export function read(dialect, documents) {
  const input = documents.map(({ class: type, text }, id) => `${id} ${type} ${Buffer.from(text).toString('base64')}\n`).join('')
  return linesOf(run(dialect, 'read', input)).map(({ id, ...answer }) => answer)
}

const linesOf = (output) =>
  output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

function run(dialect, task, input) {
  const { release, engine } = dialects[dialect]
  const home = mkdtempSync(join(tmpdir(), 'java-json-'))
  try {
    const args = [`-Duser.home=${home}`, '-Xmx512m', '-cp', classPath(release), 'rocketmqts.json.Program', engine, task]
    const java = spawnSync('java', args, { encoding: 'utf8', input, maxBuffer: 256 << 20 })
    if (java.status !== 0) throw new Error(`the JSON program failed on ${dialect}:\n${java.stderr ?? java.error}`)
    return java.stdout
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function classPath(release) {
  const texts = readdirSync(sources)
    .sort()
    .map((name) => [name, translated(release, readFileSync(join(sources, name), 'utf8'))])
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 12)
  const classes = join(officialRoot, release, `json-classes-${hash}`)
  if (!existsSync(classes)) compile(release, texts, classes)
  return `${classes}:${join(libDirectory(release), '*')}`
}

function translated(release, text) {
  return release.startsWith('4.') ? packagesOf497.reduce((all, [pattern, replacement]) => all.replace(pattern, replacement), text) : text
}

function compile(release, texts, classes) {
  const work = mkdtempSync(join(officialRoot, release, 'javac-json-'))
  try {
    mkdirSync(join(work, 'classes'))
    for (const [name, text] of texts) writeFileSync(join(work, name), text)
    const options = ['-nowarn', '-Xlint:-options', '-encoding', 'UTF-8', '--release', '11', '-cp', join(libDirectory(release), '*')]
    const files = texts.map(([name]) => join(work, name))
    const javac = spawnSync('javac', [...options, '-d', join(work, 'classes'), ...files], { encoding: 'utf8' })
    if (javac.error !== undefined) throw new Error(`javac does not run here: ${javac.error.message}`)
    if (javac.status !== 0) throw new Error(`javac refused the JSON program for ${release}:\n${javac.stderr}`)
    if (!existsSync(classes)) renameSync(join(work, 'classes'), classes)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
