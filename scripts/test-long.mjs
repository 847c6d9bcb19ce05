// `npm run test:long [-- --factor 50] [-- --seed N] [-- --out FILE] [-- <part of a path> …]`: the long form of every randomised suite, that
// is of each test file that draws its runs or seeds from test/random-runs.ts. Ends with a table of what ran, and writes it to FILE.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { build, fail, install, requireNode, root, run } from './prepare.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { factor: { type: 'string', default: '50' }, seed: { type: 'string' }, out: { type: 'string' } }
})
const factor = wholeNumber('--factor', values.factor, 1, 100_000)
const seed = wholeNumber('--seed', values.seed ?? String(Math.floor(Math.random() * 1_000_000_000) + 1), 1, 2_147_000_000)
const buildFolder = join(root, '.build')
const report = join(buildFolder, 'long-runs.jsonl')
const results = join(buildFolder, 'long-results.json')

requireNode()
install()
build()
const files = randomisedFiles().filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
if (files.length === 0) fail(`no randomised test file has ${positionals.join(' or ')} in its path`)
mkdirSync(buildFolder, { recursive: true })
const notRun = join(buildFolder, 'not-run.txt')
for (const file of [report, results, notRun]) rmSync(file, { force: true })

console.log(`seed ${seed}, ${factor} times the usual runs, ${files.length} files`)
const from = process.hrtime.bigint()
const code = runJest()
const minutes = Number(process.hrtime.bigint() - from) / 6e10
const text = describeRun()
console.log(`\n${text}`)
if (values.out !== undefined) {
  mkdirSync(dirname(join(root, values.out)), { recursive: true })
  writeFileSync(join(root, values.out), text)
}
process.exit(code)

/** Test files that import the runs, directly or through a shared suite beside them. */
function randomisedFiles() {
  const folders = [...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/test`), 'test', 'integration']
  const all = folders.filter((folder) => existsSync(join(root, folder))).flatMap(typescriptBelow)
  const randomised = new Set(all.filter((file) => importsOf(file).some((specifier) => specifier.endsWith('/random-runs'))))
  for (const file of all) if (importsOf(file).some((specifier) => randomised.has(resolved(file, specifier)))) randomised.add(file)
  return [...randomised].filter((file) => file.endsWith('.test.ts')).sort()
}

function typescriptBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`)
}

function importsOf(file) {
  return [...readFileSync(join(root, file), 'utf8').matchAll(/\bfrom '(\.[^']+)'/g)].map((match) => match[1])
}

function resolved(file, specifier) {
  return relative(root, `${join(root, dirname(file), specifier)}.ts`)
}

function runJest() {
  const env = { ...process.env, LONG_RUN_REPORT: report, LONG_RUN_FACTOR: String(factor), LONG_RUN_SEED: String(seed) }
  const jest = ['node_modules/jest/bin/jest.js', '--json', '--outputFile', results, '--testTimeout', String(6 * 3_600_000)]
  return run(process.execPath, [...jest, '--runTestsByPath', ...files], { env, stdio: ['ignore', 'ignore', 'inherit'] })
}

function describeRun() {
  const { numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: broken, testResults } = readJson(results)
  const rows = testResults.map(fileRow).sort((a, b) => a[0].localeCompare(b[0]))
  const total = rows.reduce((sum, row) => sum + row[2], 0)
  const table = rows.map(([file, tests, runs, seconds, outcome]) => `| \`${file}\` | ${tests} | ${runs} | ${seconds} | ${outcome} |`)
  return `${[
    `# Long run of the randomised suites, ${new Date().toISOString().slice(0, 10)}`,
    '',
    `\`npm run test:long -- --factor ${factor} --seed ${seed}${positionals.map((part) => ` ${part}`).join('')}\``,
    '',
    `Node.js ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}. ${minutes.toFixed(1)} minutes,`,
    `${total.toLocaleString('en')} runs in ${passed + failed} tests: **${passed} passed, ${failed + broken} failed**.`,
    '',
    '| file | tests | runs | seconds | result |',
    '| --- | ---: | ---: | ---: | --- |',
    ...table,
    '',
    'A run is one random input of a property, or one whole story told from a seed. The same seed repeats the same inputs.',
    ...(existsSync(notRun) ? ['', `Not run on this machine: ${readFileSync(notRun, 'utf8').trim().replaceAll('\n', '; ')}.`] : [])
  ].join('\n')}\n`
}

function fileRow({ name, assertionResults, startTime, endTime, status }) {
  const file = relative(root, name)
  const runs = reported()
    .filter((line) => line.file === name)
    .reduce((sum, line) => sum + line.runs, 0)
  return [file, assertionResults.length, runs, Math.round((endTime - startTime) / 1000), status]
}

function reported() {
  if (!existsSync(report)) return []
  return readFileSync(report, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

function readJson(file) {
  if (!existsSync(file)) fail('the test runner left no results: see above')
  return JSON.parse(readFileSync(file, 'utf8'))
}

function wholeNumber(option, text, min, max) {
  const value = Number(text)
  if (Number.isInteger(value) && value >= min && value <= max) return value
  return fail(`${option} must be a whole number from ${min} to ${max}, not ${text}`)
}
