import { describe, expect, it } from '@jest/globals'
import { seeds, story } from '../../test/random-runs'
import { tellStory } from './support/story'

const everyQueueOnce = ['broker-a', 'broker-b'].flatMap((broker) => [0, 1, 2, 3].map((queueId) => `${broker} ${queueId}`))

describe('a cluster in trouble', () => {
  for (const seed of seeds(10)) {
    it(`keeps what it promised (seed ${seed})`, async () => {
      story()
      const { ending, events } = await tellStory(seed)
      expect({ ...ending, events }).toEqual({
        missing: [],
        unread: [],
        phantoms: [],
        deadLetters: 0,
        lag: { workers: 0, readers: 0 },
        owned: everyQueueOnce,
        problems: [],
        events
      })
    })
  }
})
