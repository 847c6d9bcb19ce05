import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { encodeBody, type JsonStyle } from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { samples } from '../../packages/remoting/test/wire/json-arbitrary'
import { type Dialect, dialects, Sample } from '../../packages/remoting/test/wire/json-sample'
import { expectedTree, treeOf } from '../../packages/remoting/test/wire/json-tree'
import { runs } from '../../test/random-runs'
import { describeWithJava } from './java/java-programs'

const programs = join(__dirname, 'recorder-json')
const releaseOf = { '4.9.7': '4.9.7', 'fastjson-1.2.83': '5.5.0', '5.5.0': '5.5.0' } as const

/** Who must read what: releases below 5.4.0 are answered in either library's form, later ones only in that of theirs. */
const styles: ReadonlyArray<readonly [name: string, style: JsonStyle, readers: readonly Dialect[]]> = [
  ['plain', {}, dialects],
  ['the standard form', { standard: true }, dialects],
  ['plain as fastjson 1', { escapes: 'fastjson' }, ['4.9.7', 'fastjson-1.2.83']],
  ['the standard form as fastjson 1', { standard: true, escapes: 'fastjson' }, ['4.9.7', 'fastjson-1.2.83']]
]

describe.each(dialects)('JSON of ours as %s reads it', (dialect) => {
  describeWithJava(releaseOf[dialect])('with its own classes', () => {
    it.each(styles.filter(([, , readers]) => readers.includes(dialect)))(
      '%s: says what was put in',
      (_, style) => {
        const { numRuns } = runs(200)
        const sent = fc.sample(samples, { numRuns, ...(fc.readConfigureGlobal()?.seed === undefined ? { seed: 7 } : {}) })
        const answers = readBy(
          dialect,
          sent.map((sample) => encodeBody(Sample, sample, style).toString())
        )
        for (const [index, sample] of sent.entries()) {
          const answer = answers[index]
          expect([encodeBody(Sample, sample, style).toString(), answer?.refused]).toEqual([expect.anything(), undefined])
          expect(expectedTree(answer?.decoded)).toEqual(treeOf(sample))
        }
      },
      120_000
    )
  })
})

describeWithJava('5.5.0')('what is recorded of their JSON', () => {
  it('is still what the releases do', () => {
    const check = spawnSync(process.execPath, [join(programs, 'record.mjs'), '--check'], { encoding: 'utf8' })
    expect([check.status, check.stdout, check.stderr]).toEqual([0, expect.stringContaining('5.5.0.json is'), ''])
  }, 120_000)
})

interface ReadByJava {
  readonly decoded?: unknown
  readonly refused?: string
}

function readBy(dialect: Dialect, texts: readonly string[]): readonly ReadByJava[] {
  const input = texts.map((text) => `${JSON.stringify({ class: 'Sample', text })}\n`).join('')
  const run = spawnSync(process.execPath, [join(programs, 'read.mjs'), dialect], { encoding: 'utf8', input, maxBuffer: 256 << 20 })
  if (run.status !== 0) throw new Error(run.stderr)
  return run.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ReadByJava)
}
