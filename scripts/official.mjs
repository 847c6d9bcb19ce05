#!/usr/bin/env node
/**
 * `npm run official`: fetches the published jars of the official releases with Maven into .official/<version>/lib and lists their
 * SHA-256 in .official/<version>/SHA256SUMS. A release whose listed files are all there unchanged is left alone.
 *
 *   node scripts/official.mjs [version…]      default: every release the suites are judged by
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const officialVersions = ['4.9.7', '5.5.0']
export const officialRoot = join(dirname(dirname(fileURLToPath(import.meta.url))), '.official')

/** What a nameserver, a broker, mqadmin and an official client need; everything else comes in through them. */
const artifacts = ['rocketmq-namesrv', 'rocketmq-broker', 'rocketmq-tools', 'rocketmq-client']
/** Without these the suites cannot run, whatever Maven thinks of its exit code. */
const expected = [...artifacts, 'rocketmq-remoting', 'rocketmq-common', 'rocketmq-store', 'fastjson']
/** Named exactly: the version a bare `dependency:` prefix resolves to depends on the machine's Maven. */
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'

export const libDirectory = (version) => join(officialRoot, version, 'lib')
const sumsFile = (version) => join(officialRoot, version, 'SHA256SUMS')

/** File name → SHA-256 of every jar of a release, as recorded when it was fetched; undefined when it is not complete and unchanged. */
export function verifiedJars(version) {
  if (!existsSync(sumsFile(version))) return undefined
  const recorded = readSums(version)
  const unchanged = [...recorded].every(([name, hash]) => hashOf(join(libDirectory(version), name)) === hash)
  return unchanged && missing([...recorded.keys()]).length === 0 ? recorded : undefined
}

/** One hash that stands for all jars of a release: of the lines of its SHA256SUMS. */
export const jarsDigest = (jars) =>
  createHash('sha256')
    .update([...jars].map(([name, hash]) => `${hash}  ${name}\n`).join(''))
    .digest('hex')

function readSums(version) {
  const lines = readFileSync(sumsFile(version), 'utf8').split('\n').filter(Boolean)
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]))
}

function hashOf(file) {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : undefined
}

const missing = (names) => expected.filter((artifact) => !names.some((name) => /^-\d/.test(name.replace(artifact, ''))))

function fetchJars(version) {
  const directory = join(officialRoot, version)
  const incoming = join(directory, 'lib.incoming')
  rmSync(incoming, { recursive: true, force: true })
  mkdirSync(incoming, { recursive: true })
  writeFileSync(join(directory, 'pom.xml'), pom(version))
  const goal = `${plugin}:copy-dependencies`
  maven(['-f', join(directory, 'pom.xml'), goal, '-DincludeScope=runtime', `-DoutputDirectory=${incoming}`])
  const names = readdirSync(incoming).sort()
  const lacking = missing(names)
  if (lacking.length > 0) fail(`Maven finished, but these jars of ${version} did not arrive: ${lacking.join(', ')}`)
  rmSync(sumsFile(version), { force: true })
  rmSync(libDirectory(version), { recursive: true, force: true })
  renameSync(incoming, libDirectory(version))
  writeFileSync(sumsFile(version), names.map((name) => `${hashOf(join(libDirectory(version), name))}  ${name}\n`).join(''))
  return names.length
}

const pom = (version) => `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>rocketmq-ts</groupId>
  <artifactId>official-jars</artifactId>
  <version>${version}</version>
  <packaging>pom</packaging>
  <dependencies>
${artifacts.map((name) => `    <dependency><groupId>org.apache.rocketmq</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`).join('\n')}
  </dependencies>
</project>
`

function maven(args) {
  const run = spawnSync('mvn', ['--batch-mode', '--no-transfer-progress', '--strict-checksums', ...args], {
    encoding: 'utf8',
    maxBuffer: 64 << 20
  })
  if (run.status === 0) return
  const errors = run.stdout.split('\n').filter((line) => line.startsWith('[ERROR]'))
  fail(`Maven could not fetch the jars: ${(errors[0] ?? run.stderr.split('\n')[0] ?? 'no message').slice(0, 500)}`)
}

function need(command, args, what) {
  const run = spawnSync(command, args, { stdio: 'ignore' })
  if (run.error !== undefined || run.status !== 0)
    fail(`${what} is needed to fetch the official jars, and \`${command}\` does not run here`)
}

function fail(message) {
  console.error(`official: ${message}`)
  process.exit(1)
}

function main(versions) {
  const absent = versions.filter((version) => verifiedJars(version) === undefined)
  if (absent.length > 0) {
    need('java', ['-version'], 'Java (JDK 11 or newer)')
    need('mvn', ['--version'], 'Apache Maven')
  }
  for (const version of versions) {
    if (absent.includes(version)) console.log(`official: ${version} fetched, ${fetchJars(version)} jars in .official/${version}/lib`)
    else console.log(`official: ${version} is already in .official/${version}/lib`)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv.length > 2 ? process.argv.slice(2) : officialVersions)
}
