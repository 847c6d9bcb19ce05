// `npm test`: installs, checks types, style, generated files, then runs every suite that this machine can run.
// What could not run is named at the end. Jest's own results are left in .build/jest-<suite>.json.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { nodeOf, otherMajors } from './node-versions.mjs'
import { build, install, requireNode, root, run } from './prepare.mjs'

// The unit suite once more on each later Node: `unit-node22`, `unit-node24`.
const suites = [
  'unit',
  ...otherMajors.map((major) => `unit-node${major}`),
  'exhaustive',
  'packages',
  'official',
  'contract',
  'interop',
  'faults',
  'examples'
]
const chosen = process.argv.slice(2).filter((argument) => suites.includes(argument))
const buildFolder = join(root, '.build')
const notRun = join(buildFolder, 'not-run.txt')
const minutes = new Map()

requireNode()
timed('install', install)
mkdirSync(buildFolder, { recursive: true })
for (const file of ['not-run.txt', 'judges.txt', ...suites.map((suite) => `jest-${suite}.json`)])
  rmSync(join(buildFolder, file), { force: true })

timed('types', () => build())
const failures = []
timed('style', () => step('style', ['node_modules/@biomejs/biome/bin/biome', 'check', '--diagnostic-level=warn', '.']))
timed('generated files', () => step('generated files', ['protocol/generate.mjs', '--check']))
for (const suite of chosen.length > 0 ? chosen : suites) timed(suite, () => runSuite(suite))
report()

function timed(name, work) {
  const from = process.hrtime.bigint()
  work()
  minutes.set(name, Number(process.hrtime.bigint() - from) / 6e10)
}

function step(name, args) {
  if (run(process.execPath, args) !== 0) failures.push(name)
}

function runSuite(suite) {
  console.log(`\n── ${suite} ${'─'.repeat(60 - suite.length)}`)
  const output = join(buildFolder, `jest-${suite}.json`)
  const [project, major] = suite.split('-node')
  const node = major ? nodeOf(major) : { path: process.execPath }
  if (!node.path) return goWithout(suite, node.reason)
  // The others start servers, and wait more than they compute.
  const workers = project === 'unit' || project === 'exhaustive' ? '--maxWorkers=100%' : '--runInBand'
  const jest = [
    'node_modules/jest/bin/jest.js',
    '--selectProjects',
    project,
    '--json',
    '--outputFile',
    output,
    '--testLocationInResults',
    workers
  ]
  const code = run(node.path, jest, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (code !== 0 || !existsSync(output)) failures.push(suite)
}

/** A machine that has to be complete, as in CI, fails; any other names what it went without. */
function goWithout(suite, reason) {
  console.error(`NOT RUN: ${suite}: ${reason}`)
  if (process.env.REQUIRE_CONTAINERS === '1') failures.push(suite)
  else appendFileSync(notRun, `${suite}: ${reason}\n`)
}

function report() {
  const total = { passed: 0, failed: 0, skipped: 0 }
  console.log(`\n${'═'.repeat(64)}`)
  for (const suite of suites) addResults(suite, total)
  for (const [name, value] of minutes) console.log(`${name.padEnd(16)} ${value.toFixed(2)} min`)
  const judges = readIfThere(join(buildFolder, 'judges.txt'))
  if (judges) console.log(`\nJudged by:\n${judges.trimEnd()}`)
  const missing = readIfThere(notRun)
  if (missing) console.log(`\n!! NOT RUN on this machine:\n${missing.trimEnd()}`)
  else console.log('\nEvery suite ran.')
  if (failures.length > 0) console.log(`\nFAILED: ${failures.join(', ')}`)
  console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
  process.exit(failures.length > 0 || total.passed === 0 ? 1 : 0)
}

function addResults(suite, total) {
  const text = readIfThere(join(buildFolder, `jest-${suite}.json`))
  if (!text) return
  const result = JSON.parse(text)
  total.passed += result.numPassedTests
  total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites
  total.skipped += result.numPendingTests
  console.log(`${suite.padEnd(16)} ${result.numPassedTests} passed, ${result.numFailedTests} failed, ${result.numPendingTests} skipped`)
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
