import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { decodeRecords, verifyCrc } from '@rocketmq-ts/remoting/wire'
import { decodeFrame } from './frame'
import { cutRecords, hasProperty, reconsumeTimesOf, withOtherBody, withProperty, withReconsumeTimes } from './records'

const fixtures = resolve(__dirname, '..', '..', '..', 'fixtures')
const records = (release: string): Buffer[] => {
  const golden = JSON.parse(readFileSync(join(fixtures, release, 'PULL_MESSAGE.json'), 'utf8')).records
  const answer = golden.find((one: { name: string; side: string }) => one.name === 'plain' && one.side === 'response')
  return cutRecords(decodeFrame(Buffer.from(answer.frameHex, 'hex')).body)
}
const decoded = (record: Buffer | undefined) => {
  const one = decodeRecords(record ?? Buffer.alloc(0)).records[0]
  if (one === undefined) throw new Error('no record')
  return one
}

describe.each(['4.9.7', '5.5.0'])('records of %s', (release) => {
  it('are cut apart and told by their properties', () => {
    const cut = records(release)
    expect(cut).toHaveLength(2)
    expect(cut.map((one) => hasProperty(one, 'KEYS', 'o-1'))).toEqual([false, true])
    expect(cut.map((one) => hasProperty(one, 'customer', 'customer-7'))).toEqual([true, true])
    expect(cut.map((one) => hasProperty(one, 'customer', 'customer'))).toEqual([false, false])
    expect(cut.map(reconsumeTimesOf)).toEqual([0, 1])
  })

  it('are changed in nothing but what was to change', () => {
    const [first] = records(release)
    if (first === undefined) throw new Error('no record')
    const tagged = decoded(withProperty(first, 'TAGS', 'created', 'deleted'))
    expect(tagged.properties.get('TAGS')).toBe('deleted')
    expect(tagged.properties.get('KEYS')).toBe('o-0')
    expect(decoded(withReconsumeTimes(first, 9)).reconsumeTimes).toBe(9)
    const other = decoded(withOtherBody(first))
    expect(other.body.equals(decoded(first).body)).toBe(false)
    expect(other.properties.get('KEYS')).toBe('o-0')
    expect(() => verifyCrc(other)).not.toThrow()
  })
})
