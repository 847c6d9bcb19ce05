import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { decodeBody, ProtocolError } from '../../src/wire/index'
import { onlyHere, otherHere, refusedHere } from './json-differences'
import { dialects, type RecordedJson, read, recorded, Sample } from './json-sample'
import { expectedTree, treeOf } from './json-tree'

const REFUSED = 'refused'

function treeOrRefusal(sample: RecordedJson | undefined): unknown {
  return sample?.refused === undefined ? expectedTree(sample?.decoded) : REFUSED
}

describe('what is given to readers', () => {
  const [first = [], second = [], third = []] = dialects.map((dialect) => recorded(dialect).read)
  const rows = first.map((sample, index) => [sample.name, sample.text, [sample, second[index], third[index]].map(treeOrRefusal)] as const)
  const agreed = rows.filter(([, , trees]) => trees.every((tree) => tree !== REFUSED && isDeepStrictEqual(tree, trees[0])))
  const disagreed = rows.filter((row) => !agreed.includes(row))

  it('was given to all three', () => {
    expect([first, second, third].map((list) => list.map(({ name }) => name))).toEqual(
      [first, first, first].map((list) => list.map(({ name }) => name))
    )
    expect(agreed.length).toBeGreaterThan(130)
    expect(disagreed.length).toBeGreaterThan(90)
  })

  it.each(agreed.filter(([name]) => !refusedHere.has(name) && !otherHere.has(name)))(
    '%s reads as all three read it',
    (_name, text, [tree]) => {
      expect(treeOf(decodeBody(Sample, Buffer.from(text)))).toEqual(tree)
    }
  )

  it.each(agreed.filter(([name]) => refusedHere.has(name)))('%s is refused, though all three read it', (_name, text) => {
    expect(read(Sample, text)).toBeInstanceOf(ProtocolError)
  })

  it.each(agreed.filter(([name]) => otherHere.has(name)))('%s reads otherwise than in all three', (name, text) => {
    expect(treeOf(decodeBody(Sample, Buffer.from(text)))).toEqual(otherHere.get(name))
  })

  it.each(disagreed)('%s is refused, or reads as at least one of them reads it', (name, text, trees) => {
    const here = read(Sample, text)
    if (here instanceof ProtocolError) expect(onlyHere.has(name)).toBe(false)
    else if (onlyHere.has(name)) expect(treeOf(here)).toEqual(onlyHere.get(name))
    else expect(trees).toContainEqual(treeOf(here))
  })
})
