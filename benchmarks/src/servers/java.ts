import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Release } from '../options'
import { jarFolder, root } from '../requirements'

/** 4.9.7 frees its mapped files through these packages, which newer JDKs close. */
const OPENED = ['java.nio', 'sun.nio.ch', 'jdk.internal.ref'].flatMap((name) => ['--add-opens', `java.base/${name}=ALL-UNNAMED`])

/** The collector of the official start scripts: on one core Java would choose another. Brokers and clients have 2 GiB, nameservers 256 MiB. */
export function javaOptions(home: string, heapMiB: number): string[] {
  return [`-Xms${heapMiB}m`, `-Xmx${heapMiB}m`, '-XX:+UseG1GC', `-Duser.home=${home}`, '-Djava.net.preferIPv4Stack=true', ...OPENED]
}

export const classPathOf = (release: Release): string => join(jarFolder(release), '*')

/** Compiles the programs in `benchmarks/java` against a release into a folder. @throws with what javac says */
export function compilePrograms(release: Release, folder: string): string {
  const sources = join(root, 'benchmarks', 'java')
  const classes = join(folder, 'classes')
  mkdirSync(classes, { recursive: true })
  const files = readdirSync(sources).filter((name) => name.endsWith('.java'))
  const args = ['-nowarn', '-Xlint:-options', '-encoding', 'UTF-8', '--release', '11', '-cp', classPathOf(release), '-d', classes]
  const run = spawnSync('javac', [...args, ...files.map((name) => join(sources, name))], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`javac refused the programs in benchmarks/java: ${run.stderr.slice(0, 500)}`)
  return `${classes}:${classPathOf(release)}`
}
