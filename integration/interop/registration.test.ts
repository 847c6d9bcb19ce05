import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { connect } from '@rocketmq-ts/client'
import { Nameserver } from '@rocketmq-ts/nameserver'
import { expectEventually } from '../contract/eventually'
import { describeWithJava } from '../official/java/java-programs'
import { clientVersions, stepMs } from './bench'
import { JavaBroker } from './java-broker'
import { JavaClient } from './java-client'

for (const version of clientVersions) {
  describeWithJava(version)(`an official broker ${version} at our nameserver`, () => {
    let nameserver: Nameserver

    beforeAll(async () => {
      nameserver = new Nameserver({ host: '127.0.0.1', port: 0 })
      await nameserver.start()
    })

    afterAll(() => nameserver.close())

    describe.each([
      ['plain', 'false', 'KILL'],
      ['compressed', 'true', 'TERM']
    ] as const)('that registers with a %s body', (form, compressedRegister, signal) => {
      const brokerName = `broker-${form}`
      let broker: JavaBroker

      beforeAll(async () => {
        broker = await JavaBroker.start(version, nameserver.address, { brokerName, compressedRegister })
      }, stepMs)

      afterAll(() => broker?.stop('KILL'), stepMs)

      it('is found with its topics', async () => {
        await expectEventually(() =>
          namesOf(nameserver, 'TBW102').includes(brokerName) ? undefined : `a route to TBW102 on ${brokerName}`
        )
        expect(nameserver.clusterInfo().brokerAddrTable.get(brokerName)?.brokerAddrs).toEqual(new Map([[0, broker.address]]))
        expect(nameserver.clusterInfo().clusterAddrTable.get('DefaultCluster')).toContain(brokerName)
      })

      it(
        'takes and gives messages of a topic that a first send makes, which it then tells the nameserver of',
        async () => {
          const topic = `orders-${form}`
          const java = new JavaClient(version, nameserver.address)
          const ours = await connect({ nameservers: nameserver.address })
          try {
            const receipt = await ours.producer({ group: 'shop', sendTimeoutMs: 30_000 }).send(topic, 'from us')
            expect([receipt.status, receipt.queue.brokerName]).toEqual(['SEND_OK', brokerName])
            await expectEventually(() => (namesOf(nameserver, topic).includes(brokerName) ? undefined : `a route to ${topic}`))
            const consumer = await java.pushConsumer({ group: 'billing', topic, expression: '*' })
            const [received] = await consumer.received.first(1)
            expect([received?.msgId, received?.brokerName]).toEqual([receipt.messageId, brokerName])
          } finally {
            await Promise.all([java.close(), ours.close({ timeoutMs: 5_000 })])
          }
        },
        stepMs
      )

      it(
        `is gone from every route when it ends by ${signal}`,
        async () => {
          await broker.stop(signal)
          await expectEventually(() => (namesOf(nameserver, 'TBW102').includes(brokerName) ? `the end of ${brokerName}` : undefined))
          expect(nameserver.clusterInfo().brokerAddrTable.has(brokerName)).toBe(false)
        },
        stepMs
      )
    })
  })
}

function namesOf(nameserver: Nameserver, topic: string): string[] {
  return nameserver.routeOf(topic)?.brokerDatas.map(({ brokerName }) => brokerName) ?? []
}
