import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type StartedRocketMQ, startRocketMQ } from '@rocketmq-ts/testcontainers'
import { appendLine, meansFor } from './availability'
import { ask, getBrokerClusterInfo } from './hand-encoded'
import { computedJars, labelledJars } from './jar-hashes'
import { describeInContainers, describeJudged, judgedVersions, judgeRestartMs, judgeStartMs, startJudge } from './judges'

for (const version of judgedVersions) {
  describeJudged(version)(`the official release ${version}`, () => {
    let judge: StartedRocketMQ

    beforeAll(async () => {
      judge = await startJudge(version)
    }, judgeStartMs)

    afterAll(() => judge?.stop(), judgeStartMs)

    it('answers a hand-encoded GET_BROKER_CLUSTER_INFO with its one broker', async () => {
      const { header, body } = await ask(judge.nameservers, getBrokerClusterInfo)
      expect(header).toMatchObject({ code: 0, flag: 1, language: 'JAVA', opaque: 7, serializeTypeCurrentRPC: 'JSON' })
      // The official body has bare numbers as keys, which JSON.parse does not read.
      expect(body).toContain(`"brokerAddrs":{0:"${judge.brokerAddress}"}`)
      expect(body).toContain(`"clusterAddrTable":{"${judge.clusterName}":["${judge.brokerName}"]}`)
    })

    it('is that release by what its own broker tells mqadmin', async () => {
      expect(await clusterList(judge)).toContain(`V${version.replaceAll('.', '_')} `)
    }, 60_000)

    it('runs the jars whose hashes its image names', async () => {
      const labelled = labelledJars(judge.image)
      const jars = meansFor(version).kind === 'container' ? await computedJars(judge.image) : labelled
      for (const [name, hash] of jars) appendLine('judges.txt', `${version}:   ${hash}  ${name}`)
      expect([...jars.keys()]).toContain(`rocketmq-broker-${version}.jar`)
      if (labelled.size > 0) expect(jars).toEqual(labelled)
    }, 60_000)

    it(
      'keeps its topics when the broker is restarted in order',
      async () => {
        await createTopic(judge, 'kept-over-restart')
        await judge.restartBroker()
        expect(await topics(judge)).toContain('kept-over-restart')
      },
      judgeRestartMs
    )

    it(
      'keeps its topics when the broker is killed, and is gone from the nameserver meanwhile',
      async () => {
        await createTopic(judge, 'kept-over-kill')
        await judge.stopBroker({ signal: 'KILL' })
        await expect(ask(judge.brokerAddress, getBrokerClusterInfo)).rejects.toThrow()
        await judge.startBroker()
        expect(await topics(judge)).toContain('kept-over-kill')
      },
      judgeRestartMs
    )
  })
}

const means = meansFor('5.5.0')

describeInContainers('5.5.0', 'a network of its own needs')('a cluster in an own container network', () => {
  it(
    'advertises a broker address that works outside and for the tools inside',
    async () => {
      const image = means.kind === 'container' ? means.image : ''
      const cluster = await startRocketMQ({ image, network: 'bridge', brokerConfig: { brokerName: 'walled', fileReservedTime: 48 } })
      try {
        const { body } = await ask(cluster.nameservers, getBrokerClusterInfo)
        expect(body).toContain(`"brokerName":"walled"`)
        expect(body).toContain(`{0:"${cluster.brokerAddress}"}`)
        await createTopic(cluster, 'behind-a-wall')
        const { output } = await cluster.mqadmin(['getBrokerConfig', '-b', cluster.brokerAddress])
        expect(output).toMatch(/fileReservedTime\s*=\s*48/)
        await expect(ask(cluster.brokerAddress, getBrokerClusterInfo)).resolves.toMatchObject({ header: { opaque: 7, flag: 1 } })
      } finally {
        await cluster.stop()
      }
    },
    judgeRestartMs
  )
})

/** Broker 4.9.7 answers this with an error until it has taken its first statistics, a second after its start. */
async function clusterList(cluster: StartedRocketMQ): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const { output } = await cluster.mqadmin(['clusterList'])
    if (attempt === 5 || !output.includes('NoSuchElementException')) return output
  }
}

async function createTopic(cluster: StartedRocketMQ, topic: string): Promise<void> {
  const { output } = await cluster.mqadmin(['updateTopic', '-c', cluster.clusterName, '-t', topic])
  expect(output).toContain(`create topic to ${cluster.brokerAddress} success`)
}

async function topics(cluster: StartedRocketMQ): Promise<string[]> {
  const { output } = await cluster.mqadmin(['topicList'])
  return output.split('\n').map((line) => line.trim())
}
