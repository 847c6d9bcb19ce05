// npm runs this in a package's folder before it packs it, whoever asked for that: `npm run pack`, `npm pack` or `npm publish`.
// What is packed is built from the sources as they are, holds nothing that a deleted source left behind, and carries the licence.
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build, root } from './prepare.mjs'

const here = process.cwd()

build([here])
for (const name of leftOver()) rmSync(join(here, 'dist', name))
// Copied and not committed ten times: git ignores the copies.
for (const name of ['LICENSE', 'NOTICE']) copyFileSync(join(root, name), join(here, name))

/** Compiled files whose source is gone: the compiler does not take them away. */
function leftOver() {
  return readdirSync(join(here, 'dist'), { recursive: true })
    .map(String)
    .filter((name) => /\.(?:js|d\.ts)(?:\.map)?$/.test(name))
    .filter((name) => !existsSync(join(here, 'src', name.replace(/\.(?:js|d\.ts)(?:\.map)?$/, '.ts'))))
}
