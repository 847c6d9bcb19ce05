import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { reportNotRun } from './registry'
import { root } from './tarballs'

/** A release of Node.js to run programs with. */
export interface NodeRelease {
  /** `Node 22`. */
  readonly name: string
  /** Path of the binary. */
  readonly path: string
}

/** The Node.js that runs this, and the later ones that the packages must run on, as far as this machine can have them. */
export function nodeReleases(file: string): NodeRelease[] {
  const later = ['22', '24'].filter((major) => !process.versions.node.startsWith(`${major}.`)).flatMap((major) => release(file, major))
  return [{ name: `Node ${process.versions.node.split('.')[0]}`, path: process.execPath }, ...later]
}

function release(file: string, major: string): NodeRelease[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'node-versions.mjs'), major], { encoding: 'utf8' })
  if (status === 0) return [{ name: `Node ${major}`, path: stdout.trim() }]
  if (process.env['REQUIRE_CONTAINERS'] === '1') throw new Error(`Node ${major} is wanted here: ${stderr.trim()}`)
  reportNotRun(file, `on Node ${major}: ${stderr.trim()}`)
  return []
}
