#!/usr/bin/env node
/**
 * Assembles rocketmq-ts/official-jars:<version> where the published image cannot be pulled: a Debian JRE made by debootstrap, the jars
 * that `npm run official` fetched, and the launchers and logging configuration in image/. Needs root (debootstrap) and a container
 * engine; installs nothing. An image that was made from the same jars and the same recipe is left alone.
 *
 *   node integration/official/build-image.mjs [version…]
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jarsDigest, libDirectory, officialVersions, verifiedJars } from '../../scripts/official.mjs'

const recipe = join(dirname(fileURLToPath(import.meta.url)), 'image')
const suite = 'bookworm'
const javaPackage = 'openjdk-17-jre-headless'
const baseImage = `rocketmq-ts/debian-jre:${suite}-17`
const imageName = (version) => `rocketmq-ts/official-jars:${version}`

function buildImage(version) {
  const jars = verifiedJars(version)
  if (jars === undefined) fail(`the jars of ${version} are not in .official/${version}/lib; run \`npm run official\` first`)
  const labels = labelsOf(version, jars)
  if (isCurrent(imageName(version), labels)) return console.log(`image: ${imageName(version)} is up to date`)
  ensureBase()
  withTemporaryDirectory('rocketmq-ts-image-', (context) => {
    assembleHome(version, join(context, 'home'))
    cpSync(join(recipe, 'Dockerfile'), join(context, 'Dockerfile'))
    const flags = Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`])
    // The classic builder: the other one wants a plug-in and, for a base that only exists here, a registry.
    run(
      'docker',
      [
        'build',
        '--network',
        'none',
        '--build-arg',
        `BASE=${baseImage}`,
        '--build-arg',
        `VERSION=${version}`,
        ...flags,
        '--tag',
        imageName(version),
        context
      ],
      { DOCKER_BUILDKIT: '0' }
    )
  })
  console.log(`image: ${imageName(version)} built`)
}

/** What the image is, for whoever inspects it: which release, from where, and the hash of every RocketMQ jar in it. */
function labelsOf(version, jars) {
  const own = [...jars].filter(([name]) => name.startsWith('rocketmq-'))
  return {
    'org.opencontainers.image.title': 'Apache RocketMQ, published jars on a Debian JRE',
    'org.opencontainers.image.version': version,
    'org.opencontainers.image.licenses': 'Apache-2.0',
    'rocketmq-ts.origin': 'rocketmq-ts/official-jars',
    'rocketmq-ts.jars.source': `Maven artifacts org.apache.rocketmq:*:${version}`,
    'rocketmq-ts.jars.sha256': jarsDigest(jars),
    'rocketmq-ts.recipe.sha256': recipeDigest(),
    ...Object.fromEntries(own.map(([name, hash]) => [`rocketmq-ts.jar.${name}`, hash]))
  }
}

function recipeDigest() {
  const hash = createHash('sha256').update(`${suite} ${javaPackage}\n`)
  for (const file of filesUnder(recipe)) hash.update(`${file.slice(recipe.length)}\n`).update(readFileSync(file))
  return hash.digest('hex')
}

function filesUnder(directory) {
  const entries = readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
  return entries.flatMap((entry) => (statSync(entry).isDirectory() ? filesUnder(entry) : [entry]))
}

function isCurrent(name, labels) {
  const found = labelsOfImage(name)
  return found !== undefined && Object.entries(labels).every(([key, value]) => found[key] === value)
}

function labelsOfImage(name) {
  const inspect = spawnSync('docker', ['image', 'inspect', '--format', '{{json .Config.Labels}}', name], { encoding: 'utf8' })
  return inspect.status === 0 ? (JSON.parse(inspect.stdout) ?? {}) : undefined
}

/** ROCKETMQ_HOME as apache/rocketmq has it: bin, conf, lib. */
function assembleHome(version, home) {
  mkdirSync(home, { recursive: true })
  cpSync(libDirectory(version), join(home, 'lib'), { recursive: true })
  cpSync(join(recipe, 'bin'), join(home, 'bin'), { recursive: true })
  cpSync(join(recipe, 'conf'), join(home, 'conf'), { recursive: true })
  for (const role of ['broker', 'namesrv', 'tools']) cpSync(join(recipe, 'conf/logback.xml'), join(home, `conf/logback_${role}.xml`))
  writeFileSync(join(home, 'SHA256SUMS'), [...verifiedJars(version)].map(([name, hash]) => `${hash}  lib/${name}\n`).join(''))
}

function ensureBase() {
  if (labelsOfImage(baseImage) !== undefined) return
  console.log(`image: making ${baseImage} with debootstrap`)
  withTemporaryDirectory('rocketmq-ts-jre-', (root) => {
    const mirror = process.env.DEBIAN_MIRROR === undefined ? [] : [process.env.DEBIAN_MIRROR]
    run('debootstrap', ['--variant=minbase', `--include=${javaPackage}`, suite, root, ...mirror])
    rmSync(join(root, 'var/cache/apt/archives'), { recursive: true, force: true })
    const archive = join(root, 'rootfs.tar')
    run('tar', ['-C', root, '--one-file-system', '--exclude', './rootfs.tar', '-cf', archive, '.'])
    run('docker', ['import', '--change', 'ENV LANG=C.UTF-8', archive, baseImage])
  })
}

function withTemporaryDirectory(prefix, use) {
  const directory = mkdtempSync(join(tmpdir(), prefix))
  try {
    use(directory)
  } finally {
    run('rm', ['-rf', '--one-file-system', directory])
  }
}

function run(command, args, env = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, env: { ...process.env, ...env } })
  if (result.error !== undefined) throw new BuildError(`\`${command}\` does not run here: ${result.error.message}`)
  if (result.status === 0) return
  const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n')
  throw new BuildError(`\`${command} ${args[0]}\` failed: ${lines.slice(-3).join(' | ')}`)
}

class BuildError extends Error {}

function fail(message) {
  throw new BuildError(message)
}

try {
  for (const version of process.argv.length > 2 ? process.argv.slice(2) : officialVersions) buildImage(version)
} catch (error) {
  if (!(error instanceof BuildError)) throw error
  console.error(`image: ${error.message}`)
  process.exitCode = 1
}
