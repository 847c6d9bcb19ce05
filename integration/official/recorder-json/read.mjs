#!/usr/bin/env node
/**
 * What the reader of a dialect makes of documents of anybody's: a JSON line of `{ class, text }` each on stdin, one of `{ decoded }` or
 * `{ refused }` each on stdout.
 *
 *   node integration/official/recorder-json/read.mjs 4.9.7|fastjson-1.2.83|5.5.0
 */
import { readFileSync } from 'node:fs'
import { read } from './programs.mjs'

const lines = readFileSync(0, 'utf8').split('\n').filter(Boolean)
const answers = read(
  process.argv[2],
  lines.map((line) => JSON.parse(line))
)
process.stdout.write(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''))
