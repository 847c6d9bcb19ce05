#!/usr/bin/env node
/**
 * Compiles our Java programs (recorder, reader, interop client) against one official release's jars.
 *
 *   node integration/official/java/build.mjs [version…]     prints one line per version: `<version> <class path>`
 *
 * The sources name the packages of 5.x; 4.9.7 keeps the same classes in other packages, so their names are rewritten before javac sees
 * them, and what differs beyond names is in release/<version>/. Idempotent: classes live in a directory named by the sources' hash.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { libDirectory, officialRoot, officialVersions } from '../../../scripts/official.mjs'

const here = dirname(fileURLToPath(import.meta.url))

/** Where 4.9.7 keeps what 5.x has under org.apache.rocketmq.remoting.protocol. */
const packagesOf497 = [
  [
    /org\.apache\.rocketmq\.remoting\.protocol\.(header|body|heartbeat|route|RequestCode|ResponseCode)\b/g,
    'org.apache.rocketmq.common.protocol.$1'
  ],
  [/org\.apache\.rocketmq\.remoting\.protocol\.(subscription|DataVersion)\b/g, 'org.apache.rocketmq.common.$1']
]

/** The class path that runs our programs with a release's own classes; compiles them when the sources changed. */
export function classPath(version) {
  if (!existsSync(libDirectory(version))) throw new Error(`no jars of ${version}: run \`npm run official\` first`)
  const sources = sourcesFor(version)
  const hash = createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 12)
  const classes = join(officialRoot, version, `classes-${hash}`)
  if (!existsSync(classes)) compile(version, sources, classes)
  return `${classes}:${join(libDirectory(version), '*')}`
}

function sourcesFor(version) {
  const folders = [join(here, 'src', 'rocketmqts'), join(here, 'release', version, 'rocketmqts')]
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((name) => [name, translate(version, readFileSync(join(folder, name), 'utf8'))])
  )
}

function translate(version, source) {
  if (!version.startsWith('4.')) return source
  return packagesOf497.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), source)
}

function compile(version, sources, classes) {
  const work = mkdtempSync(join(officialRoot, version, 'javac-'))
  try {
    mkdirSync(join(work, 'classes'))
    const files = sources.map(([name, text]) => {
      writeFileSync(join(work, name), text)
      return join(work, name)
    })
    const run = spawnSync(
      'javac',
      [
        '-nowarn',
        '-Xlint:-options',
        '-encoding',
        'UTF-8',
        '--release',
        '11',
        '-cp',
        join(libDirectory(version), '*'),
        '-d',
        join(work, 'classes'),
        ...files
      ],
      { encoding: 'utf8' }
    )
    if (run.error !== undefined) throw new Error(`javac does not run here: ${run.error.message}`)
    if (run.status !== 0) throw new Error(`javac refused the programs for ${version}:\n${run.stderr}`)
    if (!existsSync(classes)) renameSync(join(work, 'classes'), classes)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const version of process.argv.length > 2 ? process.argv.slice(2) : officialVersions) console.log(`${version} ${classPath(version)}`)
}
