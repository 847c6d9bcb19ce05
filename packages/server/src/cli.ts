#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runCli } from './cli/run-cli'
import type { CliSurroundings } from './cli/surroundings'

const here: CliSurroundings = {
  version: (JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string }).version,
  print: (line) => console.log(line),
  printError: (line, facts) => (facts === undefined ? console.error(line) : console.error(line, facts)),
  onEnd: (listener) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener)
  },
  abort: () => process.exit(1),
  resolvePath: (path) => resolve(path)
}

// Nothing keeps the process once it has ended in good order.
void runCli(process.argv.slice(2), here).then((code) => {
  process.exitCode = code
})
