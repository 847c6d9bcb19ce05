#!/usr/bin/env node
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runStoreInspector, type StoreInspectorSurroundings } from './inspection/command/run-store-inspector'

const here: StoreInspectorSurroundings = {
  version: (JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }).version,
  print: (line) => process.stdout.write(`${line}\n`),
  drained: async () => {
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
  },
  printError: (line) => console.error(line),
  showProgress: (text) => {
    // Over what was there, and nothing of it left behind.
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
  }
}

// `| head` has seen enough.
process.stdout.on('error', () => process.exit(0))

void runStoreInspector(process.argv.slice(2), here).then((code) => {
  process.exitCode = code
})
