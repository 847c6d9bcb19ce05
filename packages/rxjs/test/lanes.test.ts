import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../test/random-runs'
import { type InLane, Lanes } from '../src/lanes'

class Item implements InLane<Item> {
  readonly key: unknown
  readonly order: number
  behind: Item | undefined

  constructor(key: unknown, order: number) {
    this.key = key
    this.order = order
  }
}

const laneOf = (...keys: readonly unknown[]): Lanes<Item> => {
  const lanes = new Lanes<Item>()
  keys.forEach((key, order) => {
    lanes.add(new Item(key, order))
  })
  return lanes
}

/** Who may go now, in their order. */
const takeAll = (lanes: Lanes<Item>): Item[] => {
  const taken: Item[] = []
  for (let item = lanes.shift(); item !== undefined; item = lanes.shift()) taken.push(item)
  return taken
}
const orders = (items: readonly Item[]): number[] => items.map(({ order }) => order)

describe('lanes', () => {
  it('let one of each key go, the oldest first', () => {
    const lanes = laneOf('a', 'a', 'b', 'a', 'c', 'b')
    expect(lanes.first?.order).toBe(0)
    expect(orders(takeAll(lanes))).toEqual([0, 2, 4])
  })

  it('let the next of a key go when the one before has ended', () => {
    const lanes = laneOf('a', 'a', 'b', 'a', 'b')
    const [a, b] = takeAll(lanes) as [Item, Item]
    lanes.ended(b)
    expect(orders(takeAll(lanes))).toEqual([4])
    lanes.ended(a)
    expect(orders(takeAll(lanes))).toEqual([1])
  })

  it('let an older one of a lane that has become free go before younger ones', () => {
    const lanes = laneOf('a', 'a', 'b', 'c')
    const a = lanes.shift() as Item
    lanes.ended(a)
    expect(orders(takeAll(lanes))).toEqual([1, 2, 3])
  })

  it.each([undefined, null])('keep nobody waiting whose key is %s', (key) => {
    const lanes = laneOf(key, key, key)
    expect(orders(takeAll(lanes))).toEqual([0, 1, 2])
    expect(lanes.size).toBe(0)
  })

  it('tell keys apart as a Map does', () => {
    expect(orders(takeAll(laneOf(Number.NaN, Number.NaN, 0, '0', '', false)))).toEqual([0, 2, 3, 4, 5])
  })

  it('leave nothing behind of 100,000 keys', () => {
    const lanes = new Lanes<Item>()
    let most = 0
    for (let order = 0; order < 100_000; order++) {
      lanes.add(new Item(`key ${order}`, order))
      most = Math.max(most, lanes.size)
      lanes.ended(lanes.shift() as Item)
    }
    expect({ most, left: lanes.size, first: lanes.first }).toEqual({ most: 1, left: 0, first: undefined })
  })

  it('hold for any keys and any order of endings', () => {
    const steps = fc.array(fc.record({ key: fc.option(fc.integer({ min: 0, max: 4 })), end: fc.nat() }), { maxLength: 60 })
    fc.assert(
      fc.property(steps, (all) => {
        const lanes = new Lanes<Item>()
        const running: Item[] = []
        const begun: Item[] = []
        const end = (at: number): void => {
          const [one] = running.splice(at % running.length, 1)
          if (one !== undefined) lanes.ended(one)
        }
        const go = (): void => {
          const taken = takeAll(lanes)
          expect(orders(taken)).toEqual(orders(taken).sort((a, b) => a - b))
          running.push(...taken)
          begun.push(...taken)
          const keys = running.map(({ key }) => key).filter((key) => key !== null)
          expect(new Set(keys).size).toBe(keys.length)
        }
        all.forEach(({ key, end: at }, order) => {
          lanes.add(new Item(key, order))
          go()
          if (at % 3 === 0 && running.length > 0) end(at)
          go()
        })
        while (running.length > 0) {
          end(0)
          go()
        }
        expect(orders(begun).sort((a, b) => a - b)).toEqual(all.map((_, order) => order))
        for (const key of [0, 1, 2, 3, 4]) {
          const ofKey = orders(begun.filter((item) => item.key === key))
          expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b))
        }
        expect(lanes.size).toBe(0)
      }),
      runs(300)
    )
  })
})
