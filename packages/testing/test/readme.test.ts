import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { transformSync } from '@swc/core'

const readme = readFileSync(join(__dirname, '..', 'README.md'), 'utf8')
const samples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '')

interface Sample {
  readonly name: string
  readonly run: () => Promise<void>
}

/** The tests that a sample defines, whichever framework it is for. */
function testsOf(sample: string): Sample[] {
  const { code } = transformSync(sample, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } })
  const found: Sample[] = []
  const test = (name: string, run: () => Promise<void>): void => void found.push({ name, run })
  const load = (name: string): unknown => (name === 'node:test' ? { test } : require(name))
  new Function('require', 'exports', 'test', 'expect', code)(load, {}, test, expect)
  return found
}

describe('the samples of the README', () => {
  const tests = samples.flatMap(testsOf)

  it('are tests, each of them', () => {
    expect(samples.length).toBeGreaterThanOrEqual(4)
    expect(samples.map((sample) => testsOf(sample).length)).toEqual(samples.map(() => 1))
  })

  it.each(tests.map(({ name, run }) => [name, run] as const))('%s', (_, run) => run())
})
