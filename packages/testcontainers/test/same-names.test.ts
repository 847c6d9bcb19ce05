import { describe, expect, it } from '@jest/globals'
import type * as ours from '@rocketmq-ts/broker'
import type { GroupOptions, TopicOptions } from '../src'
import { groupSettings, topicSettings } from '../src/declarations'

/** `true` when each takes what the other takes, and each has the members of the other. */
type Same<A, B> = [A, B] extends [B, A] ? (keyof A extends keyof B ? (keyof B extends keyof A ? true : false) : false) : false

describe('a test that moves from our cluster to the official one', () => {
  it('declares its topics and groups by the same names', () => {
    const same: [Same<TopicOptions, ours.TopicOptions>, Same<GroupOptions, ours.GroupOptions>] = [true, true]
    expect(same).toEqual([true, true])
    const topic: Required<ours.TopicOptions> = { queues: 4, perm: 6, order: false, attributes: {} }
    const group: Required<ours.GroupOptions> = { maxRetries: 1, retryQueues: 1, mayConsume: true, mayBroadcast: true, tellsMembers: true }
    expect(topicSettings('', 'orders', topic)).toMatchObject({ writeQueueNums: 4 })
    expect(groupSettings('', 'billing', group)).toMatchObject({ retryMaxTimes: 1 })
  })
})
