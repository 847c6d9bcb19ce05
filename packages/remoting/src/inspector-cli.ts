#!/usr/bin/env node
import { once } from 'node:events'
import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type InspectorSurroundings, runInspector } from './inspector/run-inspector'

const here: InspectorSurroundings = {
  version: (JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }).version,
  hasColours: process.stdout.isTTY === true && !process.env['NO_COLOR'],
  print: (line) => process.stdout.write(`${line}\n`),
  drained: async () => {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
  },
  printError: (line) => console.error(line),
  read: (file) => (file === '-' ? process.stdin : createReadStream(file)),
  onEnd: (listener) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener)
  },
  abort: () => process.exit(1)
}

// `| head` has seen enough.
process.stdout.on('error', () => process.exit(0))

void runInspector(process.argv.slice(2), here).then((code) => {
  process.exitCode = code
})
