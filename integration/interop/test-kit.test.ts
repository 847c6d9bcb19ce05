import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { SerializeType } from '@rocketmq-ts/remoting/wire'
import { type Cluster, RequestCode, ResponseCode, startCluster } from '@rocketmq-ts/testing'
import { describeWithJava } from '../official/java/java-programs'
import { clientVersions, stepMs } from './bench'
import { JavaClient, JavaClientError } from './java-client'

const { PULL_MESSAGE, SEND_MESSAGE, SEND_MESSAGE_V2 } = RequestCode
const SEND = [SEND_MESSAGE, SEND_MESSAGE_V2]
const flavours = clientVersions.flatMap((version) => (['JSON', 'ROCKETMQ'] as const).map((encoding) => [version, encoding] as const))

for (const [version, encoding] of flavours) describeFaults(version, encoding)

function describeFaults(version: string, encoding: SerializeType): void {
  describeWithJava(version)(`faults of the test kit, with the official client ${version} and headers in ${encoding}`, () => {
    let cluster: Cluster
    let java: JavaClient
    beforeAll(async () => {
      cluster = await startCluster({ listen: true, topics: { orders: { queues: 2 } } })
      java = new JavaClient(version, cluster.nameservers, encoding)
    }, stepMs)
    afterAll(async () => {
      await java.close()
      await cluster.close()
    }, stepMs)

    it(
      'a refusal reaches the official producer, which tries again or says so',
      async () => {
        const producer = await java.producer('shop')
        const away = cluster.faults.answerWith(SEND, { responseCode: ResponseCode.SERVICE_NOT_AVAILABLE })
        await producer.send({ topic: 'orders', body: Buffer.from('1') })
        expect(away.hits).toBe(1)
        cluster.faults.answerWith(SEND, { responseCode: ResponseCode.MESSAGE_ILLEGAL, remark: 'not this one' })
        const error = await producer.send({ topic: 'orders', body: Buffer.from('2') }).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(JavaClientError)
        expect(error).toMatchObject({
          failure: { responseCode: ResponseCode.MESSAGE_ILLEGAL, message: expect.stringContaining('not this one') }
        })
        expect((await cluster.messages('orders')).map(({ body }) => body.toString())).toEqual(['1'])
      },
      stepMs
    )

    it(
      'the official consumer gets everything although pulls are refused and its connection is cut and stalled',
      async () => {
        const consumer = await java.pushConsumer({ group: 'billing', topic: 'orders', expression: '*' })
        await consumer.received.first(1)
        const producer = await java.producer('shop-2')
        const busy = cluster.faults.answerWith(PULL_MESSAGE, { responseCode: ResponseCode.SYSTEM_BUSY })
        await producer.send({ topic: 'orders', body: Buffer.from('3') })
        await consumer.received.first(2)
        expect(cluster.faults.cut({ server: 'broker-a' }).hits).toBeGreaterThan(0)
        await producer.send({ topic: 'orders', body: Buffer.from('4') })
        const stall = cluster.faults.stall({ server: 'broker-a', direction: 'to-client' })
        await stall.struck
        stall.end()
        await producer.send({ topic: 'orders', body: Buffer.from('5') })
        // 4.9.7 may wait out the 30 s of a pull whose connection broke.
        const received = await consumer.received.first(4)
        expect(received.map(({ bodyBase64 = '' }) => Buffer.from(bodyBase64, 'base64').toString()).sort()).toEqual(['1', '3', '4', '5'])
        await busy.struck
        await consumer.close()
      },
      stepMs
    )
  })
}
