import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { ResponseCode } from '@rocketmq-ts/remoting/wire'
import { openInspection } from '@rocketmq-ts/store'
import { describeWithJava } from '../../official/java/java-programs'
import { StoreBench } from './bench'
import { BrokerLink } from './broker-link'
import { createTopic } from './contents'
import { list, send } from './sending'

const longMs = 120_000
const version = '5.5.0'
const body = Buffer.from('some')

describeWithJava(version)(`a store of the official broker ${version} with a topic whose queues are of batches`, () => {
  const bench = new StoreBench()

  it(
    'is opened by ours, which leaves those queues alone, and by the official broker again, which serves them',
    async () => {
      const directory = bench.directories.fresh()
      const first = await bench.official(version, directory)
      await BrokerLink.with(first.address, async (link) => {
        await createTopic(link, 'single', 1)
        await createTopic(link, 'batches', 1, { attributes: '+queue.type=BatchCQ' })
        for (const at of list(5, (at) => at))
          for (const topic of ['single', 'batches']) await send(link, { topic, keys: `key-${at}`, body })
      })
      await first.stop('KILL')
      expect(existsSync(join(directory, 'batchconsumequeue', 'batches'))).toBe(true)
      expect(await openInspection(directory).verify()).toMatchObject({ isSound: true })

      const ours = await bench.ours(directory)
      await BrokerLink.with(ours.address, async (link) => {
        expect(await send(link, { topic: 'single', body })).toMatchObject({ queueOffset: 5 })
        await expect(send(link, { topic: 'batches', body })).rejects.toThrow(`was answered ${ResponseCode.MESSAGE_ILLEGAL} `)
      })
      await ours.stop('TERM')
      expect(existsSync(join(directory, 'consumequeue', 'batches'))).toBe(false)

      const again = await bench.official(version, directory)
      await BrokerLink.with(again.address, async (link) => {
        expect(await send(link, { topic: 'single', body })).toMatchObject({ queueOffset: 6 })
        expect(await send(link, { topic: 'batches', body })).toMatchObject({ queueOffset: 5 })
      })
      await again.stop('KILL')
    },
    longMs
  )
})
