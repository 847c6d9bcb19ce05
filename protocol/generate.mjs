#!/usr/bin/env node
/**
 * Turns protocol/*.json into packages/remoting/src/wire/generated/ and into the reference in README.md.
 * `--check` writes nothing and exits 1 when a committed file differs from what the rows say.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProblems } from './generator/check.mjs'
import { readProtocol } from './generator/read.mjs'
import { bodiesFile } from './generator/write-bodies.mjs'
import { peersFile, responseCodesFile } from './generator/write-codes.mjs'
import { headersFile } from './generator/write-headers.mjs'
import { hotHeadersFile } from './generator/write-hot.mjs'
import { readmeWithReference } from './generator/write-readme.mjs'
import { requestCodesFile } from './generator/write-requests.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const target = join(root, 'packages/remoting/src/wire/generated')

const protocol = readProtocol(here)
const problems = findProblems(protocol)
if (problems.length > 0) {
  for (const problem of problems) console.error(`protocol: ${problem}`)
  process.exit(1)
}

const readme = join(here, 'README.md')
const files = new Map([
  [join(target, 'headers.ts'), headersFile(protocol)],
  [join(target, 'hot-headers.ts'), hotHeadersFile(protocol)],
  [join(target, 'bodies.ts'), bodiesFile(protocol)],
  [join(target, 'request-codes.ts'), requestCodesFile(protocol)],
  [join(target, 'response-codes.ts'), responseCodesFile(protocol)],
  [join(target, 'peers.ts'), peersFile(protocol)],
  [readme, readmeWithReference(readText(readme), protocol)]
])

if (process.argv.includes('--check')) check()
else write()

function write() {
  mkdirSync(target, { recursive: true })
  for (const stray of strayFiles()) rmSync(stray)
  for (const [path, text] of files) if (readText(path) !== text) writeFileSync(path, text)
}

function check() {
  const drifted = [...files].filter(([path, text]) => readText(path) !== text).map(([path]) => path)
  const wrong = [...drifted, ...strayFiles()].map((path) => relative(root, path))
  if (wrong.length === 0) return
  console.error(`These files differ from protocol/*.json; run "npm run generate":\n  ${wrong.join('\n  ')}`)
  process.exit(1)
}

/** Files in the target that no row asks for. */
function strayFiles() {
  try {
    return readdirSync(target)
      .map((name) => join(target, name))
      .filter((path) => !files.has(path))
  } catch {
    return []
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
