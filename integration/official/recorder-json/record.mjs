#!/usr/bin/env node
/**
 * Records how the official releases write and read JSON into fixtures/json/<dialect>.json: `written` by their own writers, with what their
 * own readers make of it, and `read`, what these make of the texts in documents.mjs.
 *
 *   node integration/official/recorder-json/record.mjs [--check]
 *
 * `--check` writes nothing and fails when a file would change.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { documents } from './documents.mjs'
import { dialects, originOf, read, written } from './programs.mjs'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'fixtures', 'json')
const isCheck = process.argv.includes('--check')

function recordingOf(dialect) {
  const asked = [...documents].map(([name, [type, text]]) => ({ name, class: type, text }))
  const answers = read(dialect, asked)
  const sections = { written: written(dialect), read: asked.map((one, index) => ({ ...one, ...answers[index] })) }
  return `{\n"origin": ${JSON.stringify(originOf(dialect))},\n${Object.entries(sections).map(sectionText).join(',\n')}\n}\n`
}

/** A sample per line: a change shows in a diff. */
function sectionText([name, samples]) {
  const lines = samples.map((one) => JSON.stringify({ ...one, sha256: createHash('sha256').update(one.text).digest('hex') }))
  return `${JSON.stringify(name)}: [\n${lines.join(',\n')}\n]`
}

mkdirSync(folder, { recursive: true })
for (const dialect of Object.keys(dialects)) {
  const text = recordingOf(dialect)
  const file = join(folder, `${dialect}.json`)
  const isSame = existsSync(file) && readFileSync(file, 'utf8') === text
  if (isCheck && !isSame) process.exitCode = 1
  if (!isCheck) writeFileSync(file, text)
  console.log(`recorder: ${file.slice(folder.length + 1)} ${isSame ? 'is' : isCheck ? 'differs from' : 'written as'} what the release does`)
}
