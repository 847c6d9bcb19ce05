import { describe, expect, it } from '@jest/globals'
import { SubscriptionTexts } from '../src/client/subscription-filter'
import { ConsumerOffsets } from '../src/offset/consumer-offsets'

describe('consumer offsets', () => {
  it('are no more than allowed, and those that are there go on', () => {
    const offsets = new ConsumerOffsets(2, () => {})
    expect(offsets.set('g', 'orders', 0, 1)).toBe(true)
    expect(offsets.set('g', 'orders', 1, 1)).toBe(true)
    expect(offsets.set('h', 'orders', 0, 1)).toBe(false)
    expect(offsets.set('g', 'orders', 0, 5)).toBe(true)
    expect(offsets.count).toBe(2)
    expect([...offsets].map(({ group }) => group)).toEqual(['g', 'g'])
  })
})

describe('remembered texts of subscriptions', () => {
  it('are no more than half a million characters', () => {
    const texts = new SubscriptionTexts(1024)
    const tags = Array.from({ length: 1000 }, (_, tag) => `tag-${tag}`).join('||')
    for (let pull = 0; pull < 200; pull++) texts.filterOf(`${tags}||pull-${pull}`)
    expect(texts.characters).toBeGreaterThan(0)
    expect(texts.characters).toBeLessThanOrEqual(512 * 1024)
  })

  it('have at most as many tags as are allowed', () => {
    const texts = new SubscriptionTexts(3)
    expect(texts.filterOf('a||b||c')?.(97)).toBe(true)
    expect(() => texts.filterOf('a||b||c||d')).toThrow('4 tags, at most 3 are allowed')
  })
})
